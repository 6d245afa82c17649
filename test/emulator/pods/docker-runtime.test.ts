/** Needs a Docker Engine (DOCKER_HOST or the usual socket). */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queueOf } from '../../../emulator/api/streams/queue.ts';
import type { EventDraft } from '../../../emulator/kernel/controller.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { processStart } from '../../../emulator/platform/alive.ts';
import { createDockerRuntime, type DockerRuntime } from '../../../emulator/pods/docker/runtime.ts';
import {
  type ContainerSpec,
  ImageUnavailable,
  podAnnotations,
  type TerminalSize,
} from '../../../emulator/pods/ports.ts';
import type { Container, PodSpec } from '../../../emulator/pods/types.ts';
import { testImage as image, importTestImage, pushTestImage } from '../../support/docker-image.ts';
import { startRegistry } from '../../support/registry.ts';
import { until } from '../../support/until.ts';
import {
  aContainer,
  aKubelet,
  aPod,
  firstContainer,
  guardianScript,
  type Harness,
  isReady,
  webServer,
} from './harness.ts';
import { runtimeContract } from './runtime-contract.ts';

const platform = `test-${randomUUID()}`;
const engine = process.platform === 'linux' ? await createDockerRuntime({ platform }) : undefined;
if (!engine) console.log('skipped: needs a Docker Engine');

const aSpec = (more: Partial<ContainerSpec> = {}): ContainerSpec =>
  aContainer({ image, command: ['sleep', '300'], imagePullPolicy: 'IfNotPresent', ...more });

describe.skipIf(!engine)('docker runtime', () => {
  const runtime = engine as DockerRuntime;
  beforeAll(importTestImage, 120_000);
  afterAll(async () => {
    await runtime?.close();
  });
  runtimeContract(() => ({ runtime, image }));

  it('is reaped by label, only the own ones', async () => {
    const other = await createDockerRuntime({ platform: `${platform}-other` });
    const box = await runtime.createPod(aPod('a', {}));
    const running = await box.start(aSpec(), () => undefined);
    expect(await other?.reap()).toBe(0);
    const dead = await createDockerRuntime({ platform });
    expect(await dead?.reap()).toBe(1);
    expect(await running.exited).toMatchObject({ code: 137 });
  });

  it('runs a pod through the kubelet: volumes, probes, several containers, restarts', async () => {
    const h = await aKubelet({ more: { runtimes: { process: undefined as never, docker: runtime } } });
    try {
      h.kubelet.start();
      h.store.put(
        'configmaps',
        { ...aPod('conf', {}), kind: 'ConfigMap', spec: undefined, data: { 'a.txt': 'from the map' } } as never,
        '',
      );
      const pod = aPod(
        'web',
        {
          image,
          command: ['node', '-e', webServer],
          env: [{ name: 'PORT', value: '8080' }],
          ports: [{ containerPort: 8080 }],
          volumeMounts: [
            { name: 'c', mountPath: '/etc/c', readOnly: true },
            { name: 't', mountPath: '/scratch' },
          ],
          readinessProbe: { exec: { command: ['cat', '/etc/c/a.txt'] }, periodSeconds: 1 },
        },
        {
          volumes: [
            { name: 'c', configMap: { name: 'conf' } },
            { name: 't', emptyDir: {} },
          ],
        },
      );
      pod.spec?.containers.push({
        name: 'side',
        image,
        command: ['sh', '-c', 'echo shared > /scratch/x; sleep 300'],
        volumeMounts: [{ name: 't', mountPath: '/scratch' }],
      });
      h.create(pod);
      const ready = await h.until('web', isReady, 20_000);
      expect(ready.metadata.annotations?.[podAnnotations.runtime]).toBe('docker');
      let output = '';
      const io = {
        stdout(chunk: Uint8Array) {
          output += Buffer.from(chunk);
        },
        stderr: () => undefined,
      };
      await h.kubelet.exec('default', 'web', 'app', ['sh', '-c', 'cat /etc/c/a.txt; cat /scratch/x'], io);
      expect(output).toBe('from the mapshared\n');
      await fetch(`http://${ready.metadata.annotations?.[podAnnotations.address]}/exit`).catch(() => undefined);
      const again = await h.until('web', (now) => firstContainer(now)?.restartCount === 1 && isReady(now), 20_000);
      expect(firstContainer(again)?.lastState.terminated?.exitCode).toBe(3);
      h.delete('web', 1);
      await h.untilGone('web', 20_000);
    } finally {
      await h.kubelet.close(0);
      await h.guardian.close();
      h.store.close();
    }
  }, 60_000);

  /** A kubelet over the engine; ends all that it started. */
  const withKubelet = async (work: (h: Harness) => Promise<void>) => {
    const h = await aKubelet({ more: { runtimes: { process: undefined as never, docker: runtime } } });
    try {
      h.kubelet.start();
      await work(h);
    } finally {
      await h.kubelet.close(0);
      await h.guardian.close();
      h.store.close();
    }
  };
  const outputOf = async (h: Harness, pod: string, argv: string[]) => {
    let output = '';
    const take = (chunk: Uint8Array) => {
      output += Buffer.from(chunk);
    };
    await h.kubelet.exec('default', pod, 'app', argv, { stdout: take, stderr: take });
    return output;
  };
  const anObject = (
    kind: 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim',
    name: string,
    data: Record<string, string>,
  ) => ({ ...aPod(name, {}), kind, spec: undefined, data }) as unknown as KubeObject;
  const app = (container: Partial<Container>, spec: Partial<PodSpec> = {}) =>
    aPod('web', { image, command: ['sleep', '300'], ...container }, spec);

  it('mounts what a user other than root can use, and shows changes of a ConfigMap at once', async () => {
    await withKubelet(async (h) => {
      h.store.put('configmaps', anObject('ConfigMap', 'conf', { 'a.txt': 'one', 'b.txt': 'b' }), '');
      const base64 = (text: string) => Buffer.from(text).toString('base64');
      h.store.put('secrets', anObject('Secret', 'keys', { key: base64('secret') }), '');
      h.store.put('persistentvolumeclaims', anObject('PersistentVolumeClaim', 'kept', {}), '');
      h.create(
        app(
          {
            volumeMounts: [
              { name: 'c', mountPath: '/etc/c' },
              { name: 'c', mountPath: '/etc/one.txt', subPath: 'a.txt' },
              { name: 'p', mountPath: '/etc/p' },
              { name: 't', mountPath: '/scratch' },
              { name: 'd', mountPath: '/data' },
            ],
            securityContext: { runAsUser: 4711, runAsGroup: 4712, readOnlyRootFilesystem: true },
          },
          {
            volumes: [
              { name: 'c', configMap: { name: 'conf' } },
              {
                name: 'p',
                projected: {
                  sources: [
                    { secret: { name: 'keys', items: [{ key: 'key', path: 'deep/key', mode: 0o444 }] } },
                    { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
                  ],
                },
              },
              { name: 't', emptyDir: {} },
              { name: 'd', persistentVolumeClaim: { claimName: 'kept' } },
            ],
          },
        ),
      );
      await h.until('web', isReady, 30_000);
      const look =
        'cat /etc/c/a.txt /etc/c/b.txt /etc/one.txt /etc/p/deep/key /etc/p/name; echo x > /scratch/x && cat /scratch/x; ' +
        'echo y > /data/y && cat /data/y; echo z 2>/dev/null > /z || echo read-only; ' +
        'node -e "console.log(process.getuid(), process.getgid())"';
      expect(await outputOf(h, 'web', ['sh', '-c', look])).toBe('onebonesecretwebx\ny\nread-only\n4711 4712\n');
      const before = h.store.get('configmaps', 'default', 'conf');
      h.store.put(
        'configmaps',
        { ...before, data: { 'a.txt': 'two', 'n.txt': 'new' } } as never,
        before?.metadata.resourceVersion,
      );
      // The file under subPath stays as it was, as on a real cluster.
      const after = await outputOf(h, 'web', ['sh', '-c', 'ls /etc/c; cat /etc/c/a.txt /etc/c/n.txt /etc/one.txt']);
      expect(after).toBe('a.txt\nn.txt\ntwonewone');
      h.delete('web', 0);
      await h.untilGone('web', 20_000);
      // A claim outlives its pods.
      h.create(
        app(
          { volumeMounts: [{ name: 'd', mountPath: '/data' }] },
          { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'kept' } }] },
        ),
      );
      await h.until('web', isReady, 30_000);
      expect(await outputOf(h, 'web', ['cat', '/data/y'])).toBe('y\n');
    });
  }, 120_000);

  it('runs init containers first, tells a container its address, and probes by HTTP, gRPC and command', async () => {
    await withKubelet(async (h) => {
      const grpc =
        "require('http2').createServer().on('stream',(s)=>{s.respond({':status':200,'content-type':'application/grpc'}," +
        "{waitForTrailers:true});s.on('wantTrailers',()=>s.sendTrailers({'grpc-status':'0'}));" +
        's.end(Buffer.from([0,0,0,0,2,8,1]))}).listen(9000)';
      const pod = app(
        {
          command: ['node', '-e', `${grpc};${webServer}`],
          env: [
            { name: 'PORT', value: '8080' },
            { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          ],
          ports: [{ containerPort: 8080 }],
          volumeMounts: [{ name: 't', mountPath: '/t' }],
          startupProbe: { exec: { command: ['cat', '/t/first'] }, periodSeconds: 1 },
          readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
          livenessProbe: { grpc: { port: 9000 }, periodSeconds: 1 },
        },
        {
          volumes: [{ name: 't', emptyDir: {} }],
          initContainers: [
            {
              name: 'first',
              image,
              command: ['sh', '-c', 'echo 1 > /t/first'],
              volumeMounts: [{ name: 't', mountPath: '/t' }],
            },
            { name: 'second', image, command: ['cat', '/t/first'], volumeMounts: [{ name: 't', mountPath: '/t' }] },
          ],
        },
      );
      h.create(pod);
      const ready = await h.until('web', isReady, 60_000);
      expect(ready.status?.initContainerStatuses?.map(({ state }) => state.terminated?.reason)).toEqual([
        'Completed',
        'Completed',
      ]);
      const answer = await fetch(`http://${ready.metadata.annotations?.[podAnnotations.address]}/`);
      const { env } = (await answer.json()) as { env: Record<string, string> };
      expect(env['IP']).toBe(ready.status?.podIP);
      expect(env['IP']).toMatch(/^\d+\./);
      expect(env['HOSTNAME']).toBe('web');
      expect(firstContainer(ready)?.restartCount).toBe(0);
    });
  }, 120_000);

  it('attaches to a container with a terminal, of the size that the client has', async () => {
    const box = await runtime.createPod(aPod('tty', {}));
    const script =
      "const o=process.stdout;o.on('resize',()=>console.log(o.columns+'x'+o.rows));process.stdin.on('data',d=>console.log('got '+d));setInterval(()=>console.log('beat'),50)";
    const running = await box.start(
      aSpec({ command: ['node', '-e', script], tty: true, stdin: 'open' }),
      () => undefined,
    );
    try {
      let output = '';
      const sizes = queueOf<TerminalSize>();
      const input = queueOf<Uint8Array>();
      const attached = running.attach(
        {
          tty: true,
          stdin: input.items,
          resize: sizes.items,
          stdout(chunk) {
            output += Buffer.from(chunk);
          },
          stderr: () => undefined,
        },
        new AbortController().signal,
      );
      await until('output', () => output.includes('beat'));
      sizes.push({ columns: 132, rows: 43 });
      await until('the size', () => output.includes('132x43'));
      // Ctrl-P is a key like any other.
      input.push(Buffer.from('a\x10b\r'));
      await until('the keys', () => output.includes('got a\x10b'));
      input.end();
      await attached;
    } finally {
      await running.stop(0);
      await box.remove();
    }
  }, 60_000);

  it('restarts what fails its liveness probe', async () => {
    await withKubelet(async (h) => {
      h.create(
        app(
          {
            livenessProbe: { exec: { command: ['cat', '/no-such-file'] }, periodSeconds: 1, failureThreshold: 1 },
          },
          { terminationGracePeriodSeconds: 1 },
        ),
      );
      const again = await h.until('web', (pod) => (firstContainer(pod)?.restartCount ?? 0) > 0, 60_000);
      expect(firstContainer(again)?.lastState.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
      expect(h.events().map(({ reason }) => reason)).toContain('Unhealthy');
    });
  }, 120_000);

  it('says ErrImageNeverPull and CreateContainerConfigError as kubelets do', async () => {
    await withKubelet(async (h) => {
      h.create(app({ image: 'dev.local/absent:1', imagePullPolicy: 'Never' }));
      const waiting = await h.until('web', (pod) => firstContainer(pod)?.state.waiting?.message !== undefined, 20_000);
      expect(firstContainer(waiting)?.state.waiting).toEqual({
        reason: 'ErrImageNeverPull',
        message: 'Container image "dev.local/absent:1" is not present with pull policy of Never',
      });
      h.delete('web', 0);
      await h.untilGone('web');
      h.create(app({ securityContext: { runAsNonRoot: true } }));
      const refused = await h.until('web', (pod) => firstContainer(pod)?.state.waiting?.message !== undefined, 20_000);
      expect(firstContainer(refused)?.state.waiting).toMatchObject({
        reason: 'CreateContainerConfigError',
        message: expect.stringContaining('container has runAsNonRoot and image will run as root (pod: "web_default('),
      });
    });
  }, 60_000);

  it('pulls by tag and digest, as its policy says, and logs in with what the pod has', async () => {
    const docker = new Docker();
    await using registry = await startRegistry('me:secret');
    const auth = Buffer.from('me:secret').toString('base64');
    const pullConfigs = [{ auths: { [registry.host]: { auth } } }];
    const repository = `${registry.host}/team/app`;
    const push = async (tag: string, text: string) =>
      `${repository}@${await pushTestImage({ repository, tag }, { username: 'me', password: 'secret' }, text)}`;
    const box = await runtime.createPod(aPod('pull', {}));
    const run = async (reference: string, more: Partial<ContainerSpec> = {}) => {
      const events: EventDraft[] = [];
      let text = '';
      const spec = aSpec({ image: reference, command: ['sh', '-c', 'echo $TEXT'], pullConfigs, ...more });
      const running = await box.start(
        spec,
        (_, chunk) => (text += Buffer.from(chunk)),
        (event) => events.push(event),
      );
      await running.exited;
      return { text: text.trim(), reasons: events.map(({ reason }) => reason), imageId: running.imageId };
    };
    try {
      const first = await push('v1', 'one');
      const asked = { configs: pullConfigs, timeoutMs: 20_000 };
      expect(await runtime.digestOf(`${repository}:v1`, asked)).toEqual({ digest: first.split('@')[1] });
      expect(await runtime.digestOf(`${repository}:v1`, { ...asked, configs: [] })).toHaveProperty('missing');
      expect(await runtime.digestOf(`${repository}:v9`, asked)).toHaveProperty('missing');
      expect(await runtime.digestOf(image, asked)).toEqual({ digest: '' });
      await expect(run(`${repository}:v1`, { pullConfigs: [] })).rejects.toBeInstanceOf(ImageUnavailable);
      expect(await run(`${repository}:v1`)).toEqual({ text: 'one', reasons: ['Pulling', 'Pulled'], imageId: first });
      expect(await run(`${repository}:v1`, { pullConfigs: [] })).toMatchObject({ text: 'one', reasons: ['Pulled'] });
      // The tag moves: only who always pulls sees it, and the digest stays what it was.
      const id = (await docker.getImage(first).inspect()).Id;
      await push('v1', 'two');
      await docker
        .getImage(id)
        .tag({ repo: repository, tag: 'v1' })
        .catch(() => undefined);
      expect(await run(`${repository}:v1`, { imagePullPolicy: 'Always' })).toMatchObject({ text: 'two' });
      expect(await run(first)).toMatchObject({ text: 'one' });
      registry.untag('team/app', 'v1');
      await expect(run(`${repository}:v1`, { imagePullPolicy: 'Always' })).rejects.toThrow(
        `failed to resolve reference "${repository}:v1": ${repository}:v1: not found`,
      );
      await expect(run(`${repository}:v9`, { imagePullPolicy: 'Never' })).rejects.toMatchObject({ code: 'NeverPull' });
      await registry[Symbol.asyncDispose]();
      expect(await runtime.digestOf(`${repository}:v1`, asked)).toHaveProperty('digest');
      expect(await runtime.digestOf(`${repository}:v9`, asked)).toHaveProperty('missing');
      expect(await run(`${repository}:v1`, { imagePullPolicy: 'Always' })).toMatchObject({ text: 'two' });
    } finally {
      await box.remove();
      const left = await docker.listImages({ filters: { reference: [`${repository}:*`, repository] } });
      for (const { Id } of left) await docker.getImage(Id).remove({ force: true });
    }
  }, 180_000);

  it('leads containers to the platform by HTTP_PROXY where low ports may not be taken', async () => {
    const asked: string[] = [];
    const server = createServer((incoming, answer) => {
      asked.push(incoming.url ?? '');
      answer.end('through the platform');
    });
    const other = await createDockerRuntime({
      platform: `${platform}-proxy`,
      inside: () => ({
        loopbackPort: 1,
        mayServeNames: async () => false,
        serveNames: () => Promise.reject(new Error('not asked for')),
        serveLinks: () => Promise.reject(new Error('not asked for')),
        serveApi: async () => 6443,
        apiPort: 1,
        async serveProxy(address) {
          await new Promise<void>((listening) => server.listen(0, address, listening));
          return (server.address() as AddressInfo).port;
        },
      }),
    });
    try {
      const box = await other?.createPod(aPod('proxied', {}));
      let text = '';
      const script = "require('http').get('http://hello.default.svc.cluster.local/x',(a)=>a.pipe(process.stdout))";
      const running = await box?.start(aSpec({ command: ['node', '-e', script] }), (_, chunk) => {
        text += Buffer.from(chunk);
      });
      expect(await running?.exited).toMatchObject({ code: 0 });
      expect(text.trim()).toBe('through the platform');
      expect(asked).toEqual(['http://hello.default.svc.cluster.local/x']);
    } finally {
      await other?.close();
      server.close();
    }
  }, 60_000);

  /** A part of a platform that starts pods all at once and says when some run; killed then, its guardian's end is waited for. */
  const killedWhileStarting = async (
    name: string,
    { pods, running, sides }: { pods: number; running: number; sides: number },
  ) => {
    const source = (path: string) => JSON.stringify(new URL(`../../../emulator/${path}`, import.meta.url).href);
    const script = `
      import { createDockerRuntime } from ${source('pods/docker/runtime.ts')};
      import { startGuardian } from ${source('pods/guardian.ts')};
      const guardian = await startGuardian({ script: ${JSON.stringify(guardianScript)} });
      const inside = { loopbackPort: 1, mayServeNames: async () => false, serveNames: async () => false, serveProxy: async () => 1, serveApi: async () => 1 };
      const runtime = await createDockerRuntime({ platform: ${JSON.stringify(name)}, guardian: () => guardian, inside: () => inside });
      let running = 0;
      await Promise.all(Array.from({ length: ${pods} }, async (_, i) => {
        const pod = ${JSON.stringify(aPod('p', {}))};
        pod.metadata.name += i;
        for (let side = 0; side < ${sides}; side++) pod.spec.containers.push({ name: 'side', image: 'x' });
        const box = await runtime.createPod(pod);
        await box.start(${JSON.stringify(aSpec())}, () => {});
        if (++running === ${running}) console.log(guardian.pid);
      }));
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const docker = new Docker();
    const filters = { label: [`slipway.dev/platform=${name}`] };
    const left = async () => (await docker.listContainers({ all: true, filters })).length;
    const before = await left();
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    const guardian = Number(said);
    await until('the end of the guardian', () => ['', 'ending'].includes(processStart(guardian)), { timeout: 120_000 });
    return { before, after: await left() };
  };

  it('leaves no container behind a platform that is killed', async () => {
    const { before, after } = await killedWhileStarting(`${platform}-killed`, { pods: 1, running: 1, sides: 1 });
    expect([before, after]).toEqual([2, 0]);
  }, 60_000);

  it('nor when it is killed while it has containers made: what the engine was asked for is waited for', async () => {
    const { before, after } = await killedWhileStarting(`${platform}-making`, { pods: 60, running: 2, sides: 0 });
    // Not all at once: what the engine has before it when a platform dies is bounded.
    expect(before).toBeGreaterThan(2);
    expect(before).toBeLessThan(50);
    expect(after).toBe(0);
  }, 180_000);
});
