/**
 * Many Services: the work that one causes must not depend on how many there are. Counted, not timed: reconciles, writes, and
 * objects that a controller looked at. `npm run bench` has the times.
 */
import { afterEach, expect, it } from 'vitest';
import { createApi } from '../../../emulator/api/server.ts';
import { isReady } from '../../../emulator/knative/conditions.ts';
import { aService } from './support/builders.ts';
import { type TestPlatform, testPlatform } from './support/platform.ts';

const ksvc = 'services.serving.knative.dev';
/** `npm run test:full`: 1,000, against 250. */
const many = Number(process.env['SLIPWAY_SCALE'] ?? 100);
const few = many / 4;
const watchers = 50;
/** How much more one of many may cost than one of few. Quadratic work would be four times as much. */
const bound = 1.6;

const open: TestPlatform[] = [];
afterEach(async () => {
  for (const platform of open.splice(0)) await platform[Symbol.asyncDispose]();
});

interface Work {
  reconciles: number;
  byController: Record<string, number>;
  writes: number;
  /** Objects that lists gave to controllers. */
  listed: number;
}

/** Applies so many Services, waits until all are Ready, and says what each of them cost. */
async function applied(count: number): Promise<{ platform: TestPlatform; each: Work }> {
  const platform = testPlatform({ realKinds: true });
  open.push(platform);
  await platform.settle();
  let listed = 0;
  const list = platform.store.list.bind(platform.store);
  platform.store.list = ((resource: string, options: object) => {
    const found = list(resource, options);
    listed += found.length;
    return found;
  }) as typeof platform.store.list;
  platform.reconciles.clear();
  const before = platform.store.revision;
  const { apiVersion, kind, spec } = aService();
  for (let index = 0; index < count; index++) {
    platform.create(ksvc, { apiVersion, kind, metadata: { name: `s${index}`, namespace: 'default' }, spec });
  }
  await platform.settle();
  const services = list(ksvc, {});
  expect(services.filter(isReady).length).toBe(count);
  const byController = Object.fromEntries([...platform.reconciles].map(([name, times]) => [name, times / count]));
  const each = {
    reconciles: Object.values(byController).reduce((sum, times) => sum + times, 0),
    byController,
    writes: (platform.store.revision - before) / count,
    listed: listed / count,
  };
  return { platform, each };
}

it(`${many} Services: each costs what one of ${few} does`, { timeout: 600_000 }, async () => {
  const small = await applied(few);
  const large = await applied(many);
  const told = JSON.stringify({ [few]: small.each, [many]: large.each }, null, 1);
  expect(large.each.reconciles / small.each.reconciles, told).toBeLessThan(bound);
  expect(large.each.writes / small.each.writes, told).toBeLessThan(bound);
  expect(large.each.listed / small.each.listed, told).toBeLessThan(bound);
  console.info(told);

  // One more among many: only what is its own moves.
  const { platform } = large;
  platform.reconciles.clear();
  const before = platform.store.revision;
  const { apiVersion, kind, spec } = aService();
  platform.create(ksvc, { apiVersion, kind, metadata: { name: 'one-more', namespace: 'default' }, spec });
  await platform.settle();
  const reconciles = [...platform.reconciles.values()].reduce((sum, times) => sum + times, 0);
  expect(reconciles, JSON.stringify([...platform.reconciles])).toBeLessThan(small.each.reconciles * 2 + 20);
  expect(platform.store.revision - before).toBeLessThan(small.each.writes * 2 + 10);
});

it(`${watchers} watchers of ${few} Services: each sees every change once, in order`, { timeout: 600_000 }, async () => {
  const platform = testPlatform({ realKinds: true });
  open.push(platform);
  await platform.settle();
  const { store, objects, registry, clock } = platform;
  const api = createApi({ store, objects, registry, clock });
  const aborted = new AbortController();
  const from = store.revision;
  // Noted as they come: they may be more than the history holds.
  const expected: number[] = [];
  store.subscribe(({ resource, revision }) => void (resource === ksvc && expected.push(revision)));
  const seen = Array.from({ length: watchers }, () => [] as number[]);
  const following = seen.map(async (revisions) => {
    const { body } = await api.handle({
      method: 'GET',
      path: '/apis/serving.knative.dev/v1/services',
      query: new URLSearchParams({ watch: '1', resourceVersion: String(from) }),
      headers: {},
      body: new Uint8Array(),
      user: { username: 'tester', groups: ['system:masters'] },
      signal: aborted.signal,
    });
    if (typeof body !== 'object' || body instanceof Uint8Array) throw new Error('no stream');
    for await (const chunk of body) {
      for (const line of Buffer.from(chunk as Uint8Array)
        .toString()
        .trim()
        .split('\n')) {
        revisions.push(
          Number(
            (JSON.parse(line) as { object: { metadata: { resourceVersion: string } } }).object.metadata.resourceVersion,
          ),
        );
      }
    }
  });
  const { apiVersion, kind, spec } = aService();
  for (let index = 0; index < few; index++) {
    platform.create(ksvc, { apiVersion, kind, metadata: { name: `w${index}`, namespace: 'default' }, spec });
  }
  await platform.settle();
  expect(expected.length).toBeGreaterThan(few);
  while (seen.some((revisions) => revisions.length < expected.length)) await new Promise(setImmediate);
  aborted.abort();
  await Promise.all(following);
  for (const revisions of seen) expect(revisions).toEqual(expected);
  api.close();
});
