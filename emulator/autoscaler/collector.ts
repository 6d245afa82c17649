/**
 * Windows of one revision: concurrency and requests per second, stable and panic. Proxied traffic was counted at the
 * activator, so an instance's share of it is taken off.
 */
import type { DeciderSpec } from './config.ts';
import { createWindow, type MetricWindow } from './window.ts';

export interface Measured {
  averageConcurrency: number;
  averageProxiedConcurrency: number;
  requestCount: number;
  proxiedRequestCount: number;
}

export interface Averages {
  stable: number;
  panic: number;
}

export interface Collector {
  /** `second`: whole Unix seconds. */
  record(second: number, stat: Measured): void;
  /** New window lengths; the aggregation is fixed at creation, as Knative's. */
  resize(spec: DeciderSpec, second: number): void;
  /** Undefined: no data for longer than a stable window, where instances are asked. */
  averages(spec: DeciderSpec, second: number): Averages | undefined;
}

interface Pair {
  stable: MetricWindow;
  panic: MetricWindow;
}

export function createCollector(spec: DeciderSpec): Collector {
  const pair = (): Pair => ({
    stable: createWindow(spec.stableWindow, spec.algorithm),
    panic: createWindow(spec.panicWindow, spec.algorithm),
  });
  const concurrency = pair();
  const rps = pair();

  return {
    record(second, stat) {
      write(concurrency, second, stat.averageConcurrency - stat.averageProxiedConcurrency);
      write(rps, second, stat.requestCount - stat.proxiedRequestCount);
    },
    resize(next, second) {
      for (const { stable, panic } of [concurrency, rps]) {
        stable.resize(next.stableWindow, second);
        panic.resize(next.panicWindow, second);
      }
    },
    averages(current, second) {
      const { stable, panic } = current.metric === 'rps' ? rps : concurrency;
      if (current.scraped && stable.isEmpty(second)) return undefined;
      return { stable: stable.average(second), panic: panic.average(second) };
    },
  };
}

function write({ stable, panic }: Pair, second: number, value: number): void {
  stable.record(second, value);
  panic.record(second, value);
}
