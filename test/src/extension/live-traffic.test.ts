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

/** Which platform is in use, and who is told that it is another. */
function inUse(client: PlatformClient, platform: string) {
  const listeners = new Set<() => void>();
  const now = { client, platform };
  return {
    now,
    source: {
      client: () => now.client,
      platform: () => now.platform,
      onChange(listener: () => void) {
        listeners.add(listener);
        return { dispose: () => listeners.delete(listener) };
      },
      log: () => {},
    },
    use(next: Partial<typeof now>) {
      Object.assign(now, next);
      for (const listener of listeners) listener();
    },
    listeners,
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('keeps what was told over an outage, and nothing of a platform when another is chosen', async () => {
  const [first, again, other] = [aPlatform([1, 2]), aPlatform([3]), aPlatform([4])];
  const { source, use } = inUse(first.client, 'platform:a');
  using live = new LiveTraffic(source);
  const seen: (number | undefined)[] = [];
  using _following = live.follow(key, (point) => seen.push(point?.at));
  await first.told;
  use({ client: again.client });
  first.breakOff();
  await vi.advanceTimersByTimeAsync(2_000);
  await again.told;
  expect(live.history(key).map(({ at }) => at)).toEqual([1, 2, 3]);
  use({ client: other.client, platform: 'platform:b' });
  again.breakOff();
  await vi.advanceTimersByTimeAsync(2_000);
  await other.told;
  expect(live.history(key).map(({ at }) => at)).toEqual([4]);
  expect(seen).toEqual([1, 2, undefined, 3, undefined, 4]);
});

it('tells nothing more of a platform whose client something still has, as a deploy, once another is chosen', async () => {
  const next = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<AbortSignal>();
  const held = {
    capabilities: async () => new Set(['traffic']),
    async *capabilityStream(_: string, { signal }: { signal: AbortSignal }) {
      asked.resolve(signal);
      yield { at: 1, revisions: {} };
      await next.promise;
      yield { at: 2, revisions: {} };
    },
  } as unknown as PlatformClient;
  const other = aPlatform([7]);
  const { source, use, listeners } = inUse(held, 'platform:a');
  const live = new LiveTraffic(source);
  const seen: (number | undefined)[] = [];
  const first = Promise.withResolvers<void>();
  using _following = live.follow(key, (point) => {
    seen.push(point?.at);
    first.resolve();
  });
  await first.promise;
  expect(live.last(key)?.at).toBe(1);
  use({ client: other.client, platform: 'platform:b' });
  expect(live.history(key)).toEqual([]);
  expect(live.last(key)).toBeUndefined();
  expect((await asked.promise).aborted).toBe(true);
  next.resolve();
  await vi.advanceTimersByTimeAsync(2_000);
  await other.told;
  expect(seen).toEqual([1, undefined, 7]);
  live[Symbol.dispose]();
  expect(listeners.size).toBe(0);
});

it('does not wait for one that does not answer once another is chosen', async () => {
  const silent = {
    capabilities: ({ signal }: { signal?: AbortSignal } = {}) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))),
  } as unknown as PlatformClient;
  const other = aPlatform([7]);
  const { source, use } = inUse(silent, 'platform:a');
  using live = new LiveTraffic(source);
  const seen: (number | undefined)[] = [];
  using _following = live.follow(key, (point) => seen.push(point?.at));
  use({ client: other.client, platform: 'platform:b' });
  await vi.advanceTimersByTimeAsync(1);
  expect(seen).toEqual([undefined, 7]);
});
