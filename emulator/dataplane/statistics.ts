/**
 * What the autoscaler and people are told: time-weighted concurrency as queue-proxy and activator report it each second,
 * and what was answered how fast.
 */
import type { InstanceStat, RevisionKey, TrafficSample } from './protocol.ts';

/** Concurrency over time of one place that requests pass. Times in ms of one monotonic clock. */
export class RequestStats {
  #concurrency = 0;
  #proxied = 0;
  #since: number;
  #elapsed = 0;
  #area = 0;
  #proxiedArea = 0;
  #count = 0;
  #proxiedCount = 0;

  constructor(now: number) {
    this.#since = now;
  }

  get concurrency(): number {
    return this.#concurrency;
  }

  /** `windowStart`: when the running second of reports began; a place that was idle counts from there. */
  begin(now: number, proxied: boolean, windowStart = this.#since): void {
    if (this.#concurrency === 0 && this.#count === 0 && windowStart > this.#since) {
      this.#since = windowStart;
      this.#elapsed = 0;
      this.#area = 0;
      this.#proxiedArea = 0;
    }
    this.#advance(now);
    this.#concurrency++;
    this.#count++;
    if (!proxied) return;
    this.#proxied++;
    this.#proxiedCount++;
  }

  end(now: number, proxied: boolean): void {
    this.#advance(now);
    this.#concurrency--;
    if (proxied) this.#proxied--;
  }

  /** Since the last report; begins a new one. */
  report(now: number) {
    this.#advance(now);
    const over = this.#elapsed || 1;
    const result = {
      averageConcurrency: this.#area / over,
      averageProxiedConcurrency: this.#proxiedArea / over,
      requestCount: this.#count,
      proxiedRequestCount: this.#proxiedCount,
    };
    this.#elapsed = 0;
    this.#area = 0;
    this.#proxiedArea = 0;
    this.#count = 0;
    this.#proxiedCount = 0;
    return result;
  }

  #advance(now: number): void {
    const elapsed = now - this.#since;
    if (elapsed <= 0) return;
    this.#since = now;
    this.#elapsed += elapsed;
    this.#area += this.#concurrency * elapsed;
    this.#proxiedArea += this.#proxied * elapsed;
  }
}

interface ActivatorEntry {
  stats: RequestStats;
  /** The request that was reported at once; taken off the next report. */
  first: number;
}

/** Requests that pass the activator, by revision. The first to an unseen revision is told at once: it starts an instance. */
export class ActivatorReporter {
  readonly #entries = new Map<RevisionKey, ActivatorEntry>();
  readonly #poke: (stat: InstanceStat) => void;

  constructor(poke: (stat: InstanceStat) => void) {
    this.#poke = poke;
  }

  get size(): number {
    return this.#entries.size;
  }

  begin(revision: RevisionKey, now: number): RequestStats {
    let entry = this.#entries.get(revision);
    if (!entry) {
      entry = { stats: new RequestStats(now), first: 1 };
      this.#entries.set(revision, entry);
      this.#poke(activatorStat(revision, 1, 1));
    }
    entry.stats.begin(now, false);
    return entry.stats;
  }

  report(now: number): InstanceStat[] {
    const stats: InstanceStat[] = [];
    for (const [revision, entry] of this.#entries) {
      const { averageConcurrency, requestCount } = entry.stats.report(now);
      const { first } = entry;
      entry.first = 0;
      if (averageConcurrency === 0 && entry.stats.concurrency === 0) this.#entries.delete(revision);
      stats.push(activatorStat(revision, Math.max(averageConcurrency - first, 0), requestCount - first));
    }
    return stats;
  }
}

function activatorStat(revision: RevisionKey, averageConcurrency: number, requestCount: number): InstanceStat {
  return {
    revision,
    pod: 'activator',
    averageConcurrency,
    averageProxiedConcurrency: 0,
    requestCount,
    proxiedRequestCount: 0,
  };
}

const bucketFactor = Math.log(1.1);

/** Bucket i holds [1.1^i, 1.1^(i+1)) × 0.1 ms; everything shorter is in 0. */
export function latencyBucket(ms: number): number {
  return ms <= 0.1 ? 0 : Math.floor(Math.log(ms * 10) / bucketFactor);
}

/** Routes of one service that are remembered as failing. */
const keptFailing = 50;

/** Answers of the running second, by revision. */
export class TrafficRecorder {
  #samples = new Map<RevisionKey, TrafficSample>();
  #failing = new Map<string, Set<string>>();
  readonly #wall: () => number;

  /** @param wall ms since the epoch */
  constructor(wall: () => number = Date.now) {
    this.#wall = wall;
  }

  /** `target`: method and path; routes that failed are told, and once more when they are good again. */
  record(
    service: string,
    revision: RevisionKey,
    status: number,
    ms: number,
    target?: { readonly method: string; readonly path: string },
  ): void {
    let sample = this.#samples.get(revision);
    if (!sample) {
      sample = { at: 0, service, revision, requests: 0, statuses: [0, 0, 0, 0, 0], latency: {} };
      this.#samples.set(revision, sample);
    }
    sample.requests++;
    const family = Math.min(4, Math.max(0, Math.floor(status / 100) - 1));
    sample.statuses[family] = (sample.statuses[family] ?? 0) + 1;
    const bucket = latencyBucket(ms);
    sample.latency[bucket] = (sample.latency[bucket] ?? 0) + 1;
    // Nothing to be done on the way of a good request while nothing fails.
    if (target && (status >= 500 || this.#failing.size > 0)) this.#route(sample, status, target);
  }

  #route(sample: TrafficSample, status: number, { method, path }: { method: string; path: string }): void {
    const query = path.indexOf('?');
    const route = `${method} ${query < 0 ? path : path.slice(0, query)}`.slice(0, 200);
    const failing = this.#failing.get(sample.service);
    if (status < 500) {
      if (!failing?.delete(route)) return;
      if (failing.size === 0) this.#failing.delete(sample.service);
    } else if (failing) {
      failing.add(route);
      for (const oldest of failing) {
        if (failing.size <= keptFailing) break;
        failing.delete(oldest);
      }
    } else this.#failing.set(sample.service, new Set([route]));
    sample.routes ??= {};
    const known = sample.routes[route] ?? {};
    sample.routes[route] = { ...known, [status < 500 ? 'goodAt' : 'failedAt']: this.#wall() };
  }

  /** `at`: wall clock ms of the second. */
  take(at: number): TrafficSample[] {
    if (this.#samples.size === 0) return [];
    const samples = [...this.#samples.values()].map((sample) => ({ ...sample, at }));
    this.#samples = new Map();
    return samples;
  }
}
