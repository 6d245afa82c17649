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

/** Its objects by their kind, as the watches have them. */
function aPlatform() {
  const handlers: WatchHandlers<KubeObject>[] = [];
  const items: Record<string, KubeObject[]> = { Service: [], Revision: [], Pod: [] };
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
  const changed = async () => {
    for (const { onEvent } of handlers) onEvent?.('modified', undefined as never);
    await vi.advanceTimersByTimeAsync(1);
  };
  return { client, items, changed };
}

/** A platform whose quota has no room for the new revision beside what is left of an older one. */
function aFullPlatform() {
  const { client, items, changed } = aPlatform();
  const conditions = [{ type: 'Ready', status: 'False', reason: 'FailedCreate', message }];
  items['Service'] = [object('Service', 'a', { status: { observedGeneration: 1, latestCreatedRevisionName: 'a-2' } })];
  items['Revision'] = [object('Revision', 'a-2', { spec: {}, status: { conditions } })];
  const older = object('Pod', 'a-1-x', {});
  older.metadata.labels = { [labels.revision]: 'a-1' };
  return {
    client,
    olderPods(count: number): Promise<void> {
      items['Pod'] = Array(count).fill(older);
      return changed();
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

/** A platform that takes its time to say how the pod of the new revision, which runs and does not listen yet, is doing. */
function aSlowPlatform() {
  const { client, items, changed } = aPlatform();
  items['Service'] = [object('Service', 'a', { status: { observedGeneration: 1, latestCreatedRevisionName: 'a-2' } })];
  items['Revision'] = [object('Revision', 'a-2', { spec: {}, status: {} })];
  const pod = object('Pod', 'a-2-x', {
    status: { containerStatuses: [{ name: 'user-container', state: { running: {} } }] },
  });
  pod.metadata.labels = { [labels.revision]: 'a-2' };
  items['Pod'] = [pod];
  const answers: (() => void)[] = [];
  Object.assign(client, {
    list: () => new Promise((resolve) => answers.push(() => resolve({ items: [], resourceVersion: '1' }))),
  });
  const is = (type: string) => ({ type, status: 'True' });
  return {
    client,
    changed,
    asked: () => answers.length,
    answer: async () => {
      for (const each of answers.splice(0)) each();
      await vi.advanceTimersByTimeAsync(1);
    },
    listens: () => {
      pod.status = { ...(pod.status as object), conditions: [is('Ready')] };
      items['Revision'] = [object('Revision', 'a-2', { spec: {}, status: { conditions: [is('Ready')] } })];
      return changed();
    },
    serves: () => {
      const status = { observedGeneration: 1, latestCreatedRevisionName: 'a-2', latestReadyRevisionName: 'a-2' };
      const conditions = [is('Ready'), is('ConfigurationsReady'), is('RoutesReady')];
      const traffic = [{ revisionName: 'a-2', percent: 100 }];
      items['Service'] = [object('Service', 'a', { status: { ...status, conditions, traffic } })];
      return changed();
    },
  };
}

describe('a deploy whose application listens while it is found out why it does not', () => {
  it('serves', async () => {
    const { client, changed, asked, answer, listens, serves } = aSlowPlatform();
    const told = waiting(client, 60_000);
    await changed();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked()).toBe(1);
    await listens();
    await answer();
    await serves();
    expect(told.mock.lastCall).toMatchObject([{ done: 'routed' }]);
  });

  it('is told as what did not come about in its time, where it is not routed in that', async () => {
    const { client, changed, answer, listens } = aSlowPlatform();
    const told = waiting(client, 12_000);
    await changed();
    await vi.advanceTimersByTimeAsync(10_000);
    await listens();
    await answer();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(told).not.toHaveBeenCalled();
    await answer();
    expect(told.mock.lastCall).toMatchObject([{ done: 'failed', cause: { code: 'TimedOut' } }]);
  });

  it('is told as that where it listens no sooner', async () => {
    const { client, changed, answer } = aSlowPlatform();
    const told = waiting(client, 60_000);
    await changed();
    await vi.advanceTimersByTimeAsync(10_000);
    await answer();
    expect(told.mock.lastCall).toMatchObject([{ done: 'failed', cause: { code: 'AppNeverListened' } }]);
  });
});
