/** How the usual projects of each language are built and started, by the files that they have. */
import type { Folder, HowToRun } from './how-to-run.ts';
import { packageManagerOf, parsePackageJson } from './package-manager.ts';
import { shellWord } from './words.ts';

interface PackageJson {
  main?: unknown;
  packageManager?: unknown;
  scripts?: Record<string, unknown>;
}

/** By package.json's `start` and `build`. */
export async function nodeScripts(folder: Folder): Promise<HowToRun | undefined> {
  const { scripts, packageManager } = await packageJson(folder);
  const start = scripts?.['start'];
  if (typeof start !== 'string' || start.trim() === '') return undefined;
  if (typeof scripts?.['build'] !== 'string') return { start };
  const names = await folder.list();
  const manager = packageManagerOf(packageManager, (file) => names.includes(file));
  return { build: `${manager} run build`, start };
}

/** By package.json's `main`, or the name that Node takes where it says none. */
export async function nodeMain(folder: Folder): Promise<HowToRun | undefined> {
  const { main } = await packageJson(folder);
  const names = [typeof main === 'string' ? main.replace(/^\.\//, '') : '', 'server.js', 'app.js', 'index.js'];
  const there = (await Promise.all(names.map(async (name) => name !== '' && (await folder.read(name)) !== undefined)))
    .map((is, at) => (is ? names[at] : undefined))
    .find((name) => name !== undefined);
  return there === undefined ? undefined : { start: `node ${shellWord(there)}` };
}

const packageJson = async (folder: Folder): Promise<PackageJson> => parsePackageJson(await folder.read('package.json'));

/** Languages whose programs are made before they run. */
export async function compiled(folder: Folder): Promise<HowToRun | undefined> {
  return (
    (await go(folder)) ?? (await rust(folder)) ?? (await maven(folder)) ?? (await gradle(folder)) ?? dotnet(folder)
  );
}

async function go(folder: Folder): Promise<HowToRun | undefined> {
  const module = /^module\s+(\S+)/m.exec((await folder.read('go.mod')) ?? '')?.[1];
  if (module === undefined) return undefined;
  const dockerfile = (await folder.read('Dockerfile')) ?? '';
  const built = dockerfile.split('\n').filter((line) => /\bgo build\b/.test(line));
  const tags = built.map((line) => /\s--?tags[= ]["']?([\w.,-]+)/.exec(line)?.[1]).find((found) => found !== undefined);
  const commands = (await hasMain(folder, '.', tags)) ? ['.'] : await mainsBelow(folder, 'cmd', tags);
  const name = module.split('/').at(-1);
  const target =
    commands.length === 1
      ? commands[0]
      : (commands.find((each) => built.some((line) => line.trim().split(/\s+/).includes(each))) ??
        commands.find((each) => each === `./cmd/${name}`));
  if (target === undefined) return undefined;
  const words = [...(tags === undefined ? [] : ['-tags', tags]), shellWord(target)].join(' ');
  return { build: `go build -o bin/server ${words}`, start: 'bin/server', dev: `go run ${words}` };
}

async function mainsBelow(folder: Folder, parent: string, tags: string | undefined): Promise<string[]> {
  const found: string[] = [];
  for (const name of await folder.list(parent)) {
    if (await hasMain(folder, `${parent}/${name}`, tags)) found.push(`./${parent}/${name}`);
  }
  return found;
}

/** @param tags that the application is built with; a file that asks for others is none of it */
async function hasMain(folder: Folder, path: string, tags = ''): Promise<boolean> {
  for (const name of await folder.list(path)) {
    if (!name.endsWith('.go') || name.endsWith('_test.go')) continue;
    const text = (await folder.read(`${path}/${name}`)) ?? '';
    const asked = /^\/\/go:build (.*)$/m.exec(text)?.[1]?.trim();
    if (asked !== undefined && !tags.split(',').includes(asked)) continue;
    if (/^package main\b/m.test(text) && /^func main\(\)/m.test(text)) return true;
  }
  return false;
}

async function rust(folder: Folder): Promise<HowToRun | undefined> {
  const cargo = await folder.read('Cargo.toml');
  const [, section] = /^\[package\]\s*$([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(cargo ?? '') ?? [];
  const name = /^name\s*=\s*"([^"]+)"/m.exec(section ?? '')?.[1];
  if (name === undefined) return undefined;
  return { build: 'cargo build --release', start: `target/release/${name}`, dev: 'cargo run' };
}

async function maven(folder: Folder): Promise<HowToRun | undefined> {
  const pom = await folder.read('pom.xml');
  if (pom === undefined) return undefined;
  const program = (await wrapper(folder, 'mvnw', '.mvn/wrapper/maven-wrapper.jar')) ? './mvnw' : 'mvn';
  const build = `${program} -q package -DskipTests`;
  if (/<artifactId>quarkus-maven-plugin</.test(pom)) {
    return { build, start: 'java -jar target/quarkus-app/quarkus-run.jar' };
  }
  const text = withoutBlocks(pom, [['<!--', '-->']]);
  // What is the project's own: the same names stand in its parent, its dependencies and its plugins.
  const own = withoutBlocks(text, notOwn.map(tags));
  const properties = block(own, 'properties');
  const artifact = element(own, 'artifactId');
  const version =
    element(withoutBlocks(own, [tags('properties')]), 'version') ?? element(block(text, 'parent'), 'version');
  const final = element(block(text, 'build'), 'finalName') ?? `${artifact}-${version}`;
  const resolved = final.replace(/\$\{([^}]+)\}/g, (whole, key: string) => {
    if (key === 'project.artifactId' || key === 'artifactId') return artifact ?? whole;
    if (key === 'project.version' || key === 'version') return version ?? whole;
    return element(properties, key) ?? whole;
  });
  const known = artifact !== undefined && version !== undefined && !/\$\{/.test(resolved);
  return { build, start: `java -jar target/${known ? shellWord(resolved) : '*'}.jar` };
}

/** A wrapper whose own jar is not there (left out of many a repository) fetches nothing; Maven's newer ones have none. */
async function wrapper(folder: Folder, script: string, jar: string): Promise<boolean> {
  const text = await folder.read(script);
  if (text === undefined) return false;
  const parts = jar.split('/');
  const name = parts.pop() ?? '';
  return !text.includes(name) || (await folder.list(parts.join('/'))).includes(name);
}

const notOwn = ['parent', 'dependencies', 'dependencyManagement', 'profiles', 'build'];

const tags = (name: string): [string, string] => [`<${name}>`, `</${name}>`];

/** From the first opening to the next closing tag; '' where there is none. */
function block(xml: string, name: string): string {
  const [open, close] = tags(name);
  const start = xml.indexOf(open);
  const end = start < 0 ? -1 : xml.indexOf(close, start);
  return end < 0 ? '' : xml.slice(start, end);
}

/** By hand, as a pattern looks for the end once more from each beginning that has none. */
function withoutBlocks(xml: string, pairs: readonly (readonly [string, string])[]): string {
  let rest = xml;
  for (const [open, close] of pairs) {
    const kept: string[] = [];
    let at = 0;
    for (let start = rest.indexOf(open); start >= 0; start = rest.indexOf(open, at)) {
      const end = rest.indexOf(close, start);
      if (end < 0) break;
      kept.push(rest.slice(at, start));
      at = end + close.length;
    }
    rest = kept.join('') + rest.slice(at);
  }
  return rest;
}

function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${escaped(name)}>([^<]*)</`).exec(xml)?.[1]?.trim();
}

async function gradle(folder: Folder): Promise<HowToRun | undefined> {
  const script = (await folder.read('build.gradle')) ?? (await folder.read('build.gradle.kts'));
  if (script === undefined) return undefined;
  const program = (await wrapper(folder, 'gradlew', 'gradle/wrapper/gradle-wrapper.jar')) ? './gradlew' : 'gradle';
  const settings = (await folder.read('settings.gradle')) ?? (await folder.read('settings.gradle.kts')) ?? '';
  const project = /rootProject\.name\s*=\s*["']([^"']+)["']/.exec(settings)?.[1] ?? folder.name;
  if (/io\.quarkus/.test(script)) {
    return { build: `${program} -q quarkusBuild`, start: 'java -jar build/quarkus-app/quarkus-run.jar' };
  }
  if (/org\.springframework\.boot/.test(script)) {
    const version = /^version(?:\s*=)?\s*["']([^"']+)["']/m.exec(script)?.[1];
    const jar = shellWord(`build/libs/${project}${version === undefined ? '' : `-${version}`}.jar`);
    return { build: `${program} -q bootJar`, start: `java -jar ${jar}` };
  }
  if (/\bapplication\b/.test(script)) {
    return { build: `${program} -q installDist`, start: shellWord(`build/install/${project}/bin/${project}`) };
  }
  return { build: `${program} -q assemble`, start: 'java -jar build/libs/*.jar' };
}

async function dotnet(folder: Folder): Promise<HowToRun | undefined> {
  const projects = (await folder.list()).filter((name) => /\.(cs|fs|vb)proj$/.test(name));
  const [project] = projects;
  if (project === undefined || projects.length > 1) return undefined;
  const text = (await folder.read(project)) ?? '';
  const assembly = element(text, 'AssemblyName') ?? project.replace(/\.\w+$/, '');
  return {
    build: 'dotnet publish -c Release -o out',
    start: `dotnet out/${shellWord(`${assembly}.dll`)}`,
    dev: 'dotnet run',
  };
}

/** Languages whose sources are what runs; `$PORT` where a server of theirs does not look for it itself. */
export async function interpreted(folder: Folder): Promise<HowToRun | undefined> {
  return (await python(folder)) ?? (await deno(folder)) ?? (await ruby(folder)) ?? php(folder);
}

const pythonFiles = ['main.py', 'app.py', 'server.py', 'application.py', 'api.py', 'wsgi.py', 'asgi.py'];

async function python(folder: Folder): Promise<HowToRun | undefined> {
  if ((await folder.read('manage.py')) !== undefined) {
    return { start: 'python3 manage.py runserver --noreload 0.0.0.0:$PORT' };
  }
  let first: string | undefined;
  for (const file of pythonFiles) {
    const text = await folder.read(file);
    if (text === undefined) continue;
    first ??= file;
    const [, app, framework] =
      /^(\w+)(?:[ \t]*:[^=\n]+)?\s*=\s*(?:\w+\.)?(FastAPI|Starlette|Quart|Flask)\(/m.exec(text) ?? [];
    // One that starts itself knows its port; the others are started by the server of their kind.
    if (/^if __name__\s*==\s*["']__main__["']/m.test(text) && /\bPORT\b/.test(text))
      return { start: `python3 ${file}` };
    if (app === undefined) continue;
    const module = `${file.replace(/\.py$/, '')}:${app}`;
    return framework === 'Flask'
      ? { start: `python3 -m flask --app ${module} run --host 0.0.0.0 --port $PORT` }
      : { start: `python3 -m uvicorn ${module} --host 0.0.0.0 --port $PORT` };
  }
  return first === undefined ? undefined : { start: `python3 ${first}` };
}

async function deno(folder: Folder): Promise<HowToRun | undefined> {
  const text = (await folder.read('deno.json')) ?? (await folder.read('deno.jsonc')) ?? '';
  const tasks = text.indexOf('"tasks"');
  const isThere = tasks >= 0 && text.slice(tasks, text.indexOf('}', tasks)).includes('"start"');
  return isThere ? { start: 'deno task start' } : undefined;
}

async function ruby(folder: Folder): Promise<HowToRun | undefined> {
  const names = await folder.list();
  if (names.includes('config.ru')) return { start: 'bundle exec rackup --host 0.0.0.0 --port $PORT' };
  const file = ['app.rb', 'server.rb', 'main.rb'].find((name) => names.includes(name));
  return file === undefined ? undefined : { start: `ruby ${file}` };
}

async function php(folder: Folder): Promise<HowToRun | undefined> {
  if ((await folder.read('public/index.php')) !== undefined) return { start: 'php -S 0.0.0.0:$PORT -t public' };
  return (await folder.read('index.php')) === undefined ? undefined : { start: 'php -S 0.0.0.0:$PORT' };
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
