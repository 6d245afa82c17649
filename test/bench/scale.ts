/**
 * `npm run bench`: many Services on one platform whose pods are Ready at once (a no-op runtime), in one process of its own so
 * that its memory is only theirs. Prints one line of JSON.
 */
import { createApi } from '../../emulator/api/server.ts';
import { isReady } from '../../emulator/knative/conditions.ts';
import { aService } from '../emulator/knative/support/builders.ts';
import { testPlatform } from '../emulator/knative/support/platform.ts';

const count = Number(process.argv[2] ?? 1_000);
const watchers = 50;
const ksvc = 'services.serving.knative.dev';
const path = '/apis/serving.knative.dev/v1/services';
const user = { username: 'bench', groups: ['system:masters'] };

const platform = testPlatform({ realKinds: true });
const { store, objects, registry, clock } = platform;
const api = createApi({ store, objects, registry, clock });
await platform.settle();
const memory = () => {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const get = (query: string, signal = new AbortController().signal) =>
  api.handle({
    method: 'GET',
    path,
    query: new URLSearchParams(query),
    headers: {},
    body: new Uint8Array(),
    user,
    signal,
  });

const empty = memory();
const { apiVersion, kind, spec } = aService();
const began = performance.now();
for (let index = 0; index < count; index++) {
  platform.create(ksvc, { apiVersion, kind, metadata: { name: `s${index}`, namespace: 'default' }, spec });
}
await platform.settle();
const readyMs = performance.now() - began;
const ready = store.list(ksvc).filter(isReady).length;
if (ready !== count) throw new Error(`${ready} of ${count} are Ready`);
const perService = (memory() - empty) / count;

const lists: number[] = [];
for (let index = 0; index < 100; index++) {
  const at = performance.now();
  const { status } = await get('');
  if (status !== 200) throw new Error(`list: ${status}`);
  lists.push(performance.now() - at);
}
lists.sort((a, b) => a - b);

const aborted = new AbortController();
let events = 0;
const changes = 2_000;
const all = Promise.withResolvers<void>();
const following = Array.from({ length: watchers }, async () => {
  const { body } = await get(`watch=1&resourceVersion=${store.revision}`, aborted.signal);
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    for (const byte of chunk) if (byte === 10) events++;
    if (events >= changes * watchers) all.resolve();
  }
});
const written = performance.now();
for (let index = 0; index < changes; index++) {
  const name = `s${index % count}`;
  const object = store.get(ksvc, 'default', name);
  if (object) {
    // Straight into the store: no controller's work is in this figure.
    const metadata = { ...object.metadata, annotations: { ...object.metadata.annotations, turn: String(index) } };
    store.put(ksvc, { ...object, metadata }, undefined);
  }
  if (index % 50 === 49) await new Promise(setImmediate);
}
await all.promise;
const fanOut = (changes * watchers * 1000) / (performance.now() - written);
aborted.abort();
await Promise.all(following);

process.stdout.write(
  `${JSON.stringify({
    count,
    readyMs: Math.round(readyMs),
    listP50Ms: lists[50],
    listP99Ms: lists[98],
    fanOutPerSecond: Math.round(fanOut),
    kbPerService: Math.round(perService / 1024),
  })}\n`,
);
api.close();
process.exit(0);
