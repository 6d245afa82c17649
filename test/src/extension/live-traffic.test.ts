/** What the views are shown of measured traffic: one stream a service, whichever platform it comes from. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PlatformClient } from '../../../src/core/client.ts';
import { LiveTraffic } from '../../../src/extension/live-traffic.ts';

const key = { namespace: 'default', name: 'shop' };

/** A platform that tells the given moments, and then goes on without a word until it is broken off. */
function aPlatform(moments: readonly number[]) {
  const broken = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  const client = {
    capabilities: async () => new Set(['traffic']),
    async *capabilityStream() {
      for (const at of moments) yield { at, revisions: {} };
      told.resolve();
      await broken.promise;
    },
  } as unknown as PlatformClient;
  return { client, told: told.promise, breakOff: () => broken.resolve() };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('keeps what was told over an outage, and nothing of a platform when another is chosen', async () => {
  const [first, again, other] = [aPlatform([1, 2]), aPlatform([3]), aPlatform([4])];
  const now = { client: first.client, platform: 'platform:a' };
  using live = new LiveTraffic({ client: () => now.client, platform: () => now.platform, log: () => {} });
  const seen: (number | undefined)[] = [];
  using _following = live.follow(key, (point) => seen.push(point?.at));
  await first.told;
  now.client = again.client;
  first.breakOff();
  await vi.advanceTimersByTimeAsync(2_000);
  await again.told;
  expect(live.history(key).map(({ at }) => at)).toEqual([1, 2, 3]);
  Object.assign(now, { client: other.client, platform: 'platform:b' });
  again.breakOff();
  await vi.advanceTimersByTimeAsync(2_000);
  await other.told;
  expect(live.history(key).map(({ at }) => at)).toEqual([4]);
  expect(seen).toEqual([1, 2, undefined, 3, undefined, 4]);
});
