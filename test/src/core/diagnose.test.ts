/** Facts of a failed revision → the one cause; a build's output → places; a cause → the one fix. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { Application } from '../../../src/core/app/model.ts';
import { type CauseCode, causeCodes } from '../../../src/core/codes.ts';
import { compilerProblems } from '../../../src/core/deploy/compiler-lines.ts';
import { type Cause, diagnose, lateCause, type Scene } from '../../../src/core/deploy/diagnose.ts';
import { type FixScene, fixFor } from '../../../src/core/deploy/fix.ts';

const meta = { name: 'shop', namespace: 'default', uid: '', resourceVersion: '', creationTimestamp: '' };
const image = 'registry.example.com/team/shop:1';
const service: KubeObject = {
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: meta,
  spec: { template: { spec: { containers: [{ image }] } } },
};

const revision = (reason?: string, message = '', annotations = {}): KubeObject => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Revision',
  metadata: { ...meta, name: 'shop-00001', annotations },
  spec: { containers: [{ image, ports: [{ containerPort: 8080 }] }] },
  status: {
    conditions: [{ type: 'Ready', status: reason ? 'False' : 'Unknown', reason: reason ?? 'Deploying', message }],
  },
});
type State = { waiting?: object; running?: object; terminated?: object };
const pod = (state: State, lastState: State = {}, conditions: object[] = []): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...meta, name: 'shop-1' },
  status: {
    containerStatuses: [
      { name: 'user-container', state, lastState },
      { name: 'queue-proxy', state: { running: {} } },
    ],
    conditions,
  },
});
const waiting = (reason: string, message = '') => pod({ waiting: { reason, message } });
const ended = (exitCode: number, reason = 'Error') => pod({ terminated: { exitCode, reason, message: '' } });
const running = () => pod({ running: { startedAt: '' } }, {}, [{ type: 'Ready', status: 'False' }]);
const scene = (more: Partial<Scene>): Scene => ({
  service,
  revision: revision(),
  pods: [],
  events: [],
  logs: [],
  ...more,
});

const killedByProbe = [
  { reason: 'Unhealthy', message: 'Readiness probe failed: connection refused' },
  { reason: 'Unhealthy', message: 'Startup probe failed: HTTP probe failed with statuscode: 404' },
  { reason: 'Killing', message: 'Container user-container failed startup probe, will be restarted' },
  { reason: 'Unhealthy', message: 'Startup probe failed: dial tcp 127.0.0.1:8080: connect: connection refused' },
];

const rows: [string, Partial<Scene>, CauseCode | undefined, object?][] = [
  ['nothing speaks against waiting on', { pods: [pod({ running: {} })] }, undefined],
  [
    'an image that is not there',
    { pods: [waiting('ImagePullBackOff', `${image}: not found in the platform's image store`)] },
    'ImageMissing',
    { image },
  ],
  [
    'an image whose engine tells every step of not finding it',
    {
      pods: [
        waiting(
          'ImagePullBackOff',
          'Back-off pulling image "a/b@sha256:00": ErrImagePull: failed to pull and unpack image "a/b@sha256:00": failed to resolve reference "a/b@sha256:00": a/b@sha256:00: not found',
        ),
      ],
    },
    'ImageMissing',
    { detail: 'not found' },
  ],
  [
    'a registry that is not there',
    { pods: [waiting('ErrImagePull', `${image}: dial tcp: lookup registry.example.com: no such host`)] },
    'RegistryUnreachable',
  ],
  [
    'a registry that wants a login',
    {
      revision: revision(
        'ContainerMissing',
        `Unable to fetch image "${image}": GET https://…: UNAUTHORIZED: authentication required`,
      ),
    },
    'RegistryUnauthorized',
  ],
  [
    'a certificate of a registry',
    {
      revision: revision(
        'ContainerMissing',
        `Unable to fetch image "${image}": x509: certificate signed by unknown authority`,
      ),
    },
    'RegistryUnreachable',
  ],
  [
    'what only Docker can',
    { pods: [waiting('CreateContainerConfigError', 'volumeMounts: something is mounted at "/a"; …: needs Docker')] },
    'NeedsDocker',
  ],
  [
    'a config map',
    { pods: [waiting('CreateContainerConfigError', 'configmap "settings" not found')] },
    'ConfigMapMissing',
    { name: 'settings', namespace: 'default' },
  ],
  [
    'a secret',
    { pods: [waiting('CreateContainerConfigError', 'secret "passwords" not found')] },
    'SecretMissing',
    { name: 'passwords' },
  ],
  [
    'a key of a config map',
    { pods: [waiting('CreateContainerConfigError', "couldn't find key color in ConfigMap default/palette")] },
    'ConfigKeyMissing',
    { kind: 'ConfigMap', name: 'palette', key: 'color' },
  ],
  [
    'a config map of a volume',
    {
      pods: [waiting('ContainerCreating')],
      events: [
        { reason: 'FailedMount', message: 'MountVolume.SetUp failed for volume "v" : configmap "settings" not found' },
      ],
    },
    'ConfigMapMissing',
    { name: 'settings' },
  ],
  ['something else with its configuration', { pods: [waiting('CreateContainerConfigError', 'odd')] }, 'Unexplained'],
  [
    'a Deployment that Kubernetes refuses',
    {
      events: [
        {
          reason: 'InternalError',
          message:
            'failed to create deployment "shop-00001-deployment": Deployment.apps "shop-00001-deployment" is invalid: ' +
            'spec.template.spec.containers[0].resources.requests: Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi',
        },
      ],
    },
    'ManifestRefused',
    {
      manifest: 'Service shop',
      detail:
        'spec.template.spec.containers[0].resources.requests: Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi',
    },
  ],
  ['a program that cannot be started', { pods: [ended(128, 'ContainerCannotRun')] }, 'StartCommandMissing'],
  [
    'a program that the shell does not find',
    { pods: [ended(127)], logs: ['/bin/sh: 1: nodemon: not found'] },
    'StartCommandMissing',
  ],
  ['its end', { pods: [ended(3)], logs: ['Error: no moon'] }, 'AppExited', { exitCode: 3 }],
  [
    'its end, of which the node only remembers',
    { pods: [pod({ waiting: { reason: 'CrashLoopBackOff' } }, { terminated: { exitCode: 1 } })] },
    'AppExited',
    { exitCode: 1 },
  ],
  [
    'its end, in the revision’s words',
    { revision: revision('ExitCode7', 'Container failed') },
    'AppExited',
    { exitCode: 7 },
  ],
  ['its memory', { pods: [ended(137, 'OOMKilled')] }, 'OutOfMemory'],
  [
    'a port that is taken',
    { pods: [ended(1)], logs: ['Error: listen EADDRINUSE: address already in use :::3000'] },
    'AppPortInUse',
    { port: '3000' },
  ],
  [
    'a port that is taken, in Python',
    { pods: [ended(1)], logs: ['OSError: [Errno 98] Address already in use: port 5000'] },
    'AppPortInUse',
    { port: '5000' },
  ],
  [
    'a port that is taken, in Go, after the time of it',
    { pods: [ended(1)], logs: ['2026/11/27 02:27:39 Server error: listen tcp :8080: bind: address already in use'] },
    'AppPortInUse',
    { port: '8080' },
  ],
  [
    'a port that is taken, in Spring Boot',
    { pods: [ended(1)], logs: ['Web server failed to start. Port 8080 was already in use.'] },
    'AppPortInUse',
    { port: '8080' },
  ],
  [
    'a privileged port, in Node',
    { pods: [ended(1)], logs: ['Error: listen EACCES: permission denied 0.0.0.0:80'] },
    'AppPortRefused',
    { port: '80' },
  ],
  [
    'a privileged port, in Go',
    { pods: [ended(1)], logs: ['listen tcp :443: bind: permission denied'] },
    'AppPortRefused',
    { port: '443' },
  ],
  [
    'a module of npm',
    { pods: [ended(1)], logs: ["Error: Cannot find module '@scope/thing/sub'"] },
    'ModuleMissing',
    { module: '@scope/thing', command: 'npm install @scope/thing' },
  ],
  [
    'a package of npm, asked for as a module',
    { pods: [ended(1)], logs: ["Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'express' imported from /app/a.js"] },
    'ModuleMissing',
    { module: 'express' },
  ],
  [
    'a program of npm that is started by its file',
    { pods: [ended(1)], logs: ["Error: Cannot find module '/app/node_modules/faas-js-runtime/bin/cli.js'"] },
    'ModuleMissing',
    { module: 'faas-js-runtime' },
  ],
  [
    'the same on Windows, with a scope',
    { pods: [ended(1)], logs: ["Error: Cannot find module 'C:\\app\\node_modules\\@scope\\thing\\cli.js'"] },
    'ModuleMissing',
    { module: '@scope/thing' },
  ],
  ['a file of its own is no module', { pods: [ended(1)], logs: ["Error: Cannot find module './moon'"] }, 'AppExited'],
  [
    'a module of Python',
    { pods: [ended(1)], logs: ["ModuleNotFoundError: No module named 'flask'"] },
    'ModuleMissing',
    { command: 'pip install flask' },
  ],
  [
    'a Node that knows no .ts',
    {
      pods: [ended(1)],
      logs: ['TypeError [ERR_UNKNOWN_FILE_EXTENSION]: Unknown file extension ".ts"', 'Node.js v18.1.0'],
    },
    'AppNodeTooOld',
    { version: '18.1.0' },
  ],
  [
    'a Node that stumbles over a type',
    {
      pods: [ended(1)],
      logs: ['/app/app.ts:1', 'SyntaxError: Missing initializer in const declaration', 'Node.js v20.20.2'],
    },
    'AppNodeTooOld',
    { version: '20.20.2' },
  ],
  [
    'a new Node that stumbles over a mistake',
    { pods: [ended(1)], logs: ['/app/app.ts:1', 'SyntaxError: Unexpected token', 'Node.js v24.0.0'] },
    'AppExited',
  ],
  [
    'no node takes it',
    { pods: [pod({}, {}, [{ type: 'PodScheduled', status: 'False', message: 'Insufficient cpu' }])] },
    'Unschedulable',
    { detail: 'Insufficient cpu' },
  ],
  [
    'the quota',
    {
      revision: revision(
        'FailedCreate',
        'pods "a" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2',
      ),
    },
    'QuotaExceeded',
    { quota: 'few', resource: 'pods', requested: '1', used: '2', limited: '2' },
  ],
  [
    'the quota, of what says nothing',
    {
      revision: revision(
        'FailedCreate',
        'pods "a" is forbidden: failed quota: compute: must specify limits.cpu for: app,queue-proxy; limits.memory for: queue-proxy',
      ),
    },
    'QuotaUnspecified',
    { quota: 'compute', detail: 'limits.cpu for: app,queue-proxy; limits.memory for: queue-proxy' },
  ],
  [
    'the quota, of several resources',
    {
      revision: revision(
        'FailedCreate',
        'exceeded quota: q, requested: requests.cpu=2,requests.memory=1Gi, used: requests.cpu=0,requests.memory=0, limited: requests.cpu=1,requests.memory=8Gi',
      ),
    },
    'QuotaExceeded',
    { resource: 'requests.cpu', limited: '1' },
  ],
  [
    'a progress deadline of its own',
    {
      revision: revision('ProgressDeadlineExceeded', 'late', { 'serving.knative.dev/progress-deadline': '5s' }),
      pods: [running()],
    },
    'StartTooSlow',
    { seconds: 5 },
  ],
  [
    'a probe that is refused',
    {
      revision: revision('ProgressDeadlineExceeded', 'late'),
      pods: [running()],
      events: [{ reason: 'Unhealthy', message: 'Readiness probe failed: HTTP probe failed with statuscode: 404' }],
    },
    'ProbeFailed',
  ],
  [
    'a probe that had it ended',
    { pods: [ended(143)], events: killedByProbe },
    'ProbeEnded',
    { probe: 'startupProbe', detail: 'HTTP probe failed with statuscode: 404' },
  ],
  ['a probe that had it end by itself', { pods: [ended(0)], events: killedByProbe }, 'ProbeEnded'],
  [
    'its own end, after one that a probe had',
    { pods: [ended(1)], events: killedByProbe, logs: ['Error: no moon'] },
    'AppExited',
    { exitCode: 1 },
  ],
  [
    'a failure with words of its own',
    { revision: revision('Odd', 'in words') },
    'Unexplained',
    { reason: 'Odd', detail: 'in words' },
  ],
];

describe('diagnose', () => {
  it.each(rows)('%s', (_, facts, code, args) => {
    const cause = diagnose(scene(facts));
    expect(cause?.code).toBe(code);
    if (args) expect(cause?.args).toMatchObject(args);
  });

  it('of a container that runs and does not listen, only after its time', () => {
    expect(diagnose(scene({ pods: [running()] }))).toBeUndefined();
    expect(lateCause(scene({ pods: [running()] }))).toEqual({ code: 'AppNeverListened', args: { port: 8080 } });
  });
});

describe('what compilers write', () => {
  const first = (...lines: string[]) => compilerProblems(lines, '/app')[0];
  it.each([
    ['tsc', ['src/a.ts(3,5): error TS2322: Type is wrong.'], { file: '/app/src/a.ts', line: 3, column: 5 }, 'TS2322'],
    [
      'tsc, pretty',
      ['\u001B[96msrc/a.ts\u001B[0m:3:5 - error TS2322: Type is wrong.'],
      { file: '/app/src/a.ts', line: 3, column: 5 },
      'TS2322',
    ],
    ['go', ['# shop', './main.go:7:2: undefined: foo'], { file: '/app/main.go', line: 7, column: 2 }, ''],
    [
      'python',
      ['  File "app/main.py", line 3', '    def', 'SyntaxError: invalid syntax'],
      { file: '/app/app/main.py', line: 3, column: 1 },
      '',
    ],
    ['javac', ['src/Main.java:5: error: cannot find symbol'], { file: '/app/src/Main.java', line: 5, column: 1 }, ''],
    [
      'maven',
      ['[ERROR] /app/src/Main.java:[5,9] cannot find symbol'],
      { file: '/app/src/Main.java', line: 5, column: 9 },
      '',
    ],
    [
      'rustc',
      ['error[E0425]: cannot find value `x`', ' --> src/main.rs:2:5'],
      { file: '/app/src/main.rs', line: 2, column: 5 },
      'E0425',
    ],
    ['gcc', ['main.c:4:1: fatal error: no such file'], { file: '/app/main.c', line: 4, column: 1 }, ''],
    [
      'node at run time',
      ['/app/app.js:3', 'moon.rise();', 'TypeError: Cannot read properties of undefined'],
      { file: '/app/app.js', line: 3, column: 1 },
      '',
    ],
  ])('%s', (_, lines, place, code) => {
    expect(first(...lines)).toMatchObject({ place, code, severity: 'error' });
  });

  it('nothing in an output without errors', () => {
    expect(compilerProblems(['Compiling shop v0.1.0', '10:20:30: done', 'http://localhost:3000/a.js'], '/app')).toEqual(
      [],
    );
  });
});

describe('each cause has one fix', () => {
  const file = '/app/deploy/service.yaml';
  const text =
    'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: shop\nspec:\n  template:\n    spec:\n      containers:\n        - image: dev.local/shop\n';
  const manifest = {
    file,
    index: 0,
    at: [],
    object: { ...service, metadata: { name: 'shop' } },
    place: () => ({ file, line: 1, column: 1 }),
  };
  const app = {
    dir: '/app',
    name: 'shop',
    file: '/app/slipway.yaml',
    manifests: [manifest],
    service: manifest,
    environments: {},
  } as unknown as Application;
  const world: FixScene = {
    app,
    namespace: 'default',
    kubectl: 'kubectl --kubeconfig here',
    read: (path) =>
      path === file
        ? text
        : path === '/app/slipway.yaml'
          ? 'name: shop\nrun:\n  start: node app.js\n'
          : path === '/app/app.js'
            ? 'server.listen(3000);\n'
            : undefined,
    sources: ['/app/app.js'],
    logs: [],
    problems: [],
    place: undefined,
  };

  it.each([...causeCodes])('%s', (code) => {
    const cause: Cause = {
      code,
      args: {
        port: 3000,
        name: 'x',
        key: 'k',
        kind: 'ConfigMap',
        seconds: 5,
        command: 'npm install x',
        namespace: 'n',
        manifest: 'deploy/service.yaml',
      },
    };
    const fix = fixFor(cause, world);
    if (fix.type === 'command') expect(fix.line).toMatch(/^(slipway|kubectl|npm) /);
    else expect(fix.place.file).toMatch(/^\/app\//);
  });

  it('in a list at the line of the Service in it', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n  - kind: ConfigMap\n  - ${text.replace(/\n(?=.)/g, '\n    ')}`;
    const inList = { ...manifest, at: ['items', 1] };
    const scene: FixScene = { ...world, app: { ...app, service: inList }, read: () => list };
    expect(fixFor({ code: 'ImageMissing', args: {} }, scene)).toMatchObject({ type: 'open', place: { line: 13 } });
    expect(fixFor({ code: 'OutOfMemory', args: {} }, scene)).toMatchObject({
      type: 'edit',
      text: expect.stringMatching(/\n {14}resources:\n {16}limits:\n {18}memory: 512Mi/),
    });
  });

  it('edits the port where it is written down', () => {
    expect(fixFor({ code: 'AppPortInUse', args: { port: '3000' } }, world)).toEqual({
      type: 'edit',
      place: { file: '/app/app.js', line: 1, column: 15, endLine: 1, endColumn: 19 },
      text: 'Number(process.env.PORT ?? 3000)',
    });
  });

  it.each([
    ['cpu', '2', { requested: '2025m', used: '0', limited: '1' }, '975m'],
    ['cpu', '1500m', { requested: '1525m', used: '0', limited: '1' }, '975m'],
    ['memory', '2Gi', { requested: '2Gi', used: '0', limited: '1Gi' }, '1Gi'],
    ['memory', '600Mi', { requested: '600Mi', used: '0', limited: '512Mi' }, '512Mi'],
  ])('asks for no more %s than a quota leaves beside the queue-proxy', (resource, declared, args, gives) => {
    const requests = { [resource]: declared };
    const object = {
      ...manifest.object,
      spec: { template: { spec: { containers: [{ image, resources: { requests } }] } } },
    };
    const text = `apiVersion: v1\nspec:\n  template:\n    spec:\n      containers:\n        - resources:\n            requests:\n              ${resource}: ${declared}\n`;
    const scene = { ...world, app: { ...app, service: { ...manifest, object } }, read: () => text };
    const fix = fixFor({ code: 'QuotaExceeded', args: { ...args, resource: `requests.${resource}` } }, scene);
    expect(fix).toMatchObject({ type: 'edit', text: gives, place: { line: 8 } });
  });
});
