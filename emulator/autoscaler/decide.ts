/**
 * One decision of the Knative Pod Autoscaler (scaling/autoscaler.go), as a reducer: from what was measured and what the
 * decider remembers to how many instances there should be.
 */
import type { Averages } from './collector.ts';
import type { DeciderSpec } from './config.ts';
import type { MaximumWindow } from './window.ts';

export interface DeciderState {
  /** Unix seconds (with fraction) when the panic threshold was last reached; undefined = not in panic. */
  panicSince: number | undefined;
  /** The highest count of this panic. */
  panicFloor: number;
}

export interface Decision {
  /** How many instances are wanted, before bounds. */
  want: number;
  /** Below zero: the activator has to stay in the path. */
  excessBurstCapacity: number;
}

/** A decider made over more than one ready instance starts in panic, so that it does not scale down on no history. */
export function initialState(ready: number, now: number): DeciderState {
  return { panicSince: ready > 1 ? now : undefined, panicFloor: ready };
}

/**
 * `delay` is the memory of scale-down-delay, made with the decider (undefined = none); it is written here.
 * `now`: Unix seconds.
 */
export function decide(
  spec: DeciderSpec,
  averages: Averages,
  ready: number,
  state: DeciderState,
  now: number,
  delay?: MaximumWindow,
): { decision: Decision; state: DeciderState } {
  const instances = Math.max(1, ready);
  const stableCount = Math.ceil(averages.stable / spec.target);
  const panicCount = Math.ceil(averages.panic / spec.target);
  const stableWant = bounded(spec, stableCount, instances);
  const panicWant = bounded(spec, panicCount, instances);

  const next = panicState(spec, panicCount / instances >= spec.panicThreshold, state, now);
  let want = stableWant;
  if (next.panicSince !== undefined) {
    next.panicFloor = Math.max(next.panicFloor, stableWant, panicWant);
    want = next.panicFloor;
  }
  if (spec.reachable && delay) {
    delay.record(Math.floor(now), want);
    want = delay.current();
  }
  return { decision: { want, excessBurstCapacity: excess(spec, averages.panic, ready) }, state: next };
}

/** Within the rates of change; activation-scale acts after them, and asks the count before them. */
function bounded(spec: DeciderSpec, count: number, instances: number): number {
  const highest = Math.ceil(spec.maxScaleUpRate * instances);
  const lowest = spec.reachable ? Math.floor(instances / spec.maxScaleDownRate) : 0;
  const clamped = Math.min(Math.max(count, lowest), highest);
  return spec.activationScale > 1 && count > 0 ? Math.max(clamped, spec.activationScale) : clamped;
}

/**
 * | over the threshold | in panic | then |
 * | --- | --- | --- |
 * | yes | no or yes | panic, counted from now |
 * | no | yes, last over more than a stable window ago | leaves panic, forgets the floor |
 * | no | otherwise | stays as it is |
 */
function panicState(spec: DeciderSpec, over: boolean, state: DeciderState, now: number): DeciderState {
  if (over) return { ...state, panicSince: now };
  if (state.panicSince !== undefined && state.panicSince + spec.stableWindow < now) {
    return { panicSince: undefined, panicFloor: 0 };
  }
  return { ...state };
}

function excess(spec: DeciderSpec, panicValue: number, ready: number): number {
  if (spec.targetBurstCapacity === 0) return 0;
  if (spec.targetBurstCapacity < 0) return -1;
  return Math.floor(ready * spec.total - spec.targetBurstCapacity - panicValue);
}

/** The excess that stands until the first decision: truncated, not floored, as Knative's createScaler has it. */
export function initialExcess(spec: DeciderSpec): number {
  if (spec.targetBurstCapacity === 0 || spec.targetBurstCapacity === -1) return spec.targetBurstCapacity;
  return Math.trunc(spec.initialScale * spec.total - spec.targetBurstCapacity);
}
