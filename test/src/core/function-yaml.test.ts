/** Functions of Knative's func CLI, as its templates and its documentation write their func.yaml. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { admitManifest } from '../../../emulator/knative/validate-manifest.ts';
import { adopt, adoptable } from '../../../src/core/app/adopt.ts';
import { loadApplication } from '../../../src/core/app/model.ts';
import { writeFiles } from '../../support/places.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-function-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const write = (files: Record<string, string>) => writeFiles(dir, files);

const head = 'specVersion: 0.36.0\ncreated: 2026-01-01T00:00:00Z\n';
const node = (func: string, scripts: Record<string, string> = {}) => ({
  'func.yaml': `${head}name: greet\nruntime: node\n${func}`,
  'package.json': JSON.stringify({
    main: 'index.js',
    scripts: { start: 'FUNC_LOG_LEVEL=info faas-js-runtime ./index.js', ...scripts },
  }),
  'index.js': 'module.exports = { handle: () => "hello" };\n',
});
const service = () => parse(readFileSync(join(dir, 'deploy', 'service.yaml'), 'utf8'));
const container = () => service().spec.template.spec.containers[0];

describe('a function', () => {
  it('is adopted with the Service that the func CLI would make of it, and its func.yaml is as it was', async () => {
    const files = node(`registry: quay.io/alice
namespace: team
domain: fn.example.com
build:
  buildEnvs:
    - {name: BP_NODE_RUN_SCRIPTS, value: build}
    - {name: TOKEN, value: '{{ env:TOKEN }}'}
run:
  envs:
    - {name: PLAIN, value: 5}
    - {name: FROM_SECRET, value: '{{ secret:db:password }}'}
    - {name: FROM_MAP, value: '{{configMap:settings:log.level}}'}
    - value: '{{ secret:all-of-it }}'
    - value: '{{ configMap:all-of-that }}'
    - {name: API_KEY, value: '{{ env:MY_KEY }}'}
  volumes:
    - {secret: db, path: /db}
    - {configMap: settings, path: /settings}
    - {persistentVolumeClaim: {claimName: disk, readOnly: true}, path: /disk}
    - {emptyDir: {}, path: /scratch}
deploy:
  annotations: {division: finance, autoscaling.knative.dev/window: 30s}
  labels: [{key: team, value: a}, {key: who, value: '{{ env:USER }}'}]
  serviceAccountName: runner
  imagePullSecret: registry
  healthEndpoints: {liveness: /health/liveness, readiness: /health/readiness}
  options:
    scale: {min: 0, max: 3, metric: rps, target: 80.5, utilization: 70}
    resources: {requests: {cpu: 100m}, limits: {memory: 256Mi, concurrency: 10}}
`);
    write(files);
    expect(await adopt(dir)).toEqual({
      name: 'greet',
      files: ['deploy/service.yaml', 'slipway.yaml'],
      starts: true,
      left: [
        'run.envs API_KEY ({{ env:MY_KEY }})',
        'deploy.labels who ({{ env:USER }})',
        'namespace (team)',
        'domain (fn.example.com)',
        'build.buildEnvs TOKEN',
      ],
    });
    for (const [name, text] of Object.entries(files)) expect(readFileSync(join(dir, name), 'utf8')).toBe(text);
    expect(service()).toEqual({
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: { name: 'greet', labels: { team: 'a' }, annotations: { division: 'finance' } },
      spec: {
        template: {
          metadata: {
            labels: { team: 'a' },
            annotations: {
              division: 'finance',
              'autoscaling.knative.dev/window': '30s',
              'autoscaling.knative.dev/min-scale': '0',
              'autoscaling.knative.dev/max-scale': '3',
              'autoscaling.knative.dev/metric': 'rps',
              'autoscaling.knative.dev/target': '80.5',
              'autoscaling.knative.dev/target-utilization-percentage': '70',
            },
          },
          spec: {
            serviceAccountName: 'runner',
            imagePullSecrets: [{ name: 'registry' }],
            containerConcurrency: 10,
            containers: [
              {
                image: 'quay.io/alice/greet',
                env: [
                  { name: 'FUNC_LOG_LEVEL', value: 'info' },
                  { name: 'PLAIN', value: '5' },
                  { name: 'FROM_SECRET', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
                  { name: 'FROM_MAP', valueFrom: { configMapKeyRef: { name: 'settings', key: 'log.level' } } },
                ],
                envFrom: [{ secretRef: { name: 'all-of-it' } }, { configMapRef: { name: 'all-of-that' } }],
                resources: { requests: { cpu: '100m' }, limits: { memory: '256Mi' } },
                livenessProbe: { httpGet: { path: '/health/liveness' } },
                readinessProbe: { httpGet: { path: '/health/readiness' } },
                volumeMounts: [
                  { name: 'secret-db', mountPath: '/db' },
                  { name: 'config-map-settings', mountPath: '/settings' },
                  { name: 'pvc-disk', mountPath: '/disk' },
                  { name: 'empty-dir-3', mountPath: '/scratch' },
                ],
              },
            ],
            volumes: [
              { name: 'secret-db', secret: { secretName: 'db' } },
              { name: 'config-map-settings', configMap: { name: 'settings' } },
              { name: 'pvc-disk', persistentVolumeClaim: { claimName: 'disk', readOnly: true } },
              { name: 'empty-dir-3', emptyDir: {} },
            ],
          },
        },
      },
    });
    expect(admitManifest(service())?.warnings.filter(({ message }) => message.startsWith('unknown'))).toEqual([]);
    expect(readFileSync(join(dir, 'deploy', 'service.yaml'), 'utf8')).not.toMatch(/[&*]\w+\d/);
  });

  it('is subscribed by the Triggers that the func CLI would make', async () => {
    write(
      node(`deploy:
  subscriptions:
    - {source: default, filters: {type: com.example.order, priority: 1}}
    - filters: {type: lost}
    - source: audit
`),
    );
    expect(await adopt(dir)).toEqual({
      name: 'greet',
      files: ['deploy/service.yaml', 'deploy/triggers.yaml', 'slipway.yaml'],
      starts: true,
      left: ['deploy.subscriptions[1]'],
      brokers: ['default', 'audit'],
    });
    const subscriber = { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'greet' } };
    const trigger = (name: string, spec: object) => ({
      apiVersion: 'eventing.knative.dev/v1',
      kind: 'Trigger',
      metadata: { name },
      spec: { ...spec, subscriber },
    });
    const text = readFileSync(join(dir, 'deploy', 'triggers.yaml'), 'utf8');
    const triggers = parseAllDocuments(text).map((document) => document.toJS());
    expect(triggers).toEqual([
      trigger('greet-function-trigger-0', {
        broker: 'default',
        filter: { attributes: { type: 'com.example.order', priority: '1' } },
      }),
      trigger('greet-function-trigger-1', { broker: 'audit' }),
    ]);
    for (const each of triggers) expect(admitManifest(each)?.errors).toEqual([]);
    const { manifests } = await loadApplication(dir);
    expect(manifests.map(({ object }) => object.kind)).toEqual(['Service', 'Trigger', 'Trigger']);
  });

  it('names the volumes that a manifest does not get', async () => {
    write(
      node(`run:
  volumes:
    - {emptyDir: null, path: /none}
    - {nfs: {server: a}, path: /nfs}
    - {secret: db}
    - {emptyDir: {medium: Memory, sizeLimit: 1Mi}, path: /scratch}
`),
    );
    expect((await adopt(dir)).left).toEqual([
      'run.volumes /none (emptyDir)',
      'run.volumes /nfs (nfs)',
      'run.volumes [2] (secret)',
    ]);
    expect(container().volumeMounts).toEqual([{ name: 'empty-dir-3', mountPath: '/scratch' }]);
    expect(service().spec.template.spec.volumes).toEqual([
      { name: 'empty-dir-3', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    ]);
  });

  it('in JavaScript is started by the file of its runtime, so that a debugger can', async () => {
    write(node('image: docker.io/alice/greet:latest\n', { build: 'tsc' }));
    await adopt(dir);
    expect(await loadApplication(dir)).toMatchObject({
      name: 'greet',
      build: { image: 'docker.io/alice/greet', command: 'npm run build', foreign: false },
      run: { start: ['node', 'node_modules/faas-js-runtime/bin/cli.js', './index.js'], debug: 'node' },
    });
    expect(container()).toEqual({
      image: 'docker.io/alice/greet',
      env: [{ name: 'FUNC_LOG_LEVEL', value: 'info' }],
    });
  });

  it('keeps a start script of its own, and its own word for a variable', async () => {
    write(node('run: {envs: [{name: FUNC_LOG_LEVEL, value: debug}]}\n', { start: 'node server.js' }));
    await adopt(dir);
    expect((await loadApplication(dir)).run.start).toEqual(['node', 'server.js']);
    expect(container().env).toEqual([{ name: 'FUNC_LOG_LEVEL', value: 'debug' }]);
    rmSync(join(dir, 'slipway.yaml'));
    rmSync(join(dir, 'deploy'), { recursive: true });
    write(node('run: {envs: [{name: FUNC_LOG_LEVEL, value: debug}]}\n'));
    await adopt(dir);
    expect(container().env).toEqual([{ name: 'FUNC_LOG_LEVEL', value: 'debug' }]);
  });

  it('of an older func CLI has its variables at the top', async () => {
    write(node("envs: [{name: A, value: b}]\nbuildEnvs: []\noptions: {scale: {max: 2}}\nimage: ''\n"));
    expect((await adopt(dir)).left).toEqual([]);
    expect(container()).toMatchObject({ image: 'dev.local/greet', env: [{ name: 'FUNC_LOG_LEVEL' }, { name: 'A' }] });
    expect(service().spec.template.metadata).toEqual({ annotations: { 'autoscaling.knative.dev/max-scale': '2' } });
  });

  it('named by one letter has an image behind a registry that Knative takes', async () => {
    write({
      ...node('registry: r.example.com\n'),
      'func.yaml': `${head}name: g\nruntime: node\nregistry: r.example.com\n`,
    });
    await adopt(dir);
    expect(container().image).toBe('r.example.com/app/g');
    expect(admitManifest(service())?.errors).toEqual([]);
  });

  it.each([
    ['rust', { 'Cargo.toml': '[package]\nname = "fn"\n' }, ['target/release/fn']],
    [
      'springboot',
      { 'pom.xml': '<project><artifactId>fn</artifactId><version>1</version></project>' },
      ['java', '-jar', 'target/fn-1.jar'],
    ],
    [
      'quarkus',
      { 'pom.xml': '<artifactId>quarkus-maven-plugin</artifactId>' },
      ['java', '-jar', 'target/quarkus-app/quarkus-run.jar'],
    ],
  ])('in %s is started as its build file says', async (runtime, files, start) => {
    write({ ...files, 'func.yaml': `${head}name: fn\nruntime: ${runtime}\n` });
    await adopt(dir);
    expect((await loadApplication(dir)).run.start).toEqual(start);
  });

  it.each([
    ['go', { 'go.mod': 'module function', 'handle.go': 'package function\n' }, 'Go'],
    ['python', { 'pyproject.toml': '', 'function/func.py': 'def new(): pass\n' }, 'Python'],
  ])('in %s has no program: nothing is written, and it is said why', async (runtime, files, language) => {
    write({ ...files, 'func.yaml': `${head}name: fn\nruntime: ${runtime}\n` });
    await expect(adopt(dir)).rejects.toMatchObject({ code: 'FunctionWithoutProgram', args: { name: 'fn', language } });
    expect(readdirSync(dir)).not.toContain('deploy');
    expect(readdirSync(dir)).not.toContain('slipway.yaml');
    // In the list all the same: who looks for it there is told.
    expect(await adoptable([dir])).toEqual([{ dir, manifest: undefined, start: undefined, runtime }]);
  });

  const funcs = (runtime: string, more = '') => ({ 'func.yaml': `${head}name: fn\nruntime: ${runtime}\n${more}` });
  const goFunction = (text: string) => ({
    'go.mod': 'module example.com/fn\n\ngo 1.21\n',
    'handle.go': `package function\n\n${text} {}\n`,
    'handle_test.go': 'package function\n\nfunc New() {}\nfunc Handle() {}\n',
  });
  const instanced = 'func New() *F { return nil }\n\nfunc (f *F) Handle(w http.ResponseWriter, r *http.Request)';

  it.each([
    ['http', '', instanced, ['"knative.dev/func-go/http"', 'http.Start(function.New())']],
    [
      'http, static',
      '',
      'func Handle(w http.ResponseWriter, r *http.Request)',
      ['middleware "knative.dev/func-go/http"', 'middleware.Start(handler(function.Handle))', '\t"net/http"\n'],
    ],
    [
      'events',
      'invoke: cloudevent\n',
      instanced,
      ['"knative.dev/func-go/cloudevents"', 'cloudevents.Start(function.New())'],
    ],
    [
      'events, static',
      'invoke: cloudevent\n',
      'func Handle(e event.Event) error',
      ['cloudevents.Start(cloudevents.DefaultHandler{Handler: function.Handle})'],
    ],
  ])('in Go (%s) gets a program around it', async (_, more, text, lines) => {
    write({ ...goFunction(text), ...funcs('go', more) });
    expect((await adopt(dir)).files).toEqual(['deploy/service.yaml', 'cmd/function/main.go', 'slipway.yaml']);
    const program = readFileSync(join(dir, 'cmd', 'function', 'main.go'), 'utf8');
    for (const line of [...lines, 'function "example.com/fn"', 'os.Getenv("PORT")']) expect(program).toContain(line);
    const { build, run } = await loadApplication(dir);
    expect([build.command, run.start, run.dev]).toEqual([
      'go build -o bin/server ./cmd/function',
      ['bin/server'],
      ['go', 'run', './cmd/function'],
    ]);
  });

  it.each([
    ['new', '', 'from .func import new\n', 'http'],
    ['handle', 'invoke: cloudevent\n', 'async def handle(scope, receive, send):\n    pass\n', 'cloudevent'],
  ])('in Python (%s) gets a program around it', async (name, more, text, middleware) => {
    write({ 'function/__init__.py': text, 'pyproject.toml': '', ...funcs('python', more) });
    expect((await adopt(dir)).files).toEqual(['deploy/service.yaml', 'main.py', 'slipway.yaml']);
    const program = readFileSync(join(dir, 'main.py'), 'utf8');
    for (const line of [
      `from func_python.${middleware} import serve`,
      `from function import ${name}`,
      `serve(${name})`,
    ])
      expect(program).toContain(line);
    expect((await loadApplication(dir)).run.start).toEqual(['python3', 'main.py']);
  });

  it('with a program of its own is started by that', async () => {
    write({ ...goFunction(instanced), 'cmd/serve/main.go': 'package main\n\nfunc main() {}\n', ...funcs('go') });
    expect((await adopt(dir)).files).toEqual(['deploy/service.yaml', 'slipway.yaml']);
    expect((await loadApplication(dir)).run.dev).toEqual(['go', 'run', './cmd/serve']);
  });

  it('whose program cannot be written leaves nothing behind', async () => {
    write({ ...goFunction(instanced), 'cmd/function/main.go': 'package main\n', ...funcs('go') });
    await expect(adopt(dir)).rejects.toMatchObject({ code: 'FileInTheWay' });
    expect(readdirSync(dir).sort()).toEqual(['cmd', 'func.yaml', 'go.mod', 'handle.go', 'handle_test.go']);
  });

  it.each([
    ['both forms', goFunction(`${instanced} {}\n\nfunc Handle()`)],
    ['a package that cannot be imported', { 'go.mod': 'module f', 'a.go': 'package main\n\nfunc Handle() {}\n' }],
  ])('in Go with %s is not guessed at', async (_, files) => {
    write({ ...files, ...funcs('go') });
    await expect(adopt(dir)).rejects.toMatchObject({ code: 'FunctionWithoutProgram' });
  });

  it('of which nothing says how it is started is told of as any folder', async () => {
    for (const runtime of ['node', 'constructor']) {
      write({ 'func.yaml': `${head}name: fn\nruntime: ${runtime}\n` });
      await expect(adopt(dir)).rejects.toMatchObject({ code: 'NothingToStart' });
    }
  });

  it('of the Fn Project, whose file has the same name, is a folder like any other', async () => {
    write({ ...node(''), 'func.yaml': 'schema_version: 20180708\nname: other\nversion: 0.0.1\nruntime: go\n' });
    expect(await adopt(dir)).toMatchObject({ name: expect.stringMatching(/^slipway-function-/), left: undefined });
    rmSync(join(dir, 'slipway.yaml'));
    rmSync(join(dir, 'deploy'), { recursive: true });
    rmSync(join(dir, 'package.json'));
    rmSync(join(dir, 'index.js'));
    expect(await adoptable([dir])).toEqual([]);
  });

  it('with a mistake in its func.yaml is not guessed at', async () => {
    write({ ...node(''), 'func.yaml': 'name: [' });
    await expect(adopt(dir)).rejects.toMatchObject({ code: 'YamlSyntax', place: { file: join(dir, 'func.yaml') } });
  });

  it('whose fields are of other kinds is read as far as it can be', async () => {
    write({ ...node(''), 'func.yaml': 'name: {}\nruntime: []\nrun: {envs: {A: b}, volumes: [1]}\ndeploy: text\n' });
    await adopt(dir);
    expect(Object.keys(container())).toEqual(['image', 'env']);
    expect(service().metadata.name).toMatch(/^slipway-function-/);
  });

  it('with a Service of its own is what that says', async () => {
    const own = 'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: other}\n';
    write({
      ...node('namespace: team\n'),
      'k8s/s.yaml': `${own}spec: {template: {spec: {containers: [{image: r.io/o}]}}}\n`,
    });
    expect(await adopt(dir)).toMatchObject({ name: 'other', files: ['slipway.yaml'], left: undefined });
  });
});
