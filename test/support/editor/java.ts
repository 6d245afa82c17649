/** Java in the suites of the editor: its compiler, and its debugger as an extension. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../places.ts';
import { findProgram } from '../program.ts';

export interface Jdk {
  java: string;
  javac: string;
  /** Maven, which fetches the debug adapter. */
  mvn: string;
}

/** What the suites need of it; undefined where some of it is missing. */
export function findJdk(): Jdk | undefined {
  const [java, javac, mvn] = ['java', 'javac', 'mvn'].map((name) => findProgram('', name));
  return java && javac && mvn ? { java, javac, mvn } : undefined;
}

/** Makes the stand-in for Java's extensions below `dir`: its folder, and what the editor needs in its environment. */
export function javaExtension({ java, javac, mvn }: Jdk, dir: string): { folder: string; env: Record<string, string> } {
  const folder = join(dir, 'java-extension');
  const bundled = join(folder, 'bundled');
  cpSync(join(root, 'test', 'support', 'editor', 'java-extension'), folder, { recursive: true });
  mkdirSync(bundled);
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
  const fetched = [goal, '-DincludeScope=runtime', `-DoutputDirectory=${bundled}`];
  execFileSync(mvn, ['--quiet', '--batch-mode', ...fetched], { cwd: folder, stdio: 'pipe' });
  const compiled = ['-classpath', join(bundled, '*'), '-d', bundled, join(folder, 'Adapter.java')];
  execFileSync(javac, compiled, { stdio: 'pipe' });
  return { folder, env: { SLIPWAY_TEST_JAVA: java } };
}
