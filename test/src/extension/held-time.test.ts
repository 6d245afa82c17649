/** An instance that stands at a breakpoint holds its platform's time: its own platform's, told by what the debug adapter says. */
import { expect, it, vi } from 'vitest';
import { heldTime } from '../../../src/extension/debug/held-time.ts';
import { until } from '../../support/until.ts';

/** A run, and what its platform was told. */
function aRun(namespace: string, capabilities = ['debug']) {
  const told: unknown[][] = [];
  const client = {
    capabilities: async () => new Set(capabilities),
    capability: async (...call: unknown[]) => {
      told.push(call);
      return {};
    },
  };
  return { owner: { client, session: { namespace } } as never, told };
}
const stopped = { type: 'event', event: 'stopped' };
const hello = { slipwayApplication: '/src/hello', slipwayPod: 'hello-1' };
const path = '/namespaces/dev/pods/hello-1/debug';
const lease = (paused: boolean) => ['PUT', path, { paused, ttlMs: 15_000 }];

it('from when it stops until it goes on, renewed meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { owner, told } = aRun('dev');
  using held = heldTime((dir) => (dir === '/src/hello' ? owner : undefined), { debug: () => {} });
  held.said('s', hello, { type: 'event', event: 'output' });
  held.said('s', hello, stopped);
  held.said('s', hello, stopped);
  await until('the lease', () => told.length > 0);
  expect(told).toEqual([lease(true)]);
  vi.advanceTimersByTime(5_000);
  await until('it renewed', () => told.length > 1);
  held.said('s', hello, { type: 'response', command: 'continue' });
  held.ended('s', hello);
  await until('its end', () => told.length > 2);
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([lease(true), lease(true), lease(false)]);
  vi.useRealTimers();
});

it('until the last of the threads goes on that stopped by themselves, as those of a JVM do', async () => {
  const { owner, told } = aRun('dev');
  using held = heldTime(() => owner, { debug: () => {} });
  const stops = (threadId: number) =>
    held.said('s', hello, { type: 'event', event: 'stopped', body: { threadId, allThreadsStopped: false } });
  let seq = 0;
  const ask = (command: string, threadId: number, body: object = {}) => {
    held.said('s', hello, { type: 'request', seq: ++seq, command, arguments: { threadId } });
    held.said('s', hello, { type: 'response', request_seq: seq, command, body });
  };
  stops(1);
  stops(2);
  stops(3);
  ask('continue', 1, { allThreadsContinued: false });
  ask('next', 2);
  stops(2);
  held.said('s', hello, { type: 'event', event: 'thread', body: { reason: 'exited', threadId: 3 } });
  await until('the lease', () => told.length > 0);
  expect(told).toEqual([lease(true)]);
  ask('continue', 2, { allThreadsContinued: false });
  await until('its end', () => told.length > 1);
  stops(1);
  stops(2);
  ask('continue', 1, { allThreadsContinued: true });
  await until('all gone on', () => told.length > 3);
  expect(told).toEqual([lease(true), lease(false), lease(true), lease(false)]);
});

it('a step lets all go on where all had stopped', async () => {
  const { owner, told } = aRun('dev');
  using held = heldTime(() => owner, { debug: () => {} });
  for (const threadId of [1, 2]) {
    held.said('s', hello, { type: 'event', event: 'stopped', body: { threadId, allThreadsStopped: true } });
  }
  held.said('s', hello, { type: 'request', seq: 1, command: 'stepOut', arguments: { threadId: 1 } });
  held.said('s', hello, { type: 'response', request_seq: 1, command: 'stepOut' });
  await until('its end', () => told.length > 1);
  expect(told).toEqual([lease(true), lease(false)]);
});

it('on the platform of its own run, and on none once that has ended or where there is no such thing', async () => {
  const [one, other, cluster] = [aRun('dev'), aRun('dev'), aRun('dev', [])];
  const runs = new Map([
    ['/src/hello', one.owner],
    ['/src/other', other.owner],
    ['/src/cluster', cluster.owner],
  ]);
  using held = heldTime((dir) => runs.get(dir), { debug: () => {} });
  held.said('a', { slipwayApplication: '/src/cluster', slipwayPod: 'cluster-1' }, stopped);
  held.said('b', { slipwayApplication: '/src/other', slipwayPod: 'other-1' }, stopped);
  await until('the lease', () => other.told.length > 0);
  runs.delete('/src/other');
  held.ended('b', { slipwayApplication: '/src/other', slipwayPod: 'other-1' });
  held.said('c', hello, stopped);
  await until('the next lease', () => one.told.length > 0);
  expect(one.told).toEqual([lease(true)]);
  expect(other.told).toHaveLength(1);
  expect(cluster.told).toEqual([]);
});

it('is told in the order in which it happens, whichever request would be there first', async () => {
  const told: boolean[] = [];
  const open: (() => void)[] = [];
  const client = {
    capabilities: async () => new Set(['debug']),
    capability: async (_: string, __: string, { paused }: { paused: boolean }) => {
      await new Promise<void>((resolve) => open.push(resolve));
      told.push(paused);
    },
  };
  const owner = { client, session: { namespace: 'dev' } } as never;
  using held = heldTime(() => owner, { debug: () => {} });
  held.said('s', hello, stopped);
  held.said('s', hello, { type: 'response', command: 'continue' });
  // The later one gets through at once, wherever it may.
  await until('a request', () => open.length > 0);
  await new Promise(setImmediate);
  while (told.length < 2) {
    open.pop()?.();
    await new Promise(setImmediate);
  }
  expect(told).toEqual([true, false]);
});
