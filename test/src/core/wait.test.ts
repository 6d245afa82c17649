import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { PlatformClient, WatchHandlers } from '../../../src/core/client.ts';
import { waitForService } from '../../../src/core/deploy/wait.ts';
import { labels } from '../../../src/core/resources.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const object = (kind: string, name: string, rest: object): KubeObject =>
  ({ kind, metadata: { name, namespace: 'default', generation: 1, labels: {} }, ...rest }) as unknown as KubeObject;
const message = 'pods "a" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2';

/** A platform whose quota has no room for the new revision beside what is left of an older one. */
function aFullPlatform() {
  const handlers: WatchHandlers<KubeObject>[] = [];
  const conditions = [{ type: 'Ready', status: 'False', reason: 'FailedCreate', message }];
  const items: Record<string, KubeObject[]> = {
    Service: [object('Service', 'a', { status: { observedGeneration: 1, latestCreatedRevisionName: 'a-2' } })],
    Revision: [object('Revision', 'a-2', { spec: {}, status: { conditions } })],
    Pod: [],
  };
  const client = {
    watch: ({ kind }: { kind: string }, _: string, handler: WatchHandlers<KubeObject>) => {
      handlers.push(handler);
      return {
        get items() {
          return items[kind];
        },
        get: (name: string) => items[kind]?.find(({ metadata }) => metadata.name === name),
        synced: Promise.resolve(),
        [Symbol.dispose]: () => {},
      };
    },
    // Evidence, without which a verdict stands.
    list: () => Promise.reject(new Error('not here')),
  } as unknown as PlatformClient;
  const older = object('Pod', 'a-1-x', {});
  older.metadata.labels = { [labels.revision]: 'a-1' };
  return {
    client,
    async olderPods(count: number): Promise<void> {
      items['Pod'] = Array(count).fill(older);
      for (const { onEvent } of handlers) onEvent?.(older as never, undefined as never);
      await vi.advanceTimersByTimeAsync(1);
    },
  };
}

function waiting(client: PlatformClient, timeoutMs: number) {
  const told = vi.fn();
  const options = { namespace: 'default', name: 'a', generation: 1, image: undefined, timeoutMs, listenMs: 10_000 };
  void waitForService({ ...options, client, onWaiting: () => {}, onReady: () => {} }).then(told, told);
  return told;
}
const verdict = [{ done: 'failed', cause: { code: 'QuotaExceeded' } }];

describe('a deploy that waits for room', () => {
  it('ends when its time is over, also while an older revision holds it', async () => {
    const { client, olderPods } = aFullPlatform();
    const told = waiting(client, 60_000);
    await olderPods(1);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(told).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told.mock.lastCall).toMatchObject(verdict);
  });

  it('is over a while after the older pods have gone, also where they had come back meanwhile', async () => {
    const { client, olderPods } = aFullPlatform();
    const told = waiting(client, 600_000);
    for (let round = 0; round < 2; round++) {
      await olderPods(1);
      await olderPods(0);
    }
    await olderPods(1);
    await vi.advanceTimersByTimeAsync(25_000);
    await olderPods(0);
    await vi.advanceTimersByTimeAsync(19_000);
    expect(told).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(told.mock.lastCall).toMatchObject(verdict);
  });
});
