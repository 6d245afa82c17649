import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerfileCommand } from '../../../src/core/app/dockerfile-command.ts';
import { howToRun } from '../../../src/core/app/how-to-run.ts';
import { readText } from '../../../src/core/app/model.ts';
import { writeFiles } from '../../support/places.ts';

let dir: string;
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'slipway-how-')), 'shop');
});
afterEach(() => rmSync(dirname(dir), { recursive: true, force: true }));

const how = (files: Record<string, string>) => {
  writeFiles(dir, files);
  return howToRun(dir, readText);
};

/** A property, as a pom.xml names it. */
const property = (name: string) => ['$', `{${name}}`].join('');
const main = 'package main\n\nfunc main() {}\n';
const pom = (more: string, own = '<artifactId>shop</artifactId><version>1.2</version>') =>
  `<project><modelVersion>4.0.0</modelVersion>
  <parent><artifactId>boot-parent</artifactId><version>3.1</version></parent>
  <!-- <artifactId>old</artifactId> -->
  ${own}
  <dependencies><dependency><artifactId>web</artifactId><version>9</version></dependency></dependencies>
  ${more}</project>`;

describe('how an application is built and started', () => {
  it.each<[string, Record<string, string>, unknown]>([
    ['nothing that is known', { 'README.md': '' }, undefined],
    [
      'its start script',
      { 'package.json': '{"scripts":{"start":"next start"}}', Procfile: 'web: other' },
      { start: 'next start' },
    ],
    [
      'its build script, by its own package manager',
      { 'package.json': '{"scripts":{"start":"node dist/a.js","build":"tsc"}}', 'pnpm-lock.yaml': '' },
      { build: 'pnpm run build', start: 'node dist/a.js' },
    ],
    [
      'the package manager that package.json names',
      { 'package.json': '{"packageManager":"yarn@4.1.0","scripts":{"start":"node a","build":"b"}}' },
      { build: 'yarn run build', start: 'node a' },
    ],
    ['its main file', { 'package.json': '{"main":"./lib/a.js"}', 'lib/a.js': '' }, { start: 'node lib/a.js' }],
    ['a package.json that is none', { 'package.json': '{', 'server.js': '' }, { start: 'node server.js' }],
    ['a Procfile', { Procfile: 'release: x\nweb: gunicorn app:app\n' }, { start: 'gunicorn app:app' }],
    [
      'a Procfile of what is built',
      { Procfile: 'web: bin/server --x', 'go.mod': 'module example.com/shop', 'main.go': main },
      { build: 'go build -o bin/server .', start: 'bin/server --x' },
    ],
    [
      'a Go module whose Dockerfile starts what only its image has',
      { 'go.mod': 'module a/shop', 'main.go': main, 'main_test.go': main, Dockerfile: 'FROM x\nCMD ["/server"]' },
      { build: 'go build -o bin/server .', start: 'bin/server', dev: 'go run .' },
    ],
    [
      'the one command of a Go module',
      { 'go.mod': 'module a/shop', 'lib.go': 'package shop', 'cmd/api/main.go': main },
      { build: 'go build -o bin/server ./cmd/api', start: 'bin/server', dev: 'go run ./cmd/api' },
    ],
    [
      'the command that the Dockerfile builds',
      {
        'go.mod': 'module a/shop',
        'cmd/api/main.go': main,
        'cmd/shop/main.go': main,
        Dockerfile: 'RUN go build -o /a ./cmd/api\n',
      },
      { build: 'go build -o bin/server ./cmd/api', start: 'bin/server', dev: 'go run ./cmd/api' },
    ],
    [
      'the command of the module’s name',
      { 'go.mod': 'module a/shop', 'cmd/api/main.go': main, 'cmd/shop/main.go': main },
      { build: 'go build -o bin/server ./cmd/shop', start: 'bin/server', dev: 'go run ./cmd/shop' },
    ],
    ['no command of several', { 'go.mod': 'module a/b', 'cmd/api/main.go': main, 'cmd/job/main.go': main }, undefined],
    [
      'a crate',
      {
        'Cargo.toml': '[workspace]\nname = "w"\n[package]\nname = "shop"\nversion = "1"\n[dependencies]\nname = "x"\n',
      },
      { build: 'cargo build --release', start: 'target/release/shop', dev: 'cargo run' },
    ],
    [
      'Maven: the project’s own names, by the wrapper',
      {
        'pom.xml': pom(''),
        mvnw: '',
        '.mvn/wrapper/maven-wrapper.properties': '',
        Dockerfile: 'FROM a\nCMD ["java", "-jar", "/app.jar"]',
      },
      { build: './mvnw -q package -DskipTests', start: 'java -jar target/shop-1.2.jar' },
    ],
    [
      'Maven: the parent’s version',
      { 'pom.xml': pom('', '<artifactId>shop</artifactId>'), mvnw: 'java -jar .mvn/wrapper/maven-wrapper.jar' },
      { build: 'mvn -q package -DskipTests', start: 'java -jar target/shop-3.1.jar' },
    ],
    [
      'Maven: a name that is put together',
      {
        'pom.xml': pom(
          `<properties><rev>7</rev></properties><build><finalName>${property('project.artifactId')}-${property('rev')}</finalName></build>`,
        ),
      },
      { build: 'mvn -q package -DskipTests', start: 'java -jar target/shop-7.jar' },
    ],
    [
      'Maven: a name that is not known',
      { 'pom.xml': pom('', `<artifactId>shop</artifactId><version>${property('revision')}</version>`) },
      { build: 'mvn -q package -DskipTests', start: 'java -jar target/*.jar' },
    ],
    [
      'Quarkus',
      { 'pom.xml': pom('<build><artifactId>quarkus-maven-plugin</artifactId></build>') },
      { build: 'mvn -q package -DskipTests', start: 'java -jar target/quarkus-app/quarkus-run.jar' },
    ],
    [
      'Gradle with Spring Boot',
      {
        'build.gradle.kts': 'plugins { id("org.springframework.boot") }\nversion = "0.1"\n',
        'settings.gradle.kts': 'rootProject.name = "store"',
        gradlew: 'gradle-wrapper.jar',
        'gradle/wrapper/gradle-wrapper.jar': '',
      },
      { build: './gradlew -q bootJar', start: 'java -jar build/libs/store-0.1.jar' },
    ],
    [
      'Gradle with its application plugin',
      { 'build.gradle': "plugins { id 'application' }" },
      { build: 'gradle -q installDist', start: 'build/install/shop/bin/shop' },
    ],
    [
      '.NET',
      { 'Shop.csproj': '<Project/>' },
      { build: 'dotnet publish -c Release -o out', start: 'dotnet out/Shop.dll', dev: 'dotnet run' },
    ],
    [
      'a Dockerfile before the look of the sources',
      { Dockerfile: 'FROM a\nCMD exec gunicorn --bind :$PORT app:app\n', 'app.py': '' },
      { start: 'exec gunicorn --bind :$PORT app:app' },
    ],
    ['Python', { 'app.py': 'print()' }, { start: 'python3 app.py' }],
    [
      'Python that starts itself',
      { 'main.py': 'app = Flask(__name__)\nif __name__ == "__main__":\n    app.run(port=os.environ["PORT"])\n' },
      { start: 'python3 main.py' },
    ],
    [
      'FastAPI',
      { 'main.py': 'import x\napi: FastAPI = fastapi.FastAPI(title="a")\n' },
      { start: 'python3 -m uvicorn main:api --host 0.0.0.0 --port $PORT' },
    ],
    [
      'Flask',
      { 'app.py': 'app = Flask(__name__)\n' },
      { start: 'python3 -m flask --app app:app run --host 0.0.0.0 --port $PORT' },
    ],
    ['Django', { 'manage.py': '' }, { start: 'python3 manage.py runserver --noreload 0.0.0.0:$PORT' }],
    ['Deno', { 'deno.json': '{"tasks": {"start": "deno run a.ts"}}' }, { start: 'deno task start' }],
    ['Ruby', { 'app.rb': '' }, { start: 'ruby app.rb' }],
    ['Rack', { 'config.ru': '' }, { start: 'bundle exec rackup --host 0.0.0.0 --port $PORT' }],
    ['PHP', { 'public/index.php': '' }, { start: 'php -S 0.0.0.0:$PORT -t public' }],
  ])('by %s', async (_, files, expected) => {
    expect(await how(files)).toEqual(expected);
  });
});

describe('a Dockerfile’s command', () => {
  it.each([
    ['FROM a AS b\nCMD ["no"]\nFROM c\nENTRYPOINT ["python3"]\nCMD ["app.py"]\n', 'python3 app.py'],
    ['FROM a\nWORKDIR /srv/app\nCMD ["node", "/srv/app/server.js", "a b"]', "node server.js 'a b'"],
    ['FROM a\nCMD exec uvicorn \\\n  main:app --port $PORT', 'exec uvicorn    main:app --port $PORT'],
    ['FROM a\nCMD ["sh", "-c", "node a.js && true"]', 'node a.js && true'],
    ['FROM a\nCMD NODE_ENV=production node a.js', 'NODE_ENV=production node a.js'],
    ['FROM a\nCMD ["java", "-Dx=file:/dev/./urandom", "-jar", "app.jar"]', 'java -Dx=file:/dev/./urandom -jar app.jar'],
    ['FROM a\nCMD ["/server"]', undefined],
    ['FROM a\nCMD init', undefined],
    ['FROM a\nCMD ["java", "-jar", "/app.jar"]', undefined],
    ['FROM a\nENTRYPOINT ["/docker-entrypoint.sh"]\nCMD ["node", "a.js"]', undefined],
    ['FROM node', undefined],
  ])('%j', (text, expected) => {
    expect(dockerfileCommand(text)).toBe(expected);
  });
});
