/** The failures of the gallery, as data: what is on disk, what was there before, and how it must end. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ApiDoor } from '../../support/api-door.ts';
import { serving } from '../../support/kube.ts';
import type { Fixture } from '../../support/platform.ts';
import { until } from '../../support/until.ts';
import { type Ended, type Failure, serves } from './gallery-application.ts';

const writes =
  (file: string, text: string) =>
  (dir: string): void =>
    writeFileSync(join(dir, file), text);
const replaces =
  (file: string, from: string | RegExp, to: string) =>
  (dir: string): void =>
    writeFileSync(join(dir, file), readFileSync(join(dir, file), 'utf8').replace(from, to));
const serviceOf = (name: string, image: string): string =>
  `apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n      containers:\n        - image: ${image}\n`;
const mendedApp = writes('app.js', serves);

/** What they are provoked with. */
export interface GalleryWorld {
  platform(): Fixture;
  door(): ApiDoor;
  /** Deploys and expects that it fails. */
  deployed(dir: string, args?: string[]): Promise<Ended>;
}

const registryWords = {
  unauthorized: 'GET https://registry.example.com/v2/team/shop/manifests/1: UNAUTHORIZED: authentication required',
  unreachable: 'Get \\"https://registry.example.com/v2/\\": dial tcp: lookup registry.example.com: no such host',
  unknown: 'GET https://registry.example.com/v2/team/shop/manifests/1: MANIFEST_UNKNOWN: manifest unknown',
};

export function failures({ platform, door, deployed }: GalleryWorld): Failure[] {
  const doorArgs = (): string[] => ['--kubeconfig', door().kubeconfig, '--context', 'door'];
  const quota = (name: string, hard: Record<string, string>, namespace: string) =>
    platform().kube.call('POST', `/api/v1/namespaces/${namespace}/resourcequotas`, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name },
      spec: { hard },
    });
  const namespace = (name: string) =>
    platform().kube.call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

  const compiled = (name: string, build: string, line: string): Failure => ({
    name,
    files: {
      'build.sh': `cat errors.txt\nexit 1\n`,
      'errors.txt': build,
      'slipway.yaml': `name: ${name}\nbuild:\n  image: dev.local/${name}\n  command: sh build.sh\nrun:\n  start: node app.js\n`,
    },
    cause: 'BuildFailed',
    opens: { file: line.split(':')[0] ?? '', line: line.split(':')[1] ?? '' },
    mends: writes('build.sh', 'exit 0\n'),
  });

  return [
    {
      name: 'exits-at-start',
      gate: true,
      files: { 'app.js': "const moon = undefined;\nconsole.log('starting');\nmoon.rise();\n" },
      cause: 'AppExited',
      causeArgs: { exitCode: 1 },
      opens: { file: 'app.js', line: '3' },
      evidence: /Cannot read properties of undefined/,
      mends: mendedApp,
    },
    {
      name: 'build-fails',
      gate: true,
      files: {
        'src/a.ts': "const n: number = 'text';\n",
        'slipway.yaml': `name: build-fails\nbuild:\n  image: dev.local/build-fails\n  command: node ${join(process.cwd(), 'node_modules/typescript/bin/tsc')} --noEmit --pretty false --ignoreConfig src/a.ts\nrun:\n  start: node app.js\n`,
      },
      cause: 'BuildFailed',
      opens: { file: 'src/a.ts', line: '1' },
      evidence: /TS2322/,
      mends: writes('src/a.ts', 'const n: number = 1;\n'),
    },
    compiled('build-fails-go', '# shop\n./main.go:7:2: undefined: foo\n', 'main.go:7'),
    compiled(
      'build-fails-python',
      '  File "app/main.py", line 3\n    def\n       ^\nSyntaxError: invalid syntax\n',
      'app/main.py:3',
    ),
    compiled('build-fails-javac', 'src/Main.java:5: error: cannot find symbol\n    foo();\n    ^\n', 'src/Main.java:5'),
    compiled(
      'build-fails-rustc',
      'error[E0425]: cannot find value `x` in this scope\n --> src/main.rs:2:5\n',
      'src/main.rs:2',
    ),
    {
      name: 'build-command-missing',
      files: {
        'slipway.yaml':
          'name: build-command-missing\nbuild:\n  image: dev.local/build-command-missing\n  command: no-such-compiler --fast\nrun:\n  start: node app.js\n',
      },
      cause: 'BuildCommandMissing',
      opens: { file: 'slipway.yaml', line: '4' },
      mends: replaces('slipway.yaml', 'no-such-compiler --fast', 'node --version'),
    },
    {
      name: 'image-missing',
      gate: true,
      files: {
        'slipway.yaml': 'name: image-missing\nbuild:\n  image: dev.local/other\nrun:\n  start: node app.js\n',
        'deploy/service.yaml': serviceOf('image-missing', 'registry.example.com/team/shop:1'),
      },
      cause: 'ImageNeedsDocker',
      opens: { file: 'deploy/service.yaml', line: '9' },
      evidence: /registry\.example\.com/,
      mends: replaces('deploy/service.yaml', 'registry.example.com/team/shop:1', 'dev.local/other'),
    },
    {
      name: 'out-of-memory',
      gate: true,
      container: 'resources:\n  limits:\n    memory: 128Mi',
      files: {
        // Over 128 Mi with Node's own, below 256 Mi.
        'app.js': `globalThis.all = Buffer.alloc(110 << 20, 1);\nsetTimeout(() => {\n${serves}}, 4_000);\n`,
      },
      cause: 'OutOfMemory',
      edits: { file: 'deploy/service.yaml', gives: 'memory: 256Mi' },
      mends: true,
    },
    {
      name: 'wrong-port',
      files: { 'app.js': 'setInterval(() => {}, 1_000);\n' },
      args: ['--timeout', '6s'],
      cause: 'AppNeverListened',
      opens: { file: 'slipway.yaml', line: '5' },
      mends: mendedApp,
    },
    {
      name: 'port-taken',
      gate: true,
      cause: 'AppPortInUse',
      files: { 'app.js': "require('http').createServer(() => {}).listen(FREE);\n" },
      edits: { file: 'app.js', gives: 'Number(process.env.PORT ??' },
      evidence: /EADDRINUSE/,
      mends: true,
    },
    {
      name: 'probe-404',
      gate: true,
      container: 'readinessProbe:\n  httpGet:\n    path: /healthy',
      files: {
        'app.js':
          "require('http').createServer((_, a) => { a.statusCode = 404; a.end(); }).listen(process.env.PORT);\n",
      },
      args: ['--timeout', '8s'],
      cause: 'ProbeFailed',
      opens: { file: 'deploy/service.yaml', line: '12' },
      mends: mendedApp,
    },
    {
      name: 'startup-probe',
      container:
        'startupProbe:\n  periodSeconds: 1\n  failureThreshold: 2\n  httpGet:\n    path: /started\n    port: 8080',
      files: {
        'app.js':
          "require('http').createServer((_, a) => { a.statusCode = 404; a.end(); }).listen(process.env.PORT);\n",
      },
      cause: 'ProbeEnded',
      causeArgs: { probe: 'startupProbe' },
      opens: { file: 'deploy/service.yaml', line: '10' },
      mends: mendedApp,
    },
    {
      name: 'slow-start',
      metadata: 'annotations:\n  serving.knative.dev/progress-deadline: 5s',
      files: { 'app.js': `setTimeout(() => {\n${serves}}, 10_000);\n` },
      cause: 'StartTooSlow',
      edits: { file: 'deploy/service.yaml', gives: 'serving.knative.dev/progress-deadline: 60s' },
      mends: true,
    },
    {
      name: 'quota-cpu',
      gate: true,
      container: 'resources:\n  requests:\n    cpu: "2"',
      before: async () => {
        await namespace('small');
        await quota('small-quota', { 'requests.cpu': '1' }, 'small');
      },
      args: ['--namespace', 'small'],
      cause: 'QuotaExceeded',
      causeArgs: { quota: 'small-quota', resource: 'requests.cpu' },
      edits: { file: 'deploy/service.yaml', gives: 'cpu: 975m' },
      mends: true,
    },
    {
      name: 'min-scale-over-quota',
      metadata: 'annotations:\n  autoscaling.knative.dev/min-scale: "3"',
      before: async () => {
        await namespace('few');
        await quota('few-pods', { pods: '2' }, 'few');
      },
      args: ['--namespace', 'few'],
      cause: 'QuotaExceeded',
      causeArgs: { resource: 'pods', limited: '2' },
      edits: { file: 'deploy/service.yaml', gives: 'min-scale: "1"' },
      mends: true,
    },
    {
      name: 'admission-refusal',
      gate: true,
      revision: 'timeoutSeconds: 90000',
      cause: 'ManifestRefused',
      causeArgs: { manifest: 'deploy/service.yaml' },
      edits: { file: 'deploy/service.yaml', gives: 'timeoutSeconds: 600' },
      mends: true,
    },
    {
      name: 'refused-by-kubernetes',
      container: 'resources:\n  requests:\n    memory: 2Gi\n  limits:\n    memory: 1Gi',
      cause: 'ManifestRefused',
      causeArgs: { manifest: 'deploy/service.yaml' },
      edits: { file: 'deploy/service.yaml', gives: 'requests:\n              memory: 1Gi' },
      mends: true,
    },
    {
      name: 'config-map-missing',
      gate: true,
      container:
        'env:\n  - name: A\n    valueFrom:\n      configMapKeyRef:\n        name: settings\n        key: colour',
      cause: 'ConfigMapMissing',
      causeArgs: { name: 'settings' },
      edits: {
        file: 'deploy/settings.yaml',
        gives: 'kind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  colour: ""',
      },
      mends: true,
    },
    {
      name: 'secret-missing',
      container: 'envFrom:\n  - secretRef:\n      name: passwords',
      cause: 'SecretMissing',
      runs: { command: 'createSecret', line: /^kubectl --kubeconfig \S+ create secret generic passwords -n default / },
      mends: true,
    },
    {
      name: 'env-key-missing',
      container: 'env:\n  - name: A\n    valueFrom:\n      configMapKeyRef:\n        name: palette\n        key: color',
      files: {
        'deploy/palette.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: palette\ndata:\n  colour: blue\n',
      },
      cause: 'ConfigKeyMissing',
      causeArgs: { kind: 'ConfigMap', name: 'palette', key: 'color' },
      edits: { file: 'deploy/service.yaml', gives: 'key: colour' },
      mends: true,
    },
    {
      name: 'bad-traffic',
      spec: 'traffic:\n  - revisionName: bad-traffic-00009\n    percent: 100',
      cause: 'TrafficRefused',
      edits: { file: 'deploy/service.yaml', gives: '- image: dev.local/bad-traffic\n' },
      mends: true,
    },
    {
      name: 'name-taken',
      metadata: 'name: name-taken-v1',
      deploy: async (dir) => {
        expect((await platform().slipway('deploy', dir)).code).toBe(0);
        writeFileSync(join(dir, 'VERSION'), '2\n');
        return deployed(dir);
      },
      cause: 'RevisionNameTaken',
      edits: { file: 'deploy/service.yaml', gives: 'template:\n    metadata:\n    spec:' },
      mends: true,
    },
    {
      name: 'module-missing',
      gate: true,
      files: { 'app.js': `require('express');\n${serves}` },
      cause: 'ModuleMissing',
      causeArgs: { module: 'express' },
      runs: { command: 'installModule', line: /^npm install express$/ },
      evidence: /Cannot find module/,
      mends: true,
    },
    {
      name: 'start-command-missing',
      files: {
        'slipway.yaml':
          'name: start-command-missing\nbuild:\n  image: dev.local/start-command-missing\nrun:\n  start: no-such-runtime app.js\n',
      },
      cause: 'StartCommandMissing',
      opens: { file: 'slipway.yaml', line: '5' },
      mends: replaces('slipway.yaml', 'no-such-runtime', 'node'),
    },
    {
      name: 'needs-docker',
      container: 'securityContext:\n  runAsUser: 4711',
      cause: 'NeedsDocker',
      edits: { file: 'deploy/service.yaml', gives: '- image: dev.local/needs-docker\n' },
      mends: true,
    },
    {
      name: 'mount-on-a-process',
      container: 'volumeMounts:\n  - name: cache\n    mountPath: /cache',
      revision: 'volumes:\n  - name: cache\n    emptyDir: {}',
      cause: 'NeedsDocker',
      opens: { file: 'deploy/service.yaml', line: '13' },
      mends: replaces('deploy/service.yaml', /^ +volume(Mount)?s:\n.*\n.*\n/gm, ''),
    },
    {
      name: 'old-node',
      files: {
        'app.ts': 'const port: number = 1;\nconsole.log(port);\n',
        'package.json': '{\n  "name": "old-node"\n}\n',
        'slipway.yaml': 'name: old-node\nbuild:\n  image: dev.local/old-node\nrun:\n  start: ./node20 app.ts\n',
        node20: `#!/bin/sh\nexec ${systemNode()} "$@"\n`,
      },
      before: (dir) => execFileSync('chmod', ['+x', join(dir, 'node20')]),
      cause: 'AppNodeTooOld',
      edits: { file: 'package.json', gives: '"node": ">=22.18"' },
    },
    {
      name: 'old-one-serves-on',
      gate: true,
      deploy: async (dir) => {
        expect((await platform().slipway('deploy', dir)).code).toBe(0);
        writeFileSync(join(dir, 'app.js'), 'process.exit(7);\n');
        const ended = await deployed(dir);
        expect(ended.serving).toBe('old-one-serves-on-00001');
        const { status } = await platform().kube.get(serving('default', 'services', 'old-one-serves-on'));
        expect(status?.traffic?.[0]).toMatchObject({ revisionName: 'old-one-serves-on-00001', percent: 100 });
        return ended;
      },
      cause: 'AppExited',
      causeArgs: { exitCode: 7 },
      runs: { command: 'showLogs', line: /^slipway logs old-one-serves-on$/ },
      mends: mendedApp,
    },
    {
      name: 'deleted-meanwhile',
      files: { 'app.js': 'setTimeout(() => {}, 600000);\n' },
      deploy: async (dir) => {
        const path = serving('default', 'services', 'deleted-meanwhile');
        const ended = deployed(dir);
        await until('the service', async () => (await platform().kube.find(path)) !== undefined);
        await platform().kube.call('DELETE', path);
        return ended;
      },
      cause: 'ServiceDeleted',
      runs: { command: 'deployAgain', line: /^slipway deploy / },
      mends: mendedApp,
    },
    {
      name: 'domain-claimed',
      files: {
        'deploy/domain.yaml':
          'apiVersion: serving.knative.dev/v1beta1\nkind: DomainMapping\nmetadata:\n  name: shop.example.com\nspec:\n  ref:\n    apiVersion: serving.knative.dev/v1\n    kind: Service\n    name: domain-claimed\n',
      },
      before: async () => {
        await namespace('others');
        await platform().kube.call('POST', '/apis/networking.internal.knative.dev/v1alpha1/clusterdomainclaims', {
          apiVersion: 'networking.internal.knative.dev/v1alpha1',
          kind: 'ClusterDomainClaim',
          metadata: { name: 'shop.example.com' },
          spec: { namespace: 'others' },
        });
      },
      cause: 'DomainClaimed',
      causeArgs: { host: 'shop.example.com', namespace: 'others' },
      opens: { file: 'deploy/domain.yaml', line: '4' },
      mends: (dir) => rmSync(join(dir, 'deploy/domain.yaml')),
    },
    {
      name: 'namespace-missing',
      gate: true,
      args: ['--namespace', 'nowhere'],
      cause: 'NamespaceMissing',
      runs: { command: 'createNamespace', line: /^kubectl --kubeconfig \S+ create namespace nowhere$/ },
      mends: true,
    },
    {
      name: 'yaml-syntax',
      files: { 'deploy/service.yaml': 'apiVersion: serving.knative.dev/v1\nkind: [Service\nmetadata:\n' },
      cause: 'YamlSyntax',
      opens: { file: 'deploy/service.yaml', line: '3' },
      mends: writes('deploy/service.yaml', serviceOf('yaml-syntax', 'dev.local/yaml-syntax')),
    },
    {
      name: 'forbidden',
      gate: true,
      deploy: (dir) =>
        door().with(
          {
            method: 'PATCH',
            path: /\/services\/forbidden/,
            status: 403,
            message: 'services.serving.knative.dev "forbidden" is forbidden: User "dev" cannot patch resource',
          },
          () => deployed(dir, doorArgs()),
        ),
      cause: 'NotAllowed',
      runs: { command: 'logIn', line: /^kubectl --kubeconfig \S+ --context door auth whoami$/ },
      mends: true,
    },
    {
      name: 'credentials-refused',
      deploy: (dir) =>
        door().with(
          { method: 'PATCH', path: /\/services\/credentials-refused/, status: 401, message: 'Unauthorized' },
          () => deployed(dir, doorArgs()),
        ),
      cause: 'CredentialsRefused',
      runs: { command: 'logIn', line: /^kubectl --kubeconfig \S+ --context door auth whoami$/ },
      mends: true,
    },
    {
      name: 'webhook-timeout',
      deploy: (dir) =>
        door().with(
          {
            method: 'PATCH',
            path: /\/services\/webhook-timeout/,
            status: 500,
            message:
              'Internal error occurred: failed calling webhook "webhook.serving.knative.dev": failed to call webhook: Post "https://webhook.knative-serving.svc:443/defaulting?timeout=10s": context deadline exceeded',
          },
          () => deployed(dir, doorArgs()),
        ),
      cause: 'WebhookTimeout',
      runs: { command: 'deployAgain', line: /^slipway deploy / },
      mends: true,
    },
    {
      name: 'certificate-expired',
      gate: true,
      deploy: (dir) => deployed(dir, ['--kubeconfig', door().expiredKubeconfig, '--context', 'door']),
      cause: 'CertificateExpired',
      runs: { command: 'logIn', line: /^kubectl --kubeconfig \S+ --context door auth whoami$/ },
      mends: true,
      evidence: /expired/i,
    },
    ...(['unauthorized', 'unreachable', 'unknown'] as const).map(
      (kind): Failure => ({
        name: `registry-${kind}`,
        files: {
          'slipway.yaml': `name: registry-${kind}\nbuild:\n  image: dev.local/other\nrun:\n  start: node app.js\n`,
          'deploy/service.yaml': serviceOf(`registry-${kind}`, 'registry.example.com/team/shop:1'),
        },
        // A cluster's words for the same image; the embedded platform has its own, since it asks no registry.
        deploy: (dir) =>
          door().rewriting(
            "it is not in the platform's image store, and there is no container engine to pull it",
            registryWords[kind],
            () => deployed(dir, doorArgs()),
          ),
        cause: { unauthorized: 'RegistryUnauthorized', unreachable: 'RegistryUnreachable', unknown: 'ImageMissing' }[
          kind
        ],
        opens: { file: 'deploy/service.yaml', line: '9' },
        mends: replaces('deploy/service.yaml', 'registry.example.com/team/shop:1', 'dev.local/other'),
      }),
    ),
  ];
}

function systemNode(): string {
  const found = ['/usr/bin/node', '/usr/local/bin/node'].find(existsSync);
  return found ?? 'node';
}

/** Its sources want type stripping, which begins with 22.18. */
const isOld = (): boolean => /^v(1\d|20|21)\./.test(execFileSync(systemNode(), ['--version'], { encoding: 'utf8' }));
export const skipped = (failure: Failure): string | undefined =>
  failure.name === 'old-node' && !isOld() ? 'needs a Node older than 22.18' : undefined;
