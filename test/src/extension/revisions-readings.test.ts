/** What the panel of a service asks a platform for, which answers when it can: by then another one may be in use. */
import { expect, it } from 'vitest';
import type { PlatformClient } from '../../../src/core/client.ts';
import type { LivePoint } from '../../../src/extension/live-traffic.ts';
import { revisionsReadings } from '../../../src/extension/views/revisions-readings.ts';

const key = { namespace: 'default', name: 'shop' };
const point = (at: number): LivePoint => ({ at, revisions: {}, goodAt: null, routes: [] });
const start = (pod: string) => ({ revision: 'shop-00001', pod, at: 1, totalMs: 1, phases: [] });

/** A platform that answers each question when it is told to, in any order. */
function aPlatform(capabilities = ['coldstarts', 'traffic-history']) {
  const asked: { path: string; answer(items: unknown[]): void; refuse(): void }[] = [];
  const client = {
    capabilities: async () => new Set(capabilities),
    capability: (_: string, path: string) =>
      new Promise((resolve, reject) => {
        asked.push({ path, answer: (items) => resolve({ items }), refuse: () => reject(new Error('busy')) });
      }),
  } as unknown as PlatformClient;
  return { client, asked };
}

function readings(client: PlatformClient) {
  const now = { client: client as PlatformClient | undefined, seen: [] as LivePoint[], problems: 0 };
  const source = {
    client: () => now.client,
    seen: () => now.seen,
    log: () => {
      now.problems++;
    },
  };
  return { now, ...revisionsReadings(key, source) };
}
const asked = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

it('shows no cold starts of a platform that is not in use any more', async () => {
  const [first, other] = [aPlatform(), aPlatform([])];
  const { now, coldStarts } = readings(first.client);
  const late = coldStarts();
  await asked();
  now.client = other.client;
  first.asked[0]?.answer([start('a')]);
  expect(await late).toBeUndefined();
  expect(await coldStarts()).toEqual([]);
  now.client = undefined;
  expect(await coldStarts()).toBeUndefined();
});

it('shows no older cold starts after newer ones, and each answer where none comes in time', async () => {
  const { client, asked: questions } = aPlatform();
  const { coldStarts } = readings(client);
  const answers = [coldStarts(), coldStarts(), coldStarts()];
  await asked();
  questions[0]?.answer([start('a')]);
  expect(await answers[0]).toEqual([start('a')]);
  questions[2]?.answer([start('c')]);
  expect(await answers[2]).toEqual([start('c')]);
  questions[1]?.answer([start('b')]);
  expect(await answers[1]).toBeUndefined();
});

it('has in the past of a service what was told while the platform was asked for it, and nothing of another platform', async () => {
  const [first, other] = [aPlatform(), aPlatform()];
  const { now, history } = readings(first.client);
  now.seen = [point(10)];
  const past = history();
  await asked();
  now.seen = [point(10), point(11)];
  first.asked[0]?.answer([point(8), point(9), point(10)]);
  expect((await past)?.map(({ at }) => at)).toEqual([8, 9, 10, 11]);
  const late = history();
  await asked();
  now.client = other.client;
  first.asked[1]?.answer([point(8)]);
  expect(await late).toBeUndefined();
});

it('has what was seen where the platform knows no past, does not answer, or was stopped', async () => {
  const { client, asked: questions } = aPlatform();
  const { now, history } = readings(client);
  now.seen = [point(10)];
  const past = history();
  await asked();
  questions[0]?.refuse();
  expect((await past)?.map(({ at }) => at)).toEqual([10]);
  expect(now.problems).toBe(1);
  for (const client of [aPlatform([]).client, undefined]) {
    now.client = client;
    expect((await history())?.map(({ at }) => at)).toEqual([10]);
  }
});
