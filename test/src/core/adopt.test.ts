import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admitManifest } from '../../../emulator/knative/validate-manifest.ts';
import { adopt, adoptable, folderOfManifest, labelOf, servicesToAdopt } from '../../../src/core/app/adopt.ts';
import { isApplication } from '../../../src/core/app/find.ts';
import { loadApplication, readApplication } from '../../../src/core/app/model.ts';
import { servicesIn } from '../../../src/core/app/services-in.ts';
import { imageRepository, prepareObjects } from '../../../src/core/deploy/objects.ts';
import { renderProblem } from '../../../src/core/messages/core.ts';
import { writeFiles } from '../../support/places.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-adopt-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const write = (files: Record<string, string>) => writeFiles(dir, files);

const service = (image: string, name = 'shop') => `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: ${name}
spec:
  template:
    spec:
      containers:
        - image: ${image}
`;
const inJson = JSON.stringify({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: { name: 'shop' },
  spec: { template: { spec: { containers: [{ image: 'r.io/x' }] } } },
});
const main = 'package main\nfunc main() {}\n';

describe('an application that is taken as it is', () => {
  it('with a Service in its own folder, of an image that only its author can name', async () => {
    write({ 'service.yaml': service('docker.io/{username}/shop:v1'), 'go.mod': 'module a/shop', 'main.go': main });
    expect(await adopt(dir)).toEqual({ name: 'shop', files: ['slipway.yaml'], starts: true });
    expect(readFileSync(join(dir, 'slipway.yaml'), 'utf8')).toBe(`name: shop
manifests: service.yaml
build:
  image: docker.io/{username}/shop
  command: go build -o bin/server .
run:
  start: bin/server
  dev: go run .
`);
    expect(await loadApplication(dir)).toMatchObject({
      name: 'shop',
      build: { image: 'docker.io/{username}/shop', command: 'go build -o bin/server .', foreign: false },
      run: { start: ['bin/server'], dev: ['go', 'run', '.'], debug: 'delve' },
    });
  });

  it('with its manifests in a folder of another name', async () => {
    write({
      'package.json': '{"scripts":{"start":"node a.js"}}',
      'k8s/config.yaml': 'kind: ConfigMap',
      'k8s/knative.yaml': `kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n---\n${service('r.io/x@sha256:1')}`,
    });
    await adopt(dir);
    expect(readFileSync(join(dir, 'slipway.yaml'), 'utf8')).toBe(
      'name: shop\nmanifests: k8s\nbuild:\n  image: r.io/x\nrun:\n  start: node a.js\n',
    );
  });

  it('without a Service gets one, named as its folder', async () => {
    write({ 'My App/app.py': 'print()' });
    const root = join(dir, 'My App');
    expect(await adopt(root)).toEqual({ name: 'my-app', files: ['deploy/service.yaml', 'slipway.yaml'], starts: true });
    const { application, problems } = await readApplication(root);
    expect(problems).toEqual([]);
    expect(application).toMatchObject({
      name: 'my-app',
      build: { image: 'dev.local/my-app' },
      run: { start: ['python3', 'app.py'] },
    });
  });

  it('of a folder with a name of one letter, and one whose Service names an image so, can be deployed', async () => {
    write({ 'g/app.py': '', 'h/app.py': '', 'h/service.yaml': service('dev.local/h', 'h') });
    for (const name of ['g', 'h']) {
      await adopt(join(dir, name));
      const app = await loadApplication(join(dir, name));
      const image = imageRepository(app, undefined);
      expect(image).toBe(`dev.local/app/${name}`);
      expect(admitManifest(prepareObjects(app, { namespace: 'default', image }).service)?.errors).toEqual([]);
    }
  });

  it('with a Service that nothing says how to start is taken, and that is told', async () => {
    write({ 'service.yaml': service('x/y'), Dockerfile: 'FROM a\nCMD ["/server"]\n' });
    expect(await adopt(dir)).toMatchObject({ starts: false });
    // The image that it names is somebody else's work.
    expect(readFileSync(join(dir, 'slipway.yaml'), 'utf8')).toBe('name: shop\nmanifests: service.yaml\n');
  });

  it('with a slipway.yaml already keeps it; without anything is refused', async () => {
    await expect(adopt(dir)).rejects.toMatchObject({ code: 'NothingToStart' });
    const file = join(dir, 'nothing');
    await expect(adopt(file)).rejects.toMatchObject({ code: 'FileUnreadable', args: { file } });
    write({ 'slipway.yaml': 'name: mine\n' });
    expect(await adopt(dir)).toMatchObject({ files: [] });
    expect(readFileSync(join(dir, 'slipway.yaml'), 'utf8')).toBe('name: mine\n');
  });

  it.each([
    ['with a mark at its beginning', `\ufeff${service('r.io/x')}`],
    ['with quotes around its keys', service('r.io/x').replace(/^(apiVersion|kind)/gm, '"$1"')],
    ['in JSON', JSON.stringify(JSON.parse(inJson), null, 2)],
    ['in JSON on one line', inJson],
    ['with the line ends of Windows', service('r.io/x').replaceAll('\n', '\r\n')],
    [
      'in a list',
      `apiVersion: v1\nitems:\n- ${service('r.io/x').trimEnd().replaceAll('\n', '\n  ')}\nkind: List\nmetadata:\n  resourceVersion: ""\n`,
    ],
    [
      'in a list of Services',
      `apiVersion: serving.knative.dev/v1\nkind: ServiceList\nitems:\n- ${service('r.io/x').trimEnd().replaceAll('\n', '\n  ')}\n`,
    ],
  ])('with a manifest %s is found and taken', async (_, text) => {
    write({ 'deploy/service.yaml': text, 'app.py': '' });
    expect(await isApplication(dir)).toBe(true);
    expect(await adopt(dir)).toMatchObject({ name: 'shop', files: ['slipway.yaml'] });
    expect(await readApplication(dir)).toMatchObject({ application: { build: { image: 'r.io/x' } }, problems: [] });
  });

  it.each([
    ['block', 'ref:\n  "apiVersion": serving.knative.dev/v1\n  "kind": Service\n'],
    ['braces', '{"spec": {"ref": {"apiVersion": "serving.knative.dev/v1", "kind": "Service"}}}'],
    ['a template', '{{- if .x }}\nref: {apiVersion: serving.knative.dev/v1, kind: Service}\n{{- end }}'],
  ])('with a reference to a Service in %s has none', async (_, text) => {
    write({ 'deploy/trigger.yaml': text });
    expect(await isApplication(dir)).toBe(false);
  });

  it('with a base of kustomize is taken by its manifests', async () => {
    const kustomization =
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [service.yaml]\n';
    write({ 'base/service.yaml': service('r.io/x'), 'base/kustomization.yaml': kustomization, 'app.py': '' });
    await adopt(dir);
    expect(await readApplication(dir)).toMatchObject({ application: { name: 'shop' }, problems: [] });
  });

  it('with a hidden file in deploy/ gets a manifest that is seen', async () => {
    write({ 'deploy/.old.yaml': service('r.io/x', 'old'), 'app.py': '' });
    expect(await isApplication(dir)).toBe(false);
    expect(await adopt(dir)).toMatchObject({ files: ['deploy/service.yaml', 'slipway.yaml'] });
    expect((await readApplication(dir)).problems).toEqual([]);
  });

  it('with a link to its manifest is taken by it', async () => {
    write({ '.base/service.yaml': service('r.io/x'), 'deploy/config.yaml': '', 'app.py': '' });
    symlinkSync('../.base/service.yaml', join(dir, 'deploy', 'service.yaml'));
    expect(await adopt(dir)).toMatchObject({ name: 'shop', files: ['slipway.yaml'] });
  });

  it.each<[string, string, object]>([
    ['a mistake in its Service', service('"r.io/x'), { code: 'YamlSyntax', place: { line: 10 } }],
    [
      'something else where its Service would stand',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
      { code: 'NoService' },
    ],
    ['nothing in the file of its Service', '', { code: 'NoService' }],
  ])('with %s is refused, and nothing is written', async (_, text, fault) => {
    write({ 'deploy/service.yaml': text, 'app.py': '' });
    await expect(adopt(dir)).rejects.toMatchObject(fault);
    expect(readFileSync(join(dir, 'deploy', 'service.yaml'), 'utf8')).toBe(text);
    expect(existsSync(join(dir, 'slipway.yaml'))).toBe(false);
  });

  it.each([
    ['slipway.yaml', 'a link that leads nowhere', () => symlinkSync('nowhere', join(dir, 'slipway.yaml'))],
    ['deploy', 'a link that leads nowhere', () => symlinkSync('nowhere', join(dir, 'deploy'))],
    ['deploy', 'a file, not a folder', () => write({ deploy: 'a file' })],
  ])('whose %s is %s is left as it was', async (path, got, prepare) => {
    write({ 'app.py': '' });
    prepare();
    const before = readdirSync(dir);
    await expect(adopt(dir)).rejects.toMatchObject({ code: 'FileInTheWay', args: { file: join(dir, path), got } });
    const problem = await adopt(dir).catch((fault) => renderProblem('zh-cn', fault));
    expect(JSON.stringify(problem)).not.toMatch(/[a-z] [a-z]/);
    expect(readdirSync(dir)).toEqual(before);
  });

  it.each([
    ['a tab', service('r.io/x').replace('  name', '\tname'), 4, 'there is a tab in the indentation'],
    [
      'a template',
      `{{- if .Values.on }}\n${service('{{ .Values.image }}')}{{- end }}\n`,
      1,
      'a template is no YAML until it is rendered',
    ],
    [
      'a template of values alone',
      service('"{{ .Values.image }}"').replace('shop', '{{ .Release.Name }}'),
      4,
      'a template is no YAML until it is rendered',
    ],
  ])('whose only Service, outside of deploy/, has %s says where', async (_, text, line, detail) => {
    write({ 'chart/templates/service.yaml': text, 'app.py': '' });
    const file = join(dir, 'chart', 'templates', 'service.yaml');
    await expect(adopt(dir)).rejects.toMatchObject({ code: 'YamlSyntax', args: { detail }, place: { file, line } });
    await expect(adopt(dir, { service: 'shop' })).rejects.toMatchObject({ code: 'YamlSyntax' });
    expect(readdirSync(dir).sort()).toEqual(['app.py', 'chart']);
    // What is no Service is nobody's, and neither is a mistake beside one that can be read.
    write({ 'k8s/service.yaml': service('r.io/x'), 'chart/templates/map.yaml': 'kind: ConfigMap\n\tapiVersion: v1\n' });
    expect(await adopt(dir)).toMatchObject({ name: 'shop', files: ['slipway.yaml'] });
  });

  it('whose Service in deploy/ has a mistake is not taken by another one', async () => {
    write({
      'deploy/service.yaml': `${service('r.io/x')}\t\n  a: b: c\n`,
      'examples/service.yaml': service('r.io/x', 'example'),
    });
    const file = join(dir, 'deploy', 'service.yaml');
    await expect(adopt(dir)).rejects.toMatchObject({ code: 'YamlSyntax', place: { file } });
  });

  it.each([
    ['My App', 'my-app'],
    ['2048', 'app'],
    ['-é-', 'app'],
  ])('named %j is %s', (text, label) => {
    expect(labelOf(text)).toBe(label);
  });
});

describe('a slipway.yaml that is there', () => {
  const file = () => join(dir, 'slipway.yaml');

  it('is kept, and told where it says another Service than is asked for', async () => {
    write({
      'slipway.yaml': 'name: one\n',
      'deploy/a.yaml': service('r.io/x', 'one'),
      'deploy/b.yaml': service('r.io/y', 'two'),
    });
    expect(await adopt(dir, { service: 'one' })).toMatchObject({ name: 'one', files: [] });
    const fault = { code: 'ApplicationThere', args: { file: file(), name: 'two' } };
    await expect(adopt(dir, { service: 'two' })).rejects.toMatchObject(fault);
    write({ 'slipway.yaml': 'build: {}\n' });
    await expect(adopt(dir, { service: 'two' })).rejects.toMatchObject(fault);
    expect(readFileSync(file(), 'utf8')).toBe('build: {}\n');
  });
});

describe('of several Services', () => {
  const pair = `# both\n${service('dev.local/one', 'one')}---\n${service('r.io/two:v2', 'two')}`;

  it.each<[string, string, [string, number][]]>([
    [
      'each begins where its document does',
      pair,
      [
        ['one', 2],
        ['two', 12],
      ],
    ],
    [
      'others are none',
      'apiVersion: serving.knative.dev/v1\nkind: Route\nmetadata: {name: a}\n---\nkind: Service\napiVersion: v1\nmetadata: {name: b}\n',
      [],
    ],
    [
      'one is known by quoted words and braces',
      '\r\napiVersion: "serving.knative.dev/v1"\r\nkind: "Service"\r\nmetadata: {name: "a"}\r\nspec: {template: {spec: {containers: [{image: b}]}}}\r\n',
      [['a', 2]],
    ],
    [
      'what has no name or image yet is left out',
      `${service('x').replace('image: x', 'name: x')}---\n${service('x', '')}---\n${service('x', 'c')}`,
      [['c', 21]],
    ],
    ['a mistake in one leaves the other', `${service('x', 'a')}---\n${service('"x', 'b')}`, [['a', 1]]],
    ['the same name is the same', `${service('x', 'a')}---\n${service('y', 'a')}`, [['a', 1]]],
  ])('%s', (_, text, found) => {
    expect(servicesIn('/x/service.yaml', text).map(({ name, line }) => [name, line])).toEqual(found);
  });

  it('in one file the one that is named is taken, and none without a name', async () => {
    write({ 'service.yaml': pair, 'app.py': '' });
    await expect(adopt(dir)).rejects.toMatchObject({ code: 'SeveralServices', args: { dir, names: 'one, two' } });
    await expect(adopt(dir, { service: 'three' })).rejects.toMatchObject({
      code: 'NoSuchService',
      args: { dir, name: 'three', names: 'one, two' },
    });
    expect(existsSync(join(dir, 'slipway.yaml'))).toBe(false);
    expect(await adopt(dir, { service: 'two' })).toMatchObject({ name: 'two' });
    const app = await loadApplication(dir);
    expect(app).toMatchObject({ name: 'two', build: { image: 'r.io/two' } });
    const { service: own, others } = prepareObjects(app, { namespace: 'default' });
    expect([own, ...others.map(({ object }) => object)].map(({ metadata }) => metadata?.name)).toEqual(['two', 'one']);
    // It is an application now: nothing is asked any more.
    expect(await servicesToAdopt(dir)).toEqual([]);
  });

  it('in folders the one of the file that was pointed at is taken', async () => {
    write({
      'app.py': '',
      'k8s/a.yaml': service('x/a', 'a'),
      'k8s/deep/b.yaml': service('x/b', 'b'),
      // What patches a base for one environment is the same Service.
      'k8s/test/a.yaml': service('x/a', 'a'),
      // Another application.
      'other/slipway.yaml': 'name: c\n',
      'other/deploy/c.yaml': service('x/c', 'c'),
      'k8s/large.yaml': 'x'.repeat(5 * 2 ** 20),
    });
    expect((await servicesToAdopt(dir)).map(({ name, file }) => `${name} ${file}`)).toEqual([
      'a k8s/a.yaml',
      'b k8s/deep/b.yaml',
    ]);
    await adopt(dir, { service: 'b', file: join(dir, 'k8s/deep/b.yaml') });
    expect(readFileSync(join(dir, 'slipway.yaml'), 'utf8')).toContain('name: b\nmanifests: k8s/deep\n');
  });

  it('those in deploy/ are asked about and no others; one alone is the application', async () => {
    write({ 'deploy/a.yaml': service('x/a', 'a'), 'examples/e.yaml': service('x/e', 'e') });
    expect((await servicesToAdopt(dir)).map(({ name }) => name)).toEqual(['a']);
    expect(await adoptable([dir])).toEqual([]);
    write({ 'deploy/b.yaml': service('x/b', 'b') });
    expect((await servicesToAdopt(dir)).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(await adoptable([dir])).toEqual([{ dir, manifest: 'deploy/a.yaml', start: undefined }]);
    await adopt(dir, { service: 'b' });
    expect(readFileSync(join(dir, 'slipway.yaml'), 'utf8')).toBe('name: b\n');
    expect(await loadApplication(dir)).toMatchObject({ name: 'b' });
    expect(await adoptable([dir])).toEqual([]);
  });
});

describe('what may be taken', () => {
  it('is what has a Service or a way to start it, and is in no application', async () => {
    write({
      'done/slipway.yaml': 'name: done\n',
      'done/inside/server.js': '',
      'api/go.mod': 'module a/api',
      'api/main.go': main,
      'api/k8s/service.yaml': service('x/y'),
      'services/web/package.json': '{"scripts":{"start":"next start"}}',
      'services/docs/README.md': '',
      'yaml/service.yaml': service('x/y'),
      'node_modules/thing/server.js': '',
    });
    expect(await adoptable([dir])).toEqual([
      { dir: join(dir, 'api'), manifest: 'k8s/service.yaml', start: 'bin/server' },
      { dir: join(dir, 'yaml'), manifest: 'service.yaml', start: undefined },
      { dir: join(dir, 'services/web'), manifest: undefined, start: 'next start' },
    ]);
  });

  it('by a manifest is the nearest folder that says how it is started, else its own', async () => {
    write({ 'a/app.py': '', 'a/k8s/base/service.yaml': '', 'b/service.yaml': '' });
    expect(await folderOfManifest(join(dir, 'a/k8s/base/service.yaml'), dir)).toBe(join(dir, 'a'));
    expect(await folderOfManifest(join(dir, 'b/service.yaml'), dir)).toBe(join(dir, 'b'));
    // What lies in deploy/ is of the folder above.
    expect(await folderOfManifest(join(dir, 'b/deploy/service.yaml'), dir)).toBe(join(dir, 'b'));
    expect(await folderOfManifest(join(dir, 'deploy/service.yaml'), join(dir, 'deploy'))).toBe(join(dir, 'deploy'));
    write({ 'app.py': '' });
    expect(await folderOfManifest(join(dir, 'b/service.yaml'), join(dir, 'b'))).toBe(join(dir, 'b'));
  });
});
