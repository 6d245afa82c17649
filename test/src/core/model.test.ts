import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { admitManifest } from '../../../emulator/knative/validate-manifest.ts';
import schema from '../../../media/schemas/slipway.schema.json' with { type: 'json' };
import { withoutCloudRun } from '../../../src/core/app/cloud-run.ts';
import { findApplicationAbove, findApplications, foldersOf } from '../../../src/core/app/find.ts';
import { madeFolders, writtenByBuild } from '../../../src/core/app/made-folders.ts';
import { loadApplication, readApplication, repositoryOf } from '../../../src/core/app/model.ts';
import { jsonSchema } from '../../../src/core/app/schema.ts';
import { commandWords } from '../../../src/core/app/words.ts';
import { targetNamespace } from '../../../src/core/deploy/deploy.ts';
import { asBuilt, imageRepository, prepareObjects, withAuthors } from '../../../src/core/deploy/objects.ts';
import { takeSnapshot } from '../../../src/core/deploy/snapshot.ts';
import { findingsOf } from '../../../src/core/manifest/findings.ts';
import { readSource } from '../../../src/core/manifest/source.ts';
import { scaffold, templates, validateName } from '../../../src/core/scaffold.ts';
import { writeFiles } from '../../support/places.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-model-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const write = (files: Record<string, string>) => writeFiles(dir, files);

const service = `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: shop
spec:
  template:
    spec:
      containers:
        - image: dev.local/shop
`;

async function firstProblem(): Promise<[string, number | undefined, number | undefined, unknown]> {
  const { problems } = await readApplication(dir);
  const [problem] = problems;
  return [problem?.code ?? '', problem?.place?.line, problem?.place?.column, problem?.args];
}

describe('an application', () => {
  it('is read from slipway.yaml and deploy/', async () => {
    write({
      'slipway.yaml':
        'name: shop\nrun:\n  start: node server.js\n  env: {A: 1}\nenvironments:\n  prod: {context: c, kubeconfig: ../prod, protected: true}\n',
      'deploy/service.yaml': `${service}---\n`,
    });
    const app = await loadApplication(dir);
    expect(app).toMatchObject({
      name: 'shop',
      build: { image: 'dev.local/shop', foreign: false },
      run: { start: ['node', 'server.js'], env: { A: '1' }, debug: 'node' },
      environments: {
        prod: { name: 'prod', context: 'c', kubeconfig: join(dir, '..', 'prod'), deploy: 'direct', protected: true },
      },
    });
    expect(app.service.place(['spec', 'template', 'spec', 'containers', 0, 'image'])).toMatchObject({
      line: 9,
      column: 18,
    });
  });

  it('is taken as it is without slipway.yaml, started as its own files say', async () => {
    write({
      'deploy/service.yaml': service,
      Dockerfile: 'FROM a AS b\nCMD ["no"]\nFROM c\nENTRYPOINT ["python3"]\nCMD ["app.py"]\n',
    });
    expect((await loadApplication(dir)).run.start).toEqual(['python3', 'app.py']);
    write({ 'package.json': '{"scripts":{"start":"node a.js"}}' });
    expect((await loadApplication(dir)).run.start).toEqual(['node', 'a.js']);
  });

  it.each([
    ['a bad indent', 'name: shop\nrun:\n  start: a\n   port: 3\n', 'YamlSyntax', 3, 10],
    ['an unknown field', 'name: shop\nrum: {}\n', 'UnknownField', 2, 1],
    ['a wrong type', 'name: shop\nrun: 5\n', 'BadField', 2, 6],
    ['a port out of range', 'name: shop\nrun:\n  port: 70000\n', 'BadField', 3, 9],
    ['a missing name', 'run: {start: a}\n', 'MissingField', 1, 1],
    ['an open quote', 'name: "shop\n', 'YamlSyntax', 2, 1],
  ])('with %s says where', async (_, text, code, line, column) => {
    write({ 'slipway.yaml': text, 'deploy/service.yaml': service });
    expect((await firstProblem()).slice(0, 3)).toEqual([code, line, column]);
  });

  it('says what is expected of a field that is misspelt', async () => {
    write({ 'slipway.yaml': 'name: shop\nrum: {}\n', 'deploy/service.yaml': service });
    expect((await firstProblem())[3]).toEqual({ path: 'rum', expected: 'run' });
  });

  it.each([
    ['no image', service.replace('image: dev.local/shop', 'name: x'), 'MissingField', 9],
    ['an image that is a number', service.replace('dev.local/shop', '5'), 'BadField', 9],
    [
      'no containers',
      'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: shop}\nspec: {}\n',
      'MissingField',
      4,
    ],
    ['no kind', 'apiVersion: v1\nmetadata: {name: a}\n', 'MissingField', 1],
    ['another name', service.replace('name: shop', 'name: other'), 'BadField', 4],
  ])('whose manifest has %s says where', async (_, text, code, line) => {
    write({ 'slipway.yaml': 'name: shop\n', 'deploy/service.yaml': text });
    expect((await firstProblem()).slice(0, 2)).toEqual([code, line]);
  });

  it('that is none is told from one without a Service', async () => {
    expect((await firstProblem())[0]).toBe('NoApplication');
    write({ 'slipway.yaml': 'name: shop\n' });
    expect((await firstProblem())[0]).toBe('NoManifests');
    write({ 'deploy/map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n' });
    expect((await firstProblem())[0]).toBe('NoService');
    write({ 'deploy/a.yaml': service.replace('shop', 'a'), 'deploy/b.yaml': service.replace('shop', 'b') });
    expect((await firstProblem()).slice(0, 3)).toEqual(['NoSuchService', 1, 7]);
    rmSync(join(dir, 'slipway.yaml'));
    // At the first of them, above which the editor offers to adopt it.
    expect((await firstProblem()).slice(0, 3)).toEqual(['SeveralServices', 4, 9]);
  });

  it('passes over what is no Kubernetes object and is not meant to be one', async () => {
    const foreign: Record<string, string> = {
      'chart.yaml': 'apiVersion: v2\nname: shop\nversion: 0.1.0\n',
      'compose.yml': 'services:\n  web:\n    image: nginx\n    ports: !reset []\n',
      'kubeconfig.yaml': 'apiVersion: v1\nkind: Config\nclusters: []\n',
      'playbook.yaml': '- hosts: all\n  tasks: []\n',
      'skaffold.yaml': 'apiVersion: skaffold/v4beta11\nkind: Config\n',
      'template.yml': 'a: b: c\n',
      'values.yaml': 'image:\n  repository: shop\n',
    };
    write(Object.fromEntries(Object.entries(foreign).map(([name, text]) => [`deploy/${name}`, text])));
    write({ 'deploy/service.yaml': `${service}---\nservices: {}\n` });
    const { application, problems } = await readApplication(dir);
    expect(problems).toEqual([]);
    expect(application?.manifests.map(({ file }) => file)).toEqual([join(dir, 'deploy', 'service.yaml')]);
    const all = [...Object.keys(foreign), 'service.yaml'].sort();
    expect(application?.passedOver).toEqual(all.map((name) => join(dir, 'deploy', name)));
    for (const text of Object.values(foreign)) {
      expect(findingsOf(readSource('a.yaml', text)).filter(({ severity }) => severity !== 'hint')).toEqual([]);
    }
  });

  it.each([
    ['one key of a head', 'kind: Service\n'],
    ['a misspelt key', 'apiVersoin: v1\n'],
    ['a specification alone', 'spec: {}\n'],
    ['a list of objects without a head', `- ${service.replaceAll('\n', '\n  ')}\n`],
    ['words', 'Service\n'],
    ['a mistake in it', 'kind: Service\n\tapiVersion: v1\n'],
  ])('does not pass over %s', async (_, text) => {
    write({ 'deploy/other.yaml': text, 'deploy/service.yaml': service });
    const { application, problems } = await readApplication(dir);
    expect(application).toBeUndefined();
    expect(problems[0]?.place?.file).toBe(join(dir, 'deploy', 'other.yaml'));
  });

  it('of Cloud Run is one of Knative, without the number of its project and its account', async () => {
    const exported = (label: string) =>
      service
        .replace('  name: shop\n', `  name: shop\n  namespace: '123456789'\n  labels: {${label}: us-east1}\n`)
        .replace('    spec:\n', '    spec:\n      serviceAccountName: 1-compute@developer.gserviceaccount.com\n');
    write({ 'deploy/service.yaml': exported('cloud.googleapis.com/location') });
    const app = await loadApplication(dir);
    expect(app.service.leftOut).toEqual([
      'metadata.namespace (123456789)',
      'spec.template.spec.serviceAccountName (1-compute@developer.gserviceaccount.com)',
    ]);
    expect(targetNamespace(app, undefined)).toBe('default');
    const raw = parse(exported('cloud.googleapis.com/location'));
    expect(admitManifest(raw)?.errors).not.toEqual([]);
    expect(admitManifest(asBuilt(app, raw))?.errors).toEqual([]);
    expect(admitManifest(prepareObjects(app, { namespace: 'default' }).service)?.errors).toEqual([]);
    const probe = { tcpSocket: { port: 8080 }, failureThreshold: 1, periodSeconds: 240, timeoutSeconds: 240 };
    raw.spec.template.spec.containers[0].startupProbe = probe;
    expect(withoutCloudRun(raw)).toMatchObject({
      object: { spec: { template: { spec: { containers: [{ image: 'dev.local/shop' }] } } } },
      leftOut: [expect.any(String), expect.any(String), 'spec.template.spec.containers[0].startupProbe'],
    });
    expect(JSON.stringify(withoutCloudRun(raw).object)).not.toContain('startupProbe');
    raw.spec.template.spec.containers[0].startupProbe = { ...probe, failureThreshold: 3 };
    expect(JSON.stringify(withoutCloudRun(raw).object)).toContain('startupProbe');
    // A team may call its namespace so.
    write({ 'deploy/service.yaml': exported('location') });
    expect(targetNamespace(await loadApplication(dir), undefined)).toBe('123456789');
  });

  it('that was read from a platform is applied without what that platform wrote', async () => {
    const theirs = `  annotations: {serving.knative.dev/creator: a, serving.knative.dev/lastModifier: b, mine: c}
  creationTimestamp: "2026-01-01T00:00:00Z"
  generation: 5
  resourceVersion: "599"
  uid: 60ab3675-1580-407b-9a0b-e5af0351b99f
`;
    write({
      'deploy/service.yaml': `${service.replace('  name: shop\n', `  name: shop\n${theirs}`)}status: {url: a}\n`,
      'deploy/map.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n${theirs}data: {a: b}\n`,
    });
    const prepared = prepareObjects(await loadApplication(dir), { namespace: 'default' });
    const metadata = { annotations: { mine: 'c' }, namespace: 'default' };
    expect(prepared.service.metadata).toEqual({ name: 'shop', ...metadata });
    expect(prepared.service.status).toBeUndefined();
    const { object: written } = (await loadApplication(dir)).service;
    expect(withAuthors(prepared.service, written)).toEqual(prepared.service);
    // Where it is there already, nobody else can have made it.
    const existing = {
      ...written,
      metadata: { ...written.metadata, annotations: { 'serving.knative.dev/creator': 'd' } },
    };
    expect(withAuthors(prepared.service, written, existing).metadata).toMatchObject({
      annotations: { mine: 'c', 'serving.knative.dev/creator': 'd' },
    });
    expect(withAuthors(prepared.service, prepared.service, existing)).toEqual(prepared.service);
    expect(prepared.others.map(({ object }) => object)).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', ...metadata }, data: { a: 'b' } },
    ]);
  });

  it('has each object of a list, with its place', async () => {
    const map = 'apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: a\n';
    const list = (inside: string) => `apiVersion: v1\nkind: List\nitems:\n- ${map}- ${inside.replaceAll('\n', '\n  ')}`;
    write({ 'deploy/all.yaml': list(service) });
    const { application } = await readApplication(dir);
    expect(application?.manifests.map(({ object, place }) => [object.kind, place(['metadata', 'name']).line])).toEqual([
      ['ConfigMap', 7],
      ['Service', 11],
    ]);
    expect(findingsOf(readSource('a.yaml', list(service)))).toEqual([]);
    write({ 'deploy/all.yaml': list(service.replace('  name: shop', '  labels: {}')) });
    expect((await firstProblem()).slice(0, 2)).toEqual(['MissingField', 11]);
    write({ 'deploy/all.yaml': `${list(service)}\n- a\n` });
    expect((await firstProblem())[0]).toBe('BadField');
  });

  it.each([
    ['an anchor that is not there', 'name: *lost\n', '1:7'],
    ['an alias inside of what it names', 'name: shop\nrun: &a\n  env: *a\n', '3:8'],
    [
      'aliases of aliases',
      `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefgh'].map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(', ')}]\n`).join('')}`,
      '2:8',
    ],
    ['brackets without end', `name: ${'['.repeat(50_000)}`, expect.any(String)],
  ])('with %s says where', async (_, text, place) => {
    write({ 'slipway.yaml': text });
    const { application, problems } = await readApplication(dir);
    expect(application).toBeUndefined();
    const [first] = problems;
    expect(first).toMatchObject({ code: 'YamlSyntax', severity: 'error' });
    expect(`${first?.place?.line}:${first?.place?.column}`).toEqual(place);
  });

  it.runIf(process.platform === 'linux')('is not read from devices and files without end', async () => {
    write({ 'deploy/c.yaml': '#'.repeat(5 * 2 ** 20) });
    symlinkSync('/dev/zero', join(dir, 'deploy', 'a.yaml'));
    expect(await findApplications([dir])).toEqual([]);
    const { application, problems } = await readApplication(dir);
    expect(application).toBeUndefined();
    expect(problems.map(({ code, args }) => [code, args['file'], args['detail']])).toEqual([
      ['FileUnreadable', join(dir, 'deploy', 'a.yaml'), 'it is no regular file'],
      ['FileUnreadable', join(dir, 'deploy', 'c.yaml'), 'it has more than 4 MiB'],
    ]);
  });

  it('is found from inside and from above', async () => {
    write({
      'one/slipway.yaml': 'name: one\n',
      'one/src/a/x': '',
      'two/deploy/s.yaml': service,
      'three/node_modules/p/slipway.yaml': '',
    });
    expect(await findApplicationAbove(join(dir, 'one', 'src', 'a'))).toBe(join(dir, 'one'));
    expect(await findApplications([dir])).toEqual([join(dir, 'one'), join(dir, 'two')]);
  });

  it('has its folders named, the upper ones first, without what is built or fetched', async () => {
    write({ 'src/a/deep/x': '', 'deploy/s.yaml': service, 'node_modules/p/x': '', '.git/x': '', 'dist/x': '' });
    const all = ['deploy', 'src', 'src/a', 'src/a/deep'].map((path) => join(dir, path));
    expect(new Set(await foldersOf(dir))).toEqual(new Set([dir, ...all]));
    expect((await foldersOf(dir)).at(-1)).toBe(join(dir, 'src', 'a', 'deep'));
    expect((await foldersOf(dir, 3)).slice().sort()).toEqual([dir, join(dir, 'deploy'), join(dir, 'src')]);
    expect(await foldersOf(join(dir, 'gone'))).toEqual([join(dir, 'gone')]);
  });
});

describe('words', () => {
  it.each([
    ['node "my file.ts" --x', ['node', 'my file.ts', '--x']],
    ["echo 'a|b'", ['echo', 'a|b']],
    ['a && b', ['/bin/sh', '-c', 'a && b']],
    ['PORT=3 node x', ['/bin/sh', '-c', 'PORT=3 node x']],
    ['echo "$PORT"', ['/bin/sh', '-c', 'echo "$PORT"']],
    ['exec node server.js', ['node', 'server.js']],
    ['exec -a web node server.js', ['/bin/sh', '-c', 'exec -a web node server.js']],
    ['node server.js # serves', ['/bin/sh', '-c', 'node server.js # serves']],
    ['node \\\n  server.js\n', ['node', 'server.js']],
    ['open "quote', undefined],
    ['  ', undefined],
  ])('%s', (text, expected) => {
    expect(commandWords(text)).toEqual(expected);
  });

  it('repository of a reference', () => {
    expect(repositoryOf('localhost:5000/a/b:v1@sha256:00')).toBe('localhost:5000/a/b');
  });
});

describe('templates', () => {
  it.each(templates().map(({ id }) => id))('%s makes an application without a problem', async (template) => {
    const made = await scaffold({ template, dir: join(dir, 'my-app'), name: 'my-app' });
    expect(made.files).toContain(made.open);
    expect(made.files).toEqual(
      expect.arrayContaining(['.dockerignore', '.gitignore', '.vscode/launch.json', 'Dockerfile', 'README.zh-CN.md']),
    );
    const { application, problems } = await readApplication(made.dir);
    expect(problems).toEqual([]);
    expect(application?.run.start?.[0]).toMatch(/^(node|python3|java|bin\/server)$/);
    const { files } = await takeSnapshot(made.dir, { cacheFile: false });
    expect(files.map(({ path }) => path)).toContain(made.open);
  });

  it.each(templates().map(({ id }) => id))(
    '%s makes one with a name of one letter that Knative takes',
    async (template) => {
      const made = await scaffold({ template, dir, name: 'g' });
      const app = await loadApplication(made.dir);
      const repository = imageRepository(app, undefined);
      expect(app.build.image).toBe(repository);
      for (const image of [repository, `${repository}@sha256:${'0'.repeat(64)}`]) {
        const { service } = prepareObjects(app, { namespace: 'default', image });
        expect(admitManifest(service)?.errors).toEqual([]);
      }
    },
  );

  it('refuse an unknown template, a bad name, a directory with something in it', async () => {
    const at = (template: string, name: string) => scaffold({ template, dir: join(dir, 'x'), name });
    await expect(at('nope', 'a')).rejects.toMatchObject({ code: 'TemplateUnknown' });
    await expect(at('node-web', 'A_b')).rejects.toMatchObject({ code: 'NameInvalid' });
    write({ 'x/file': '' });
    await expect(at('node-web', 'a')).rejects.toMatchObject({ code: 'DirectoryTaken' });
  });

  it.each([
    ['', 'empty'],
    ['a'.repeat(64), 'tooLong'],
    ['1a', 'firstLetter'],
    ['a.b', 'characters'],
    ['a-', 'lastCharacter'],
    ['a-1', undefined],
  ])('name %s is %s', (name, reason) => {
    expect(validateName(name)?.reason).toBe(reason);
  });
});

describe('a snapshot', () => {
  it('leaves out what only editors read of the dependencies, unless a .slipwayignore says what to leave out', async () => {
    write({
      'a.js': '1',
      'node_modules/p/i.js': '2',
      'node_modules/typescript/lib.js': '3',
      'node_modules/@types/node/i.d.ts': '4',
      'node_modules/.p-AbCd1234/i.js': '5',
      'node_modules/p/node_modules/@types/x/i.d.ts': '6',
    });
    const paths = async () => (await takeSnapshot(dir, { cacheFile: false })).files.map(({ path }) => path);
    expect(await paths()).toEqual(['a.js', 'node_modules/p/i.js']);
    write({ '.slipwayignore': '.slipwayignore\nnode_modules/p\nnode_modules/.p*\n' });
    expect(await paths()).toEqual(['a.js', 'node_modules/@types/node/i.d.ts', 'node_modules/typescript/lib.js']);
  });

  it('leaves out what .dockerignore does, keeps installed dependencies, hashes again only what changed', async () => {
    write({
      '.dockerignore': 'node_modules\n*.log\n',
      'a.js': '1',
      'x.log': 'l',
      'node_modules/p/i.js': '2',
      '.git/HEAD': 'r',
    });
    const cacheFile = join(dir, '..', `cache-${process.pid}.json`);
    try {
      const first = await takeSnapshot(dir, { cacheFile });
      expect(first.files.map(({ path }) => path)).toEqual(['.dockerignore', 'a.js', 'node_modules/p/i.js']);
      expect((await takeSnapshot(dir, { cacheFile })).files).toEqual(first.files);
      write({ 'a.js': '3' });
      const hash = (files: typeof first.files) => files.find(({ path }) => path === 'a.js')?.sha256;
      expect(hash((await takeSnapshot(dir, { cacheFile })).files)).not.toBe(hash(first.files));
    } finally {
      rmSync(cacheFile, { force: true });
    }
  });

  it.each<[string[], string[]]>([
    [['java', '-jar', 'target/shop.jar'], ['target/shop.jar']],
    [['./target/release/shop'], ['target/release/shop']],
    [['build/install/shop/bin/shop'], ['build/install/shop/bin/shop', 'build/install/shop/lib/a.jar']],
    [
      ['/bin/sh', '-c', 'exec node dist/a.js --url=http://x/y'],
      ['dist/a.js', 'dist/b/c.js'],
    ],
    [['node', '../x/a.js', '/abs/y'], []],
  ])('has what the build makes for %j, though .dockerignore leaves it out', async (start, made) => {
    const built = ['target/shop.jar', 'target/release/shop', 'dist/a.js', 'dist/b/c.js'];
    const kept = ['build/install/shop/bin/shop', 'build/install/shop/lib/a.jar', 'build/tmp/x'];
    const cargo = ['target/debug/shop', 'target/release/deps/a.rlib', 'target/release/.fingerprint/x'];
    write({
      ...Object.fromEntries([...built, ...kept, ...cargo, 'a.txt'].map((file) => [file, ''])),
      '.dockerignore': 'target\ndist\nbuild\n',
    });
    const run = { start, dev: undefined, port: undefined, env: {}, debug: undefined };
    const paths = async (command: string | undefined) => {
      const folders = madeFolders({ build: { image: 'x', command, foreign: false }, run });
      return (await takeSnapshot(dir, { cacheFile: false, made: folders })).files.map(({ path }) => path);
    };
    const named = (await paths('make')).filter((path) => made.includes(path));
    expect(named.sort()).toEqual([...made].sort());
    expect((await paths('make')).filter((path) => cargo.includes(path))).toEqual([]);
    expect(await paths(undefined)).toEqual(['.dockerignore', 'a.txt']);
  });

  it.each<[string | undefined, string[], string[] | undefined, string[], string[]]>([
    [
      './mvnw -q package -DskipTests',
      ['java', '-jar', 'target/quarkus-app/quarkus-run.jar'],
      undefined,
      ['target', 'target/classes/A.class', 'target/quarkus/x.dat', 'api/target/x.jar'],
      ['src/main/java/target/A.java', 'pom.xml', 'targets/x'],
    ],
    [
      'gradle -q installDist',
      ['build/install/shop/bin/shop'],
      undefined,
      ['build/classes/A.class', '.gradle/4.4/file.lock', 'app/build/x'],
      ['src/main/java/build/A.java', 'build.gradle'],
    ],
    ['cargo build --release', ['target/release/shop'], ['cargo', 'run'], ['target/debug/shop'], ['src/main.rs']],
    ['dotnet publish -o out', ['dotnet', 'out/a.dll'], ['dotnet', 'run'], ['obj/a.cache', 'out/a.dll'], ['A.cs']],
    ['tsc', ['node', 'dist/a.js'], undefined, ['dist', 'dist/a.js'], ['build/a.js', 'bin/a', 'target/a', 'dist.ts']],
    [undefined, ['sh', '-c', 'exec mvn quarkus:dev'], undefined, ['target/a'], ['a']],
    [undefined, ['node', 'cargo/dist/a.js'], undefined, [], ['target/a', 'cargo/dist/a.js']],
  ])('built by %s and started by %j is not changed by what those write', (command, start, dev, written, sources) => {
    const isWritten = writtenByBuild({
      build: { image: 'x', command, foreign: false },
      run: { start, dev, port: undefined, env: {}, debug: undefined },
    });
    expect(written.filter((path) => !isWritten(path))).toEqual([]);
    expect(sources.filter(isWritten)).toEqual([]);
  });

  it('of nothing is refused', async () => {
    write({ '.dockerignore': '**\n' });
    await expect(takeSnapshot(dir, { cacheFile: false })).rejects.toMatchObject({ code: 'EmptySnapshot' });
  });
});

it.each([
  ['registry.example.com/team/shop', undefined, 'registry.example.com/team/shop'],
  ['docker.io/{username}/shop', undefined, 'dev.local/store'],
  ['ko://example.com/shop/cmd/api', undefined, 'dev.local/store'],
  ['docker.io/{username}/shop', 'registry.example.com/team/', 'registry.example.com/team/store'],
  ['dev.local/shop', 'registry.example.com/team', 'registry.example.com/team/shop'],
  // OCI's grammar allows names of one letter, Knative's admission does not.
  ['dev.local/s', undefined, 'dev.local/store'],
  ['s', undefined, 'dev.local/store'],
  ['dev.local/app/s', 'registry.example.com', 'registry.example.com/app/s'],
  ['dev.local/app/s', 'registry.example.com/team', 'registry.example.com/team/s'],
])('what is built for the image %s, registry %s, is put into %s', (image, registry, expected) => {
  const app = { name: 'store', build: { image, command: undefined, foreign: false } };
  const environment =
    registry === undefined ? undefined : { name: 'e', registry, deploy: 'direct' as const, protected: false };
  expect(imageRepository(app, environment)).toBe(expected);
});

it('a manifest is judged with the image that a deploy puts into it', () => {
  const of = (image: string) => ({ spec: { template: { spec: { containers: [{ image: 'side/car' }, { image }] } } } });
  const app = (image: string) => ({ name: 'store', build: { image, command: undefined, foreign: false } });
  expect(asBuilt(app('x/{user}'), of('x/{user}:v1'))).toEqual(of('dev.local/store'));
  expect(asBuilt(app('x/{user}'), of('x/{other}'))).toEqual(of('x/{other}'));
  expect(asBuilt(app('x/y'), of('x/y:v1'))).toEqual(of('x/y:v1'));
  expect(asBuilt(app('x/{user}'), 'text')).toBe('text');
  expect(asBuilt({ ...app('dev.local/g'), name: 'g' }, of('dev.local/g'))).toEqual(of('dev.local/app/g'));
});

it('the published schema is the one the checks use', () => {
  expect(schema).toEqual(JSON.parse(JSON.stringify(jsonSchema())));
});
