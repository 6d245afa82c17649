import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { ApiResponse } from '../../../emulator/api/http.ts';
import { embeddedDefinitions } from '../../../emulator/platform/definitions.ts';
import { randomOf } from './fuzz/random.ts';
import { type FuzzRequest, requestsOf } from './fuzz/requests.ts';
import { seeds } from './fuzz/seeds.ts';
import { admin, type TestPlatform, testPlatform } from './support.ts';

/** `npm run test:full` sends 100,000. */
const requests = Number(process.env['SLIPWAY_FUZZ_REQUESTS'] ?? 10_000);
const seed = Number(process.env['SLIPWAY_FUZZ_SEED'] ?? 20261123);
/** So often everything is deleted, and the heap looked at. */
const roundOf = 2_000;
/** What an empty platform's heap may grow between the second round and any later one: history and caches are full by then. */
const growthMiB = 12;

const namespaces = ['default', 'knative-serving', 'knative-eventing'];

test(`mutated requests: no 5xx, no growth, nothing changed by what is refused (${requests} requests, seed ${seed})`, {
  timeout: 3_600_000,
}, async () => {
  const platform = testPlatform({ kinds: embeddedDefinitions(), namespaces });
  const random = randomOf(seed);
  const next = requestsOf(platform, random, seeds());
  const answers = new Map<number, number>();
  const heap: number[] = [];
  /** Each distinct way to fail once, so that one run tells them all. */
  const found = new Map<string, string>();
  for (let index = 0; index < requests; index++) {
    // What the garbage collector does is not the request's doing.
    await platform.garbage.idle();
    const request = next();
    const before = platform.store.revision;
    const { status, body } = await send(platform, request);
    answers.set(status, (answers.get(status) ?? 0) + 1);
    const told = () =>
      `seed ${seed}, request ${index}: ${describe(request)} → ${status} ${body.slice(0, 300)}\n${platform.errors.at(-1) ?? ''}`;

    // 504: a resourceVersion of the future. 503: nothing runs pods here.
    const fine = status < 500 || (status === 504 && body.includes('Too large resource version')) || status === 503;
    if (!fine)
      found.set(`${status} ${platform.errors.at(-1)?.split('\n').slice(0, 3).join() ?? body.slice(0, 80)}`, told());
    if (status >= 400 && body.startsWith('{') && request.method !== 'HEAD') {
      expect(JSON.parse(body), told()).toMatchObject({ kind: 'Status', status: 'Failure', code: status });
    }
    const writes = status < 300 && !/GET|HEAD/.test(request.method) && !isDryRun(request);
    // As in Kubernetes, deleting a collection is many deletes, of which one may be refused.
    const collection = request.method === 'DELETE' && status >= 400 && platform.store.revision > before;
    if (!writes && !collection && platform.store.revision !== before) {
      found.set(`${request.method} ${status} changes`, `changed something: ${told()}`);
    }
    if (index % roundOf === roundOf - 1) {
      checkStore(platform);
      await empty(platform);
      heap.push(heapMiB());
    }
  }
  expect([...found.values()].join('\n\n')).toBe('');
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  // A run that only ever is refused tests the door alone.
  const taken = (answers.get(200) ?? 0) + (answers.get(201) ?? 0);
  expect(taken / requests).toBeGreaterThan(0.25);
  const [, settled = 0] = heap;
  for (const [round, size] of heap.entries()) {
    if (round > 1)
      expect(size - settled, `heap after each round, MiB: ${heap.map(Math.round)}`).toBeLessThan(growthMiB);
  }
  console.info(
    `answers ${JSON.stringify(Object.fromEntries([...answers].sort()))}, heap MiB ${heap.map(Math.round).join(' ')}`,
  );
});

async function send(platform: TestPlatform, request: FuzzRequest): Promise<{ status: number; body: string }> {
  const aborted = new AbortController();
  const response: ApiResponse = await platform.api.handle({ ...request, user: admin, signal: aborted.signal });
  const { body = '' } = response;
  if (typeof body === 'string' || body instanceof Uint8Array) {
    return { status: response.status, body: Buffer.from(body as string).toString() };
  }
  // A watch, a log: its beginning, then the client goes.
  const stream = body[Symbol.asyncIterator]();
  const first = stream.next();
  await new Promise(setImmediate);
  aborted.abort();
  const { value } = await first;
  await stream.return?.();
  return { status: response.status, body: value ? Buffer.from(value as Uint8Array).toString() : '' };
}

const isDryRun = ({ query, body }: FuzzRequest) =>
  query.getAll('dryRun').includes('All') || Buffer.from(body).includes('dryRun');

function describe({ method, path, query, headers, body }: FuzzRequest): string {
  return `${method} ${path.slice(0, 200)}?${query} ${JSON.stringify(headers)} ${JSON.stringify(Buffer.from(body).toString().slice(0, 1500))}`;
}

/** What is stored can be read, is where its key says, and is frozen. */
function checkStore({ registry, store }: TestPlatform): void {
  for (const definition of registry.all()) {
    const name = definition.group ? `${definition.plural}.${definition.group}` : definition.plural;
    for (const object of store.list(name)) {
      expect(store.get(name, object.metadata.namespace, object.metadata.name)).toBe(object);
      expect(object.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
      expect(Object.isFrozen(object.metadata)).toBe(true);
      expect(JSON.parse(Buffer.from(store.bytes(object)).toString())).toEqual(object);
    }
  }
}

/** Takes every object away again, finalizers or not, and puts the namespaces back. */
async function empty({ registry, store, objects, garbage }: TestPlatform): Promise<void> {
  await garbage.idle();
  for (const definition of [...registry.all()]) {
    const name = definition.group ? `${definition.plural}.${definition.group}` : definition.plural;
    for (const { metadata } of store.list(name)) store.remove(name, metadata.namespace, metadata.name);
  }
  await garbage.idle();
  for (const name of namespaces) {
    objects.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { user: admin });
  }
}

/** What is alive after a collection, V8's and outside of it. */
function heapMiB(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}
