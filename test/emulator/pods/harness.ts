/** A kubelet over a real store, the real image store and the real process runtime, in a folder of its own. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ImageStore, openImageStore } from '../../../emulator/images/store.ts';
import { removeTree } from '../../../emulator/images/tree.ts';
import { type Clock, SystemClock } from '../../../emulator/kernel/clock.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import type { Store } from '../../../emulator/kernel/store.ts';
import { type Guardian, startGuardian } from '../../../emulator/pods/guardian.ts';
import { createKubelet } from '../../../emulator/pods/kubelet.ts';
import type { Kubelet, KubeletPorts, OpenLogStore, PodWriter } from '../../../emulator/pods/kubelet-ports.ts';
import { openLogStore } from '../../../emulator/pods/logs/store.ts';
import type { ContainerSpec, PodRuntime } from '../../../emulator/pods/ports.ts';
import { createProcessRuntime } from '../../../emulator/pods/process/runtime.ts';
import type { Container, Pod, PodSpec } from '../../../emulator/pods/types.ts';

export const guardianScript = fileURLToPath(new URL('../../../emulator/pods/guardian-main.ts', import.meta.url));

/** A container that says nothing but this. */
export const aContainer = (more: Partial<ContainerSpec>): ContainerSpec => ({
  name: 'a',
  image: '',
  command: undefined,
  args: undefined,
  workingDir: undefined,
  env: {},
  mounts: [],
  port: undefined,
  imagePullPolicy: 'Never',
  securityContext: undefined,
  resources: undefined,
  debug: undefined,
  tty: false,
  stdin: 'closed',
  ...more,
});

export interface Harness extends AsyncDisposable {
  dir: string;
  mark: string;
  store: Store;
  images: ImageStore;
  logs: OpenLogStore;
  guardian: Guardian;
  runtime: PodRuntime;
  kubelet: Kubelet;
  /** Puts a pod into the store. */
  create(pod: Pod): Pod;
  delete(name: string, graceSeconds?: number): void;
  pod(name: string): Pod | undefined;
  /** Resolves when the stored pod is as asked for; rejects with the pod's state after `ms`. */
  until(name: string, condition: (pod: Pod) => boolean, ms?: number): Promise<Pod>;
  untilGone(name: string, ms?: number): Promise<void>;
  events(): { reason: string; message: string; type: string }[];
  /** All text of a pod's log so far. */
  text(pod: string): Promise<string>;
  build(name: string, files: Record<string, string>, cmd: string[]): Promise<string>;
}

export async function aKubelet(
  options: { clock?: Clock; more?: Partial<KubeletPorts>; env?: NodeJS.ProcessEnv } = {},
): Promise<Harness> {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-pods-'));
  const mark = `${randomUUID()}/`;
  const clock = options.clock ?? new SystemClock();
  const store = openStore(join(dir, 'store.db'));
  const images = await openImageStore(join(dir, 'images'));
  const logs = await openLogStore(join(dir, 'logs'));
  const guardian = await startGuardian({ script: guardianScript, mark });
  const runtime = createProcessRuntime(
    { stateDir: join(dir, 'pods'), images, guardian, mark },
    options.env ? { env: options.env } : {},
  );
  const writer = storeWriter(store);
  const kubelet = createKubelet(
    {
      view: store,
      subscribe: (listener) => store.subscribe(listener),
      writer,
      clock,
      images,
      runtimes: { process: runtime },
      logs,
      log: () => undefined,
      ...options.more,
    },
    { stateDir: join(dir, 'pods') },
  );
  const get = (name: string) => store.get<Pod>('pods', 'default', name);
  const waitFor = (what: () => string, condition: () => boolean, ms: number) =>
    new Promise<void>((resolve, reject) => {
      if (condition()) return resolve();
      const subscription = store.subscribe(() => {
        if (condition()) done(resolve);
      });
      const timer = setTimeout(() => done(() => reject(new Error(`not within ${ms} ms: ${what()}`))), ms);
      const done = (then: () => void) => {
        subscription[Symbol.dispose]();
        clearTimeout(timer);
        then();
      };
    });

  return {
    dir,
    mark,
    store,
    images,
    logs,
    guardian,
    runtime,
    kubelet,
    create: (pod) => store.put('pods', pod, ''),
    delete(name, graceSeconds = 5) {
      const pod = get(name);
      if (!pod) throw new Error(`no pod ${name}`);
      const metadata = {
        ...pod.metadata,
        deletionTimestamp: '2026-01-01T00:00:00Z',
        deletionGracePeriodSeconds: graceSeconds,
      };
      store.put('pods', { ...pod, metadata }, undefined);
    },
    pod: get,
    async until(name, condition, ms = 10_000) {
      const holds = () => {
        const pod = get(name);
        return pod !== undefined && condition(pod);
      };
      await waitFor(() => JSON.stringify(get(name)?.status ?? 'no pod', null, 1), holds, ms);
      const pod = get(name);
      if (!pod) throw new Error('gone');
      return pod;
    },
    untilGone: (name, ms = 10_000) =>
      waitFor(
        () => `${name} is still there`,
        () => get(name) === undefined,
        ms,
      ),
    events: () =>
      store.list('events').map((event) => event as unknown as { reason: string; message: string; type: string }),
    async text(pod) {
      await logs.flush();
      let text = '';
      for await (const entry of logs.read({ namespace: 'default', pod })) if (!entry.mark) text += `${entry.text}\n`;
      return text;
    },
    async build(name, files, cmd) {
      const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');
      for (const content of Object.values(files)) await images.putBlob(sha256(content), Buffer.from(content));
      const info = await images.commit({
        name,
        config: { cmd, env: {} },
        files: Object.entries(files).map(([path, content]) => ({
          path,
          size: Buffer.byteLength(content),
          sha256: sha256(content),
          executable: content.startsWith('#!'),
        })),
      });
      return info.reference;
    },
    async [Symbol.asyncDispose]() {
      await kubelet.close(500);
      await runtime.close();
      await guardian.close();
      await logs.close();
      store.close();
      await removeTree(dir);
    },
  };
}

/** The kubelet's writes straight into a store. */
function storeWriter(store: Store): PodWriter {
  const change = (pod: KubeObject, to: (now: Pod) => Pod) => {
    const now = store.get<Pod>('pods', pod.metadata.namespace, pod.metadata.name);
    if (now?.metadata.uid === pod.metadata.uid) store.put('pods', to(now), now.metadata.resourceVersion);
  };
  return {
    updateStatus: (pod, status) => change(pod, (now) => ({ ...now, status })),
    bind: (pod, nodeName) => change(pod, (now) => ({ ...now, spec: { containers: [], ...now.spec, nodeName } })),
    annotate: (pod, annotations) =>
      change(pod, (now) => {
        const all = Object.entries({ ...now.metadata.annotations, ...annotations });
        const kept = all.filter((entry): entry is [string, string] => entry[1] !== null);
        return { ...now, metadata: { ...now.metadata, annotations: Object.fromEntries(kept) } };
      }),
    remove: (pod) => void store.remove('pods', pod.metadata.namespace, pod.metadata.name),
    event(pod, event) {
      const metadata = { ...aPod(randomUUID(), {}).metadata };
      store.put(
        'events',
        { apiVersion: 'v1', kind: 'Event', metadata, ...event, involvedObject: pod.metadata.name } as never,
        '',
      );
    },
  };
}

export function aPod(
  name: string,
  container: Partial<Container>,
  spec: Partial<PodSpec> = {},
  more: Partial<KubeObject['metadata']> = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: randomUUID(), resourceVersion: '', creationTimestamp: '', ...more },
    spec: { containers: [{ name: 'app', image: 'dev.local/app', ...container }], ...spec },
  };
}

export const isReady = (pod: Pod) =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;

export const firstContainer = (pod: Pod) => pod.status?.containerStatuses?.[0];

/** A server that says what it has of its environment. */
export const webServer = `
const http = require('node:http');
const port = Number(process.env.LISTEN_PORT || process.env.PORT);
http.createServer((request, response) => {
  if (request.url === '/exit') process.exit(3);
  response.end(JSON.stringify({ env: process.env, cwd: process.cwd(), url: request.url, argv: process.argv.slice(2) }));
}).listen(port, () => console.log('listening on', port));
process.on('SIGTERM', () => { console.log('got SIGTERM'); process.exit(0); });
`;
