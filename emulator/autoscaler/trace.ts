/**
 * Replays a trace of the parity corpus (format: kpa/README.md there): line 1 describes the revision, every further line
 * is one second. Gives what was decided in each second, in the form of the trace's `expect`.
 */
import { parseAutoscaler } from '../knative/config/serving.ts';
import { resolveDecider } from './config.ts';
import { createDecider, type Decider } from './decider.ts';

export interface TraceHead {
  name: string;
  config: Record<string, string>;
  annotations: Record<string, string>;
  containerConcurrency: number;
  reachable: boolean;
  /** Unix seconds of t = 0. */
  epoch: number;
}

export interface TraceStat {
  pod: string;
  concurrency?: number;
  proxiedConcurrency?: number;
  rps?: number;
  proxiedRps?: number;
  /** Second (as `t`) that it belongs to. */
  at?: number;
}

export interface TraceLine {
  t: number;
  config?: Record<string, string>;
  reachable?: boolean;
  stats?: TraceStat[];
  ready: number;
}

export type TraceDecision =
  | { valid: false; panic: boolean; poked?: true }
  | {
      desired: number;
      ebc: number;
      valid: true;
      panic: boolean;
      stable: number;
      panicValue: number;
      poked?: true;
    };

/** Feeds lines in order; each call answers the last decision of its second, or undefined where there was none. */
export function createReplay(head: TraceHead): (line: TraceLine) => TraceDecision | undefined {
  let { config, reachable } = head;
  let decider: Decider | undefined;
  const spec = () => resolveDecider({ ...head, reachable }, parseAutoscaler(config));

  return (line) => {
    const now = head.epoch + line.t;
    decider ??= createDecider(spec(), line.ready, now);
    if (line.config || line.reachable !== undefined) {
      config = line.config ?? config;
      reachable = line.reachable ?? reachable;
      decider.configure(spec(), now);
    }
    let decided: TraceDecision | undefined;
    for (const stat of line.stats ?? []) {
      decider.record(stat.at === undefined ? now : head.epoch + stat.at, measured(stat));
      if (stat.pod.startsWith('activator') && stat.concurrency && decider.decision.want === 0) {
        decided = { ...tick(decider, line.ready, now), poked: true };
      }
    }
    if (line.t === 0 || line.t % 2 !== 0) return decided;
    return { ...tick(decider, line.ready, now), ...(decided?.poked ? { poked: true } : {}) };
  };
}

function tick(decider: Decider, ready: number, now: number): TraceDecision {
  const { valid } = decider.tick(ready, now);
  const { averages, decision, panicking } = decider;
  if (!valid || !averages) return { valid: false, panic: panicking };
  return {
    desired: decision.want,
    ebc: decision.excessBurstCapacity,
    valid: true,
    panic: panicking,
    // Negative zero is written 0.
    stable: averages.stable + 0,
    panicValue: averages.panic + 0,
  };
}

function measured(stat: TraceStat) {
  return {
    averageConcurrency: stat.concurrency ?? 0,
    averageProxiedConcurrency: stat.proxiedConcurrency ?? 0,
    requestCount: stat.rps ?? 0,
    proxiedRequestCount: stat.proxiedRps ?? 0,
  };
}
