/** Applications that Maven builds. */

/** A pom.xml of shop:shop in Java 17. @param parts elements of it, as text: `properties` beside its own, `body` after them */
export function pom({
  parent = '',
  properties = '',
  body,
}: {
  parent?: string;
  properties?: string;
  body: string;
}): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  ${parent}
  <groupId>shop</groupId>
  <artifactId>shop</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.source>17</maven.compiler.source>
    <maven.compiler.target>17</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
    ${properties}
  </properties>
  ${body}
</project>
`;
}
