import { describe, expect, test } from 'vitest';
import { createTrafficStats } from '../../../emulator/capabilities/traffic-stats.ts';
import type { TrafficSample } from '../../../emulator/dataplane/protocol.ts';

const second = 1_700_000_000_000;
const bucketOf = (ms: number) => Math.floor(Math.log(ms / 0.1) / Math.log(1.1));

function sample(revision: string, at: number, requests: number, ms: number, errors = 0): TrafficSample {
  return {
    at,
    service: 'default/hello',
    revision: `default/${revision}`,
    requests,
    statuses: [0, requests - errors, 0, 0, errors],
    latency: { [bucketOf(ms)]: requests },
  };
}

describe('traffic of a window', () => {
  test('shares, rates, percentiles and errors by revision', () => {
    const stats = createTrafficStats(0);
    stats.record([sample('a', second, 70, 10), sample('b', second, 30, 100, 3)]);
    const { revisions } = stats.traffic('default/hello', 10, second + 1_000, { a: 2, b: 1 });
    expect(revisions['a']).toMatchObject({ requests: 70, share: 70, requestsPerSecond: 7, errors: 0, instances: 2 });
    expect(revisions['b']).toMatchObject({ share: 30, errors: 3, instances: 1 });
    expect(revisions['a']?.p50).toBeGreaterThan(9.4);
    expect(revisions['a']?.p50).toBeLessThan(10.6);
    expect(revisions['b']?.p99).toBeGreaterThan(94);
  });
  test('what is older than the window, or of the running second, is not in it', () => {
    const stats = createTrafficStats(0);
    stats.record([sample('a', second - 10_000, 5, 1), sample('a', second, 7, 1), sample('a', second + 1_000, 9, 1)]);
    expect(stats.traffic('default/hello', 10, second + 1_500, {}).revisions['a']?.requests).toBe(7);
  });
  test('failing routes stay until they are old, with the good answer that came after', () => {
    const stats = createTrafficStats(0);
    stats.record([{ ...sample('a', second, 1, 1), routes: { 'GET /boom': { failedAt: second + 5 } } }]);
    expect(stats.traffic('default/hello', 10, second + 1_000, {}).routes).toEqual([
      { route: 'GET /boom', revision: 'a', failedAt: second + 5, goodAt: null },
    ]);
    stats.record([{ ...sample('a', second + 1_000, 1, 1), routes: { 'GET /boom': { goodAt: second + 1_200 } } }]);
    const now = stats.traffic('default/hello', 10, second + 2_000, {});
    expect(now.routes).toEqual([{ route: 'GET /boom', revision: 'a', failedAt: second + 5, goodAt: second + 1_200 }]);
    expect(now.goodAt).toBe(second + 1_000);
  });
  test('a revision without requests appears when it has instances', () => {
    const stats = createTrafficStats(0);
    expect(stats.traffic('default/hello', 10, second, { a: 1 }).revisions).toEqual({
      a: { requests: 0, share: 0, requestsPerSecond: 0, p50: null, p95: null, p99: null, errors: 0, instances: 1 },
    });
  });
});

describe('history', () => {
  const base = Math.floor(second / 5_000) * 5_000;
  test('has a point for each slot, with what was measured in it alone', () => {
    const stats = createTrafficStats(0);
    stats.record([
      sample('a', base + 1_000, 3, 1),
      sample('b', base + 4_000, 1, 1),
      sample('a', base + 11_000, 5, 1),
      sample('a', base + 20_000, 9, 1),
    ]);
    const points = stats.history('default/hello', 20, 5, base + 22_000);
    expect(points.map(({ at, revisions }) => [at - base, revisions['a']?.requests, revisions['b']?.share])).toEqual([
      [5_000, 3, 25],
      [10_000, undefined, undefined],
      [15_000, 5, undefined],
      [20_000, undefined, undefined],
    ]);
    expect(points[0]?.revisions['a']?.requestsPerSecond).toBe(0.6);
    expect(stats.history('default/hello', 600, 5, base + 22_000)).toHaveLength(120);
  });
  test('knows how many instances there were, also without a request', () => {
    const stats = createTrafficStats(0);
    stats.recordInstances('default/hello', { a: 2 }, base - 60_000);
    stats.recordInstances('default/hello', { a: 2, b: 1 }, base + 6_000);
    stats.recordInstances('default/hello', {}, base + 12_000);
    const points = stats.history('default/hello', 20, 5, base + 22_000);
    expect(points.map(({ revisions }) => [revisions['a']?.instances, revisions['b']?.instances])).toEqual([
      [2, undefined],
      [2, 1],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });
  test('says nothing of the time before it measured', () => {
    const stats = createTrafficStats(base + 7_000);
    const points = stats.history('default/hello', 600, 5, base + 22_000);
    expect(points.map(({ at }) => at - base)).toEqual([15_000, 20_000]);
  });
});

describe('cold starts', () => {
  const trace = {
    service: 'default/hello',
    revision: 'default/a',
    pod: 'p',
    at: second,
    heldMs: 100,
    connectMs: 1,
    firstByteMs: 9,
  };
  test('phases add up to the whole', () => {
    const stats = createTrafficStats(0);
    const boot = { spawnAt: second + 2, startedAt: second + 8, listeningAt: second + 90, readyAt: second + 99 };
    stats.recordColdStart(trace, boot);
    const [start] = stats.coldStarts('default/hello');
    expect(start?.phases.map(({ name, ms }) => [name, ms])).toEqual([
      ['decide', 2],
      ['spawn', 6],
      ['boot', 82],
      ['ready', 10],
      ['connect', 1],
      ['firstByte', 9],
    ]);
    expect(start?.totalMs).toBe(110);
  });
  test('an instance that was starting already costs only the rest', () => {
    const stats = createTrafficStats(0);
    const boot = { spawnAt: second - 50, startedAt: second - 40, listeningAt: second + 60, readyAt: second + 99 };
    stats.recordColdStart(trace, boot);
    expect(stats.coldStarts('default/hello')[0]?.phases[0]).toEqual({ name: 'decide', ms: 0 });
    expect(stats.coldStarts('default/hello')[0]?.totalMs).toBe(110);
  });
});
