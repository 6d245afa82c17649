/**
 * What people look at: shares, rates and latencies per revision, from the data plane's samples of a second each. Holds
 * the last ten minutes; a view asks for a window of it.
 */
import type { ColdStartTrace, TrafficSample } from '../dataplane/protocol.ts';
import type { ColdStart, FailingRoute, RevisionTraffic, ServiceTraffic, TrafficPoint } from './protocol.ts';

const keepSeconds = 600;
const keepColdStarts = 50;
const keepRoutes = 100;

export interface TrafficStats {
  record(samples: readonly TrafficSample[]): void;
  recordColdStart(trace: ColdStartTrace, boot: BootTimes | undefined): void;
  /**
   * @param service `namespace/name`
   * @param windowSeconds 1–600; the running second is not in it
   * @param now wall clock, ms
   * @param instances ready instances by revision name; a revision in it appears even without requests
   */
  traffic(service: string, windowSeconds: number, now: number, instances: Record<string, number>): ServiceTraffic;
  /**
   * A service's ready instances by revision name, told whenever they change; without those that have none.
   * @param at wall clock, ms
   */
  recordInstances(service: string, instances: Readonly<Record<string, number>>, at: number): void;
  /** Each `stepSeconds` of the last `seconds` (600 at most) in which was measured, oldest first. */
  history(service: string, seconds: number, stepSeconds: number, now: number): TrafficPoint[];
  coldStarts(service: string): ColdStart[];
}

/** Wall clock ms of what the kubelet did for an instance. */
export interface BootTimes {
  /** The process or container was asked for. */
  spawnAt: number;
  /** It exists. */
  startedAt: number;
  /** Its port was first seen open or its probe first sent. */
  listeningAt: number;
  readyAt: number;
}

/** @param since wall clock ms at which measuring began: of what was before nothing is known, rather than that nothing was */
export function createTrafficStats(since: number): TrafficStats {
  const samples = new Map<string, TrafficSample[]>();
  const coldStarts = new Map<string, ColdStart[]>();
  const counts = new Map<string, { at: number; instances: Readonly<Record<string, number>> }[]>();
  const routes = new Map<string, Map<string, FailingRoute>>();

  const recordRoutes = (sample: TrafficSample) => {
    const known = routes.get(sample.service) ?? new Map<string, FailingRoute>();
    routes.set(sample.service, known);
    for (const [route, { failedAt, goodAt }] of Object.entries(sample.routes ?? {})) {
      const before = known.get(route);
      known.delete(route);
      known.set(route, {
        route,
        revision: nameOf(sample.revision),
        failedAt: failedAt ?? before?.failedAt ?? sample.at,
        goodAt: goodAt ?? before?.goodAt ?? null,
      });
    }
    for (const [route, { failedAt }] of known) {
      if (known.size <= keepRoutes && failedAt >= sample.at - keepSeconds * 1000) break;
      known.delete(route);
    }
  };

  return {
    record(batch) {
      for (const sample of batch) {
        const list = samples.get(sample.service) ?? [];
        list.push(sample);
        const oldest = sample.at - keepSeconds * 1000;
        let drop = 0;
        while (drop < list.length && (list[drop]?.at ?? 0) < oldest) drop++;
        if (drop > 0) list.splice(0, drop);
        samples.set(sample.service, list);
        if (sample.routes) recordRoutes(sample);
      }
    },

    recordColdStart(trace, boot) {
      const list = coldStarts.get(trace.service) ?? [];
      list.unshift(coldStart(trace, boot));
      list.length = Math.min(list.length, keepColdStarts);
      coldStarts.set(trace.service, list);
    },

    recordInstances(service, instances, at) {
      const list = [...(counts.get(service) ?? []), { at, instances }];
      // The last one before the window still holds at its begin.
      const first = list.findLastIndex((entry) => entry.at < at - keepSeconds * 1000);
      counts.set(service, first > 0 ? list.slice(first) : list);
    },

    traffic(service, windowSeconds, now, instances) {
      const window = Math.min(keepSeconds, Math.max(1, Math.round(windowSeconds)));
      const end = Math.floor(now / 1000) * 1000;
      const start = end - window * 1000;
      const inWindow = (samples.get(service) ?? []).filter((sample) => sample.at >= start && sample.at < end);
      const revisions = figuresOf(inWindow, instances, window);
      const good = samples.get(service)?.findLast(({ statuses: [, ok, moved, refused] }) => ok + moved + refused > 0);
      return {
        window,
        at: now,
        revisions,
        goodAt: good?.at ?? null,
        routes: [...(routes.get(service)?.values() ?? [])],
      };
    },

    history(service, seconds, stepSeconds, now) {
      const step = Math.min(60, Math.max(1, Math.round(stepSeconds)));
      const end = Math.floor(now / 1000 / step) * step * 1000;
      const start = end - Math.min(keepSeconds, Math.max(step, seconds)) * 1000;
      const bySlot = new Map<number, TrafficSample[]>();
      for (const sample of samples.get(service) ?? []) {
        if (sample.at < start || sample.at >= end) continue;
        const slot = (Math.floor(sample.at / 1000 / step) + 1) * step * 1000;
        const list = bySlot.get(slot);
        if (list) list.push(sample);
        else bySlot.set(slot, [sample]);
      }
      const known = counts.get(service) ?? [];
      const began = Math.ceil(Math.max(start, since) / 1000 / step) * step * 1000;
      const points: TrafficPoint[] = [];
      for (let at = began + step * 1000; at <= end; at += step * 1000) {
        const { instances = {} } = known.findLast((entry) => entry.at <= at) ?? {};
        points.push({ at, revisions: figuresOf(bySlot.get(at) ?? [], instances, step) });
      }
      return points;
    },

    coldStarts: (service) => coldStarts.get(service) ?? [],
  };
}

/** Of every revision that had requests or has instances. */
function figuresOf(
  samples: readonly TrafficSample[],
  instances: Readonly<Record<string, number>>,
  seconds: number,
): Record<string, RevisionTraffic> {
  const total = samples.reduce((sum, { requests }) => sum + requests, 0);
  const names = new Set([...Object.keys(instances), ...samples.map(({ revision }) => nameOf(revision))]);
  return Object.fromEntries(
    [...names].map((name) => {
      const own = samples.filter(({ revision }) => nameOf(revision) === name);
      return [name, { ...summarize(own, total, seconds), instances: instances[name] ?? 0 }];
    }),
  );
}

function summarize(own: TrafficSample[], total: number, window: number): Omit<RevisionTraffic, 'instances'> {
  const requests = own.reduce((sum, sample) => sum + sample.requests, 0);
  const histogram = new Map<number, number>();
  for (const sample of own) {
    for (const [bucket, count] of Object.entries(sample.latency)) {
      histogram.set(Number(bucket), (histogram.get(Number(bucket)) ?? 0) + count);
    }
  }
  return {
    requests,
    share: total === 0 ? 0 : (requests / total) * 100,
    requestsPerSecond: requests / window,
    p50: percentile(histogram, 0.5),
    p95: percentile(histogram, 0.95),
    p99: percentile(histogram, 0.99),
    errors: own.reduce((sum, sample) => sum + sample.statuses[4], 0),
  };
}

/** ms at which the quantile lies: the middle (geometric) of its bucket, so at most 5 % off. */
function percentile(histogram: ReadonlyMap<number, number>, quantile: number): number | null {
  const buckets = [...histogram].sort((a, b) => a[0] - b[0]);
  const count = buckets.reduce((sum, [, n]) => sum + n, 0);
  let rest = Math.ceil(count * quantile);
  for (const [bucket, n] of buckets) {
    rest -= n;
    if (rest <= 0) return 0.1 * 1.1 ** (bucket + 0.5);
  }
  return null;
}

/** The phases follow each other from the request's arrival; a phase that was over before it counts 0. */
function coldStart(trace: ColdStartTrace, boot: BootTimes | undefined): ColdStart {
  const phases: ColdStart['phases'] = [];
  let from = trace.at;
  const until = (name: ColdStart['phases'][number]['name'], at: number) => {
    phases.push({ name, ms: Math.max(0, at - from) });
    from = Math.max(from, at);
  };
  const released = trace.at + trace.heldMs;
  if (boot) {
    until('decide', Math.min(boot.spawnAt, released));
    until('spawn', Math.min(boot.startedAt, released));
    until('boot', Math.min(boot.listeningAt, released));
  }
  until('ready', released);
  phases.push({ name: 'connect', ms: trace.connectMs }, { name: 'firstByte', ms: trace.firstByteMs });
  const totalMs = phases.reduce((sum, phase) => sum + phase.ms, 0);
  return { revision: nameOf(trace.revision), pod: trace.pod, at: trace.at, totalMs, phases };
}

function nameOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}
