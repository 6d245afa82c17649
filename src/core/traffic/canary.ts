/**
 * A guarded canary as a reducer: what the object says and what was measured in, the next state and split out. Who drives it
 * (canary-driver.ts) only reads, asks here, and writes; so every rule is tested in virtual time. Pure leaf.
 */
import { share } from './split.ts';

export interface CanaryPlan {
  /** The revision that is to take over. */
  revision: string;
  /** Revision → whole per cent before it began; the others share what the canary leaves them in proportion to this. */
  before: Readonly<Record<string, number>>;
  /** The canary's whole per cent, ascending, the last is its goal. */
  steps: readonly number[];
  /** ms that each step is watched. */
  pauseMs: number;
  /** Per cent of its answers that may be 5xx. */
  maxErrorPercent: number;
  /** Its p95 may be this many times the stable revisions' p95; null = latency is not looked at. */
  maxP95Ratio: number | null;
  /** Requests to the canary that a step needs before it is judged. */
  minRequests: number;
}

/** `running`: moves and watches. `held`: keeps the split until it is resumed or rolled back. The others are ends. */
export type CanaryPhase = 'running' | 'held' | 'succeeded' | 'rolledBack';

export const canaryReasons = [
  'errors',
  'latency',
  'revisionFailed',
  'revisionGone',
  'notRouted',
  'changedElsewhere',
  'byUser',
] as const;
export type CanaryReason = (typeof canaryReasons)[number];

/** Why it stands where it stands, with the figures that decided. */
export interface CanaryWhy {
  code: CanaryReason;
  args: Readonly<Record<string, string | number>>;
}

export interface CanaryState {
  plan: CanaryPlan;
  phase: CanaryPhase;
  /** Index into the steps. */
  step: number;
  /** ms since the epoch from which the step is watched: when its split was seen in force. null = not yet. */
  since: number | null;
  /** ms since the epoch at which the step's split was asked for. */
  asked: number;
  /** p95 of the stable revisions when they last had enough requests, ms: what the last step is held against. */
  baseline: number | null;
  why: CanaryWhy | null;
  /** Who moves it, and when it last said so (ms since the epoch). null: nobody. */
  driver: { id: string; seen: number } | null;
}

/** Figures of the time since the step is in force. */
export interface CanaryFigures {
  requests: number;
  /** Answers 5xx. */
  errors: number;
  /** ms. */
  p95: number | null;
}

export interface CanaryObservation {
  /** What the object asks for now: revision → per cent. */
  split: Readonly<Record<string, number>>;
  /** That split is in force. */
  routed: boolean;
  revision: 'ready' | 'failed' | 'gone' | 'unknown';
  /** null: this platform measures nothing, so time alone moves it. */
  measured: { canary: CanaryFigures; stable: CanaryFigures } | null;
}

export interface CanaryDecision {
  state: CanaryState;
  /** To be written together with the state; undefined: the split stays. */
  split?: Record<string, number>;
}

/** A driver that was not heard of for this long is gone: the canary holds. */
export const driverLostMs = 15_000;
/** With fewer requests p95 is the worst of a few, such as the one that woke an instance: then it is judged when the pause is over. */
const telling = 100;
/** A difference of p95 that is nobody's concern, ms. */
const noiseMs = 20;
/** A split that is not in force after this is taken back. */
const routeMs = 120_000;

export const defaultPlan = {
  steps: [10, 25, 50, 100],
  pauseMs: 60_000,
  maxErrorPercent: 1,
  maxP95Ratio: 1.5,
  minRequests: 20,
} as const satisfies Partial<CanaryPlan>;

export type PlanProblem = 'steps' | 'pause' | 'errors' | 'p95' | 'requests' | 'takesAll' | 'noStable';

/** What is wrong with a plan, or undefined. */
export function checkPlan(plan: CanaryPlan): PlanProblem | undefined {
  const { steps, before, revision } = plan;
  const whole = steps.every((step) => Number.isInteger(step) && step >= 1 && step <= 100);
  if (steps.length === 0 || !whole || steps.some((step, index) => index > 0 && step <= (steps[index - 1] ?? 0)))
    return 'steps';
  if (!Number.isFinite(plan.pauseMs) || plan.pauseMs < 1_000) return 'pause';
  if (!(plan.maxErrorPercent >= 0 && plan.maxErrorPercent <= 100)) return 'errors';
  if (plan.maxP95Ratio !== null && !(plan.maxP95Ratio >= 1)) return 'p95';
  if (!Number.isInteger(plan.minRequests) || plan.minRequests < 0) return 'requests';
  if ((before[revision] ?? 0) >= 100) return 'takesAll';
  if (!Object.entries(before).some(([name, percent]) => name !== revision && percent > 0)) return 'noStable';
  if ((steps[0] ?? 0) <= (before[revision] ?? 0)) return 'steps';
  return undefined;
}

/** The split of a step: the canary has its per cent, the others what is left, in the proportion that they had. */
export function splitOfStep(plan: CanaryPlan, step: number): Record<string, number> {
  const percent = plan.steps[step] ?? 0;
  const others = Object.entries(plan.before).filter(([name, weight]) => name !== plan.revision && weight > 0);
  const rest = share(
    100 - percent,
    others.map(([, weight]) => weight),
  );
  const split: Record<string, number> = { [plan.revision]: percent };
  others.forEach(([name], index) => {
    if ((rest[index] ?? 0) > 0) split[name] = rest[index] ?? 0;
  });
  return split;
}

export function beginCanary(plan: CanaryPlan, driver: string, now: number): CanaryDecision {
  const driven = { id: driver, seen: now };
  const state: CanaryState = {
    ...{ plan, phase: 'running', step: 0, since: null, asked: now },
    ...{ baseline: null, why: null, driver: driven },
  };
  return { state, split: splitOfStep(plan, 0) };
}

/**
 * One look at a running canary. First row that holds:
 *
 * | what is seen | what is done |
 * | --- | --- |
 * | not running | nothing |
 * | the revision is gone, or failed | roll back |
 * | the object's split is not the step's | held: somebody else moved it |
 * | the split is not in force | wait; after two minutes roll back |
 * | it has just come in force | the watch begins |
 * | more errors than the limit, of enough requests | roll back, at once |
 * | p95 beyond the limit, both with enough requests | roll back: at once after 100 requests, else when the pause is over |
 * | the pause is not over, or there were too few requests: of the canary, or of the stable ones that its p95 is held against | watch on |
 * | last step | succeeded |
 * | | next step |
 */
export function decideCanary(state: CanaryState, seen: CanaryObservation, now: number): CanaryDecision {
  if (state.phase !== 'running') return { state };
  const { plan, step } = state;
  if (seen.revision === 'gone') return undo(state, { code: 'revisionGone', args: { revision: plan.revision } });
  if (seen.revision === 'failed') return undo(state, { code: 'revisionFailed', args: { revision: plan.revision } });
  if (!sameShares(seen.split, splitOfStep(plan, step))) {
    return { state: { ...state, phase: 'held', driver: null, why: { code: 'changedElsewhere', args: {} } } };
  }
  if (!seen.routed) {
    // What was in force and is being moved again (a restarted gateway) is watched anew.
    const waiting = state.since === null ? state : { ...state, since: null, asked: now };
    if (now - waiting.asked < routeMs) return { state: waiting };
    return undo(state, { code: 'notRouted', args: { seconds: Math.round(routeMs / 1_000) } });
  }
  if (state.since === null) return { state: { ...state, since: now } };

  const { canary, stable } = seen.measured ?? {};
  const baseline = stable && enough(plan, stable) ? stable.p95 : state.baseline;
  const watched = baseline === state.baseline ? state : { ...state, baseline };
  if (canary) {
    const over = now - state.since >= plan.pauseMs;
    const why =
      tooManyErrors(plan, canary) ?? (over || canary.requests >= telling ? tooSlow(plan, canary, baseline) : undefined);
    if (why) return undo(watched, why);
    // Held against nothing its latency is not judged; beside a last step there is nothing more to come.
    const isAlone = plan.maxP95Ratio !== null && baseline === null && (stable?.requests ?? 0) < plan.minRequests;
    if (canary.requests < plan.minRequests || (isAlone && (plan.steps[step] ?? 100) < 100)) return { state: watched };
  }
  if (now - state.since < plan.pauseMs) return { state: watched };
  if (step >= plan.steps.length - 1) return { state: { ...watched, phase: 'succeeded', driver: null, why: null } };
  const next = { ...watched, step: step + 1, since: null, asked: now };
  return { state: next, split: splitOfStep(plan, next.step) };
}

/** Somebody takes a held one (or one whose driver is gone) up again, at the step where it stands: watched anew. */
export function resumeCanary(state: CanaryState, driver: string, now: number): CanaryDecision {
  if (state.phase === 'succeeded' || state.phase === 'rolledBack') return { state };
  const driven = { id: driver, seen: now };
  return {
    state: { ...state, phase: 'running', since: null, asked: now, why: null, driver: driven },
    split: splitOfStep(state.plan, state.step),
  };
}

export function holdCanary(state: CanaryState): CanaryDecision {
  if (state.phase !== 'running') return { state };
  return { state: { ...state, phase: 'held', since: null, driver: null, why: { code: 'byUser', args: {} } } };
}

/** Back to the split before it began: by a person, or by a limit. */
export function undoCanary(state: CanaryState): CanaryDecision {
  return undo(state, { code: 'byUser', args: {} });
}

function undo(state: CanaryState, why: CanaryWhy): CanaryDecision {
  if (state.phase === 'succeeded' || state.phase === 'rolledBack') return { state };
  return {
    state: { ...state, phase: 'rolledBack', since: null, driver: null, why },
    split: { ...state.plan.before },
  };
}

/** Nobody moves it: a window may take it up. */
export function isDriven(state: CanaryState, now: number): boolean {
  return state.phase === 'running' && state.driver !== null && now - state.driver.seen < driverLostMs;
}

export function isOver({ phase }: CanaryState): boolean {
  return phase === 'succeeded' || phase === 'rolledBack';
}

function enough(plan: CanaryPlan, { requests }: CanaryFigures): boolean {
  return requests >= Math.max(1, plan.minRequests);
}

function tooManyErrors(plan: CanaryPlan, canary: CanaryFigures): CanaryWhy | undefined {
  if (!enough(plan, canary)) return undefined;
  const percent = (canary.errors / canary.requests) * 100;
  if (percent <= plan.maxErrorPercent) return undefined;
  const args = { percent: rounded(percent), limit: plan.maxErrorPercent, requests: canary.requests };
  return { code: 'errors', args };
}

function tooSlow(plan: CanaryPlan, canary: CanaryFigures, baseline: number | null): CanaryWhy | undefined {
  if (plan.maxP95Ratio === null || canary.p95 === null || baseline === null || !enough(plan, canary)) return undefined;
  if (canary.p95 <= baseline * plan.maxP95Ratio || canary.p95 - baseline <= noiseMs) return undefined;
  const args = { ms: rounded(canary.p95), stable: rounded(baseline), limit: plan.maxP95Ratio };
  return { code: 'latency', args };
}

const rounded = (value: number): number => Number(value.toFixed(value < 10 ? 1 : 0));

/** The same shares, where 0 is as good as absent. */
export function sameShares(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): boolean {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every(
    (name) => (one[name] ?? 0) === (other[name] ?? 0),
  );
}

/** Out of the annotation's text; undefined where it is none of ours (anybody may write an annotation). */
export function parseCanary(text: string | undefined): CanaryState | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as CanaryState;
    const { plan, phase, step, since, asked } = value;
    const number = (each: unknown): boolean => typeof each === 'number' && Number.isFinite(each);
    const sound =
      ['running', 'held', 'succeeded', 'rolledBack'].includes(phase) &&
      typeof plan.revision === 'string' &&
      Array.isArray(plan.steps) &&
      Object.values(plan.before).every(number) &&
      checkPlan(plan) === undefined &&
      Number.isInteger(step) &&
      step >= 0 &&
      step < plan.steps.length &&
      (since === null || number(since)) &&
      number(asked) &&
      (value.baseline === null || number(value.baseline)) &&
      (value.driver === null || (typeof value.driver.id === 'string' && number(value.driver.seen))) &&
      (value.why === null || canaryReasons.includes(value.why.code));
    return sound ? value : undefined;
  } catch {
    return undefined;
  }
}
