import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { podAnnotations } from '../../../emulator/pods/ports.ts';
import type { Pod } from '../../../emulator/pods/types.ts';
import { until } from '../../support/until.ts';
import { aKubelet, aPod, firstContainer, type Harness, isReady, webServer } from './harness.ts';

let h: Harness;
beforeEach(async () => {
  h = await aKubelet();
  await h.build('dev.local/app', { 'server.js': webServer }, ['node', 'server.js']);
  h.kubelet.start();
});
afterEach(() => h[Symbol.asyncDispose]());

const addressOf = (pod: Pod | undefined) => pod?.metadata.annotations?.[podAnnotations.address];
const get = async (pod: Pod | undefined, path = '/') =>
  (await (await fetch(`http://${addressOf(pod)}${path}`)).json()) as {
    env: Record<string, string>;
    argv: string[];
    cwd: string;
  };

const web = (name: string, more = {}) =>
  aPod(name, {
    ports: [{ containerPort: 8080 }],
    readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
    ...more,
  });

describe('kubelet with processes', () => {
  it('runs a pod: PORT, environment, status, address', async () => {
    h.store.put(
      'configmaps',
      { ...aPod('conf', {}), kind: 'ConfigMap', spec: undefined, data: { KEY: 'from map' } } as never,
      '',
    );
    h.create(
      web('web', {
        env: [
          { name: 'PORT', value: '8080' },
          { name: 'A', value: 'a' },
          { name: 'B', value: '$(A)b $(NONE) $$(A)' },
          { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'MAP', valueFrom: { configMapKeyRef: { name: 'conf', key: 'KEY' } } },
        ],
        envFrom: [{ prefix: 'P_', configMapRef: { name: 'conf' } }],
        args: ['--port', '$(PORT)'],
      }),
    );
    const pod = await h.until('web', isReady);
    expect(pod.status).toMatchObject({ phase: 'Running', podIP: '127.0.0.1', qosClass: 'BestEffort' });
    expect(firstContainer(pod)).toMatchObject({ ready: true, started: true, restartCount: 0 });
    const port = addressOf(pod)?.split(':')[1];
    const { env, argv, cwd } = await get(pod);
    expect(env).toMatchObject({
      PORT: port,
      A: 'a',
      B: 'ab $(NONE) $(A)',
      POD: 'web',
      MAP: 'from map',
      P_KEY: 'from map',
      HOSTNAME: 'web',
    });
    expect(argv).toEqual(['--port', port]);
    expect(cwd).toContain('/trees/');
    expect(Object.keys(env).filter((name) => /^(npm_|VSCODE_|ELECTRON_)/i.test(name))).toEqual([]);
    // Only the preload that tells where lines are written, nothing of whoever started the platform.
    expect(env['NODE_OPTIONS']).toMatch(/^--require \S+[\\/]sites[\\/]node\.cjs$/);
  });

  it('ends a deleted pod gracefully: drained, SIGTERM, gone', async () => {
    const drained: string[] = [];
    await h[Symbol.asyncDispose]();
    h = await aKubelet({ more: { drain: async (pod) => void drained.push(pod.metadata.name) } });
    await h.build('dev.local/app', { 'server.js': webServer }, ['node', 'server.js']);
    h.kubelet.start();
    h.create(web('web'));
    const pid = Number(firstContainer(await h.until('web', isReady))?.containerID?.slice('process://'.length));
    h.delete('web');
    await h.untilGone('web');
    expect(drained).toEqual(['web']);
    expect(() => process.kill(pid, 0)).toThrow();
    expect(h.kubelet.running()).toBe(0);
  });

  it('closes at once although a pod is still being drained', async () => {
    await h[Symbol.asyncDispose]();
    h = await aKubelet({ more: { drain: () => new Promise(() => undefined) } });
    await h.build('dev.local/app', { 'server.js': webServer }, ['node', 'server.js']);
    h.kubelet.start();
    h.create(web('web'));
    await h.until('web', isReady);
    h.delete('web', 300);
    const begun = performance.now();
    await h.kubelet.close(500);
    expect(performance.now() - begun).toBeLessThan(3_000);
    expect(h.kubelet.running()).toBe(0);
    expect(h.pod('web')).toBeDefined();
  });

  it('kills what ignores SIGTERM when the grace is over', async () => {
    await h.build(
      'dev.local/app',
      { 'stay.js': "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')" },
      ['node', 'stay.js'],
    );
    h.create(aPod('stay', {}));
    const pid = Number(firstContainer(await h.until('stay', isReady))?.containerID?.slice('process://'.length));
    for await (const entry of h.logs.read({ namespace: 'default', pod: 'stay', follow: true })) {
      if (entry.text === 'up') break;
    }
    const begun = performance.now();
    h.delete('stay', 1);
    await h.untilGone('stay');
    expect(performance.now() - begun).toBeGreaterThan(900);
    expect(() => process.kill(pid, 0)).toThrow();
  });

  it('restarts what exits, and waits longer after each time', async () => {
    await h.build('dev.local/app', { 'bad.js': "console.error('cannot'); process.exit(7)" }, ['node', 'bad.js']);
    h.create(aPod('bad', { terminationMessagePolicy: 'FallbackToLogsOnError' }));
    const pod = await h.until('bad', (pod) => firstContainer(pod)?.state.waiting?.reason === 'CrashLoopBackOff');
    expect(firstContainer(pod)).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 7, reason: 'Error', message: 'cannot\n' } },
      state: {
        waiting: { message: `back-off 10s restarting failed container=app pod=bad_default(${pod.metadata.uid})` },
      },
    });
    expect(pod.status?.phase).toBe('Running');
    expect(pod.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [app]',
    });
    expect(h.events().map(({ reason }) => reason)).toContain('BackOff');
  });

  it.each([
    ['Never', 0, 'Succeeded'],
    ['Never', 3, 'Failed'],
    ['OnFailure', 0, 'Succeeded'],
  ] as const)('a pod with restartPolicy %s whose container exits %i ends %s', async (restartPolicy, code, phase) => {
    await h.build('dev.local/app', { 'once.js': `process.exit(${code})` }, ['node', 'once.js']);
    h.create(aPod('once', {}, { restartPolicy }));
    const pod = await h.until('once', (pod) => pod.status?.phase === phase);
    expect(firstContainer(pod)?.state.terminated).toMatchObject({ exitCode: code });
  });

  it('says that an image is missing, and runs once it has come', async () => {
    h.create(aPod('later', { image: 'dev.local/later:v1' }));
    const pod = await h.until('later', (pod) => firstContainer(pod)?.state.waiting?.reason === 'ImagePullBackOff');
    expect(firstContainer(pod)?.state.waiting?.message).toMatch(
      /^Back-off pulling image "dev.local\/later:v1": ErrImagePull: failed to pull and unpack image "dev.local\/later:v1": failed to resolve reference "dev.local\/later:v1": /,
    );
    expect(pod.status?.phase).toBe('Pending');
    await h.build('dev.local/later:v1', { 'server.js': webServer.replace('process.env.PORT', '0') }, [
      'node',
      'server.js',
    ]);
    h.kubelet.imagesChanged();
    await h.until('later', isReady);
  });

  it('says which program is not installed', async () => {
    await h.build('dev.local/app', {}, ['no-such-program']);
    h.create(aPod('none', { terminationMessagePolicy: 'FallbackToLogsOnError' }));
    const pod = await h.until('none', (pod) => firstContainer(pod)?.lastState.terminated !== undefined);
    expect(firstContainer(pod)?.lastState.terminated).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
      message: expect.stringContaining(
        '"no-such-program": executable file not found in $PATH: install no-such-program',
      ),
    });
  });

  it('refuses what a process cannot have, and names it', async () => {
    h.create(
      aPod('mounts', { volumeMounts: [{ name: 'v', mountPath: '/data' }] }, { volumes: [{ name: 'v', emptyDir: {} }] }),
    );
    const pod = await h.until('mounts', (pod) => firstContainer(pod)?.state.waiting?.reason === 'CreateContainerError');
    expect(firstContainer(pod)?.state.waiting?.message).toBe(
      'volumeMounts: something is mounted at "/data"; an application that runs as a process cannot have that: needs Docker',
    );
  });

  it('waits for a ConfigMap', async () => {
    h.create(web('web', { env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'late', key: 'k' } } }] }));
    const pod = await h.until(
      'web',
      (pod) => firstContainer(pod)?.state.waiting?.reason === 'CreateContainerConfigError',
    );
    expect(firstContainer(pod)?.state.waiting?.message).toBe('configmap "late" not found');
    h.store.put(
      'configmaps',
      { ...aPod('late', {}), kind: 'ConfigMap', spec: undefined, data: { k: 'v' } } as never,
      '',
    );
    expect((await get(await h.until('web', isReady))).env['X']).toBe('v');
  });

  it('finds an app that ignores PORT, and says so', async () => {
    h.create(web('fixed', { env: [{ name: 'LISTEN_PORT', value: '18473' }] }));
    const pod = await h.until('fixed', isReady);
    expect(addressOf(pod)).toBe('127.0.0.1:18473');
    expect(h.events().find(({ reason }) => reason === 'PortIgnored')?.message).toMatch(/listens on port 18473/);
  });

  it('runs init containers in order before the others', async () => {
    await h.build('dev.local/init', { 'init.js': "console.log('init', process.argv[2])" }, ['node', 'init.js']);
    h.create(
      aPod(
        'web',
        { ports: [{ containerPort: 8080 }] },
        { initContainers: ['one', 'two'].map((name) => ({ name, image: 'dev.local/init', args: [name] })) },
      ),
    );
    const pod = await h.until('web', isReady);
    expect(pod.status?.initContainerStatuses?.map(({ state }) => state.terminated?.reason)).toEqual([
      'Completed',
      'Completed',
    ]);
    expect((await h.text('web')).split('\n').filter((line) => line.startsWith('init'))).toEqual([
      'init one',
      'init two',
    ]);
  });

  it('reports a queue-proxy that it does not run: ready when the user’s probe is', async () => {
    await h.build('dev.local/app', { 'slow.js': `setTimeout(() => {${webServer}}, 300)` }, ['node', 'slow.js']);
    const pod = aPod(
      'rev',
      { name: 'user-container', ports: [{ containerPort: 8080, name: 'user-port' }] },
      {},
      {
        labels: { 'serving.knative.dev/revision': 'rev', 'serving.knative.dev/service': 'svc' },
      },
    );
    pod.spec?.containers.push({
      name: 'queue-proxy',
      image: 'queue',
      env: [
        {
          name: 'SERVING_READINESS_PROBE',
          value: '{"tcpSocket":{"port":8080,"host":"127.0.0.1"},"successThreshold":1}',
        },
      ],
    });
    h.create(pod);
    const early = await h.until('rev', (pod) => pod.status?.containerStatuses?.[1]?.state.running !== undefined);
    expect(early.status?.containerStatuses?.map(({ ready }) => ready)).not.toEqual([true, true]);
    const ready = await h.until('rev', isReady);
    expect(ready.status?.containerStatuses?.map(({ name, ready }) => [name, ready])).toEqual([
      ['user-container', true],
      ['queue-proxy', true],
    ]);
    await fetch(`http://${addressOf(ready)}/exit`).catch(() => undefined);
    const again = await h.until('rev', (pod) => firstContainer(pod)?.restartCount === 1 && isReady(pod));
    expect(firstContainer(again)?.lastState.terminated?.exitCode).toBe(3);
  });

  it('never takes another program on the declared port for the app', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await h.build('dev.local/app', { 'bad.js': 'process.exit(7)' }, ['node', 'bad.js']);
    const labels = { 'serving.knative.dev/revision': 'rev' };
    const pod = aPod('rev', { name: 'user-container', ports: [{ containerPort: port }] }, {}, { labels });
    pod.spec?.containers.push({ name: 'queue-proxy', image: 'queue' });
    let wasReady = false;
    const watch = h.store.subscribe(({ object }) => {
      wasReady ||= object.kind === 'Pod' && isReady(object as Pod);
    });
    h.create(pod);
    await h.until('rev', (pod) => firstContainer(pod)?.state.waiting?.reason === 'CrashLoopBackOff');
    expect(wasReady).toBe(false);
    watch[Symbol.dispose]();
    other.close();
  });

  it('restarts a container whose liveness probe fails', async () => {
    const app = `const http=require('node:http');let n=0;http.createServer((q,r)=>{r.statusCode=++n>1?500:200;r.end()}).listen(process.env.PORT)`;
    await h.build('dev.local/app', { 'sick.js': app }, ['node', 'sick.js']);
    h.create(
      aPod('sick', {
        ports: [{ containerPort: 8080 }],
        startupProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1, failureThreshold: 10 },
        livenessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1, failureThreshold: 1 },
      }),
    );
    await h.until('sick', (pod) => (firstContainer(pod)?.restartCount ?? 0) > 0, 15_000);
    expect(h.events().find(({ reason }) => reason === 'Unhealthy')?.message).toMatch(
      /Liveness probe failed: HTTP probe failed with statuscode: 500|Startup/,
    );
  });

  it('leaves one that waits for its debugger alone, and restarts it once it has answered', async () => {
    const app = `const http=require('node:http');let n=200;http.createServer((q,r)=>{if(q.url==='/end')n=500;r.statusCode=n;r.end()}).listen(process.env.PORT)`;
    await h.build('dev.local/app', { 'waits.js': app }, ['node', 'waits.js']);
    h.create(
      aPod(
        'waits',
        {
          ports: [{ containerPort: 8080 }],
          startupProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1, failureThreshold: 1 },
          livenessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1, failureThreshold: 1 },
        },
        {},
        { annotations: { 'slipway.dev/debug': 'node' } },
      ),
    );
    const address = (pod: Pod) => pod.metadata.annotations?.['slipway.dev/debug-address'];
    const waiting = await h.until('waits', (pod) => address(pod) !== undefined);
    const failed = () => h.events().filter(({ message }) => message.startsWith('Startup probe failed')).length;
    await until('its probe to fail', () => failed() > 0);
    const [target] = await until('the inspector', () =>
      fetch(`http://${address(waiting)}/json`).then(
        (answer) => answer.json() as Promise<{ webSocketDebuggerUrl: string }[]>,
        () => undefined,
      ),
    );
    const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
    await new Promise((opened) => socket.addEventListener('open', opened));
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.runIfWaitingForDebugger' }));
    const ready = await h.until('waits', isReady);
    socket.close();
    expect(firstContainer(ready)?.restartCount).toBe(0);
    await fetch(`http://${ready.metadata.annotations?.['slipway.dev/address']}/end`);
    await h.until('waits', (pod) => (firstContainer(pod)?.restartCount ?? 0) > 0, 15_000);
  });

  it('execs in the instance’s directory with its environment', async () => {
    h.create(web('web', { env: [{ name: 'A', value: 'seen' }] }));
    await h.until('web', isReady);
    let output = '';
    const io = {
      stdout(chunk: Uint8Array) {
        output += Buffer.from(chunk);
      },
      stderr: () => undefined,
    };
    const end = await h.kubelet.exec('default', 'web', undefined, ['sh', '-c', 'echo $A; ls; exit 4'], io);
    expect(end.code).toBe(4);
    expect(output).toBe('seen\nserver.js\n');
    let echoed = '';
    const stdin = (async function* () {
      yield Buffer.from('through\n');
    })();
    await h.kubelet.exec('default', 'web', 'app', ['cat'], {
      stdin,
      stdout(chunk) {
        echoed += Buffer.from(chunk);
      },
      stderr: () => undefined,
    });
    expect(echoed).toBe('through\n');
    expect((await h.kubelet.exec('default', 'web', 'app', ['nope'], io)).reason).toBe('ContainerCannotRun');
  });

  it('ends one that is above its memory limit as out of memory', async () => {
    const hog = 'const all=[]; setInterval(() => all.push(Buffer.alloc(20e6, 1)), 30)';
    await h.build('dev.local/app', { 'hog.js': hog }, ['node', 'hog.js']);
    h.create(aPod('hog', { resources: { limits: { memory: '150Mi' } } }, { restartPolicy: 'Never' }));
    const pod = await h.until('hog', (pod) => pod.status?.phase === 'Failed', 15_000);
    expect(firstContainer(pod)?.state.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
  });
});
