/** Windows, memory and standing decision of one revision: what a tick, a stat and a change of the spec do to it. */
import { type Averages, type Collector, createCollector, type Measured } from './collector.ts';
import type { DeciderSpec } from './config.ts';
import { type DeciderState, type Decision, decide, initialExcess, initialState } from './decide.ts';
import { createMaximumWindow } from './window.ts';

export interface Decider {
  /** Stands until there was a decision: want −1. */
  readonly decision: Decision;
  readonly panicking: boolean;
  readonly averages: Averages | undefined;
  record(second: number, stat: Measured): void;
  configure(spec: DeciderSpec, now: number): void;
  /**
   * Decides anew. `changed`: the count or the sign of the excess is another one, so the scale target has to be looked at.
   * `valid` false: no data; the decision before stands.
   */
  tick(ready: number, now: number): { valid: boolean; changed: boolean };
}

/** `now`: Unix seconds. */
export function createDecider(initialSpec: DeciderSpec, ready: number, now: number): Decider {
  let spec = initialSpec;
  let state: DeciderState = initialState(ready, now);
  let decision: Decision = { want: -1, excessBurstCapacity: initialExcess(spec) };
  let averages: Averages | undefined;
  const collector: Collector = createCollector(spec);
  // Its length is that of the decider's birth: Knative never makes it anew.
  const delay = spec.scaleDownDelay > 0 ? createMaximumWindow(spec.scaleDownDelay) : undefined;

  return {
    get decision() {
      return decision;
    },
    get panicking() {
      return state.panicSince !== undefined;
    },
    get averages() {
      return averages;
    },
    record: collector.record,
    configure(next, at) {
      collector.resize(next, Math.floor(at));
      spec = next;
    },
    tick(readyNow, at) {
      averages = collector.averages(spec, Math.floor(at));
      if (!averages) return { valid: false, changed: false };
      const before = decision;
      ({ decision, state } = decide(spec, averages, readyNow, state, at, delay));
      const signChanged = before.excessBurstCapacity < 0 !== decision.excessBurstCapacity < 0;
      return { valid: true, changed: before.want !== decision.want || signChanged };
    },
  };
}
