import { describe, expect, it } from 'vitest';
import type { InstanceStat } from '../../../emulator/dataplane/protocol.ts';
import {
  ActivatorReporter,
  latencyBucket,
  RequestStats,
  TrafficRecorder,
} from '../../../emulator/dataplane/statistics.ts';

describe('concurrency', () => {
  it('is weighted by time: two requests of half a second each in one second are 1', () => {
    const stats = new RequestStats(0);
    stats.begin(0, false);
    stats.begin(0, true);
    stats.end(500, false);
    stats.end(500, true);
    expect(stats.report(1000)).toEqual({
      averageConcurrency: 1,
      averageProxiedConcurrency: 0.5,
      requestCount: 2,
      proxiedRequestCount: 1,
    });
  });

  it('goes on over reports while a request runs', () => {
    const stats = new RequestStats(0);
    stats.begin(250, false);
    expect(stats.report(1000)).toMatchObject({ averageConcurrency: 0.75, requestCount: 1 });
    expect(stats.report(2000)).toMatchObject({ averageConcurrency: 1, requestCount: 0 });
    stats.end(2100, false);
    expect(stats.report(3000).averageConcurrency).toBeCloseTo(0.1);
  });

  it('of a place that was idle for long counts from the running second on', () => {
    const stats = new RequestStats(0);
    stats.begin(60_500, false, 60_000);
    expect(stats.report(61_000).averageConcurrency).toBe(0.5);
  });
});

describe('activator', () => {
  it('tells the first request at once, and takes it off the next report', () => {
    const poked: InstanceStat[] = [];
    const reporter = new ActivatorReporter((stat) => poked.push(stat));
    const stats = reporter.begin('ns/r', 0);
    reporter.begin('ns/r', 0);
    expect(poked).toHaveLength(1);
    expect(poked[0]).toMatchObject({ pod: 'activator', averageConcurrency: 1, requestCount: 1 });
    expect(reporter.report(1000)).toMatchObject([{ averageConcurrency: 1, requestCount: 1 }]);
    stats.end(1500, false);
    expect(reporter.report(2000)).toMatchObject([{ averageConcurrency: 1.5, requestCount: 0 }]);
  });

  it('forgets a revision after a quiet report, so that the next request is a first one again', () => {
    const poked: InstanceStat[] = [];
    const reporter = new ActivatorReporter((stat) => poked.push(stat));
    reporter.begin('ns/r', 0).end(100, false);
    expect(reporter.report(1000)).toMatchObject([{ averageConcurrency: 0, requestCount: 0 }]);
    expect(reporter.report(2000)).toMatchObject([{ averageConcurrency: 0, requestCount: 0 }]);
    expect(reporter.report(3000)).toEqual([]);
    reporter.begin('ns/r', 3500);
    expect(poked).toHaveLength(2);
  });
});

describe('traffic', () => {
  it('is counted by class of status and by bucket of latency', () => {
    const recorder = new TrafficRecorder();
    for (const [status, ms] of [
      [200, 1],
      [201, 1],
      [404, 0.01],
      [503, 1000],
    ] as const)
      recorder.record('ns/s', 'ns/r', status, ms);
    const [sample] = recorder.take(5000);
    expect(sample).toMatchObject({
      at: 5000,
      service: 'ns/s',
      revision: 'ns/r',
      requests: 4,
      statuses: [0, 2, 0, 1, 1],
    });
    expect(sample?.latency).toEqual({ [latencyBucket(1)]: 2, 0: 1, [latencyBucket(1000)]: 1 });
    expect(recorder.take(6000)).toEqual([]);
  });

  it('tells routes that fail, and once that they are good again', () => {
    let now = 1_000;
    const recorder = new TrafficRecorder(() => now);
    const ask = (status: number, path: string) => recorder.record('ns/s', 'ns/r', status, 1, { method: 'GET', path });
    ask(200, '/good');
    ask(500, '/boom?x=1');
    expect(recorder.take(0)[0]?.routes).toEqual({ 'GET /boom': { failedAt: 1_000 } });
    now = 2_000;
    ask(200, '/good');
    expect(recorder.take(0)[0]?.routes).toBeUndefined();
    ask(404, '/boom?x=2');
    ask(200, '/boom');
    expect(recorder.take(0)[0]?.routes).toEqual({ 'GET /boom': { goodAt: 2_000 } });
    for (let index = 0; index < 80; index++) ask(500, `/many/${index}`);
    recorder.take(0);
    ask(200, '/many/1');
    ask(200, '/many/79');
    expect(Object.keys(recorder.take(0)[0]?.routes ?? {})).toEqual(['GET /many/79']);
  });

  it.each([0.1, 1, 17, 999, 60_000])('has %d ms between the bounds of its bucket', (ms) => {
    const bucket = latencyBucket(ms);
    expect(1.1 ** bucket * 0.1).toBeLessThanOrEqual(ms * (1 + 1e-9));
    expect(1.1 ** (bucket + 1) * 0.1).toBeGreaterThan(ms * (1 - 1e-9));
  });
});
