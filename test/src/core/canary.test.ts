/** The rules of the guarded canary, in virtual time: no platform, no clock of the machine. */
import { describe, expect, it } from 'vitest';
import {
  beginCanary,
  type CanaryDecision,
  type CanaryObservation,
  type CanaryPlan,
  type CanaryState,
  checkPlan,
  decideCanary,
  driverLostMs,
  holdCanary,
  isDriven,
  parseCanary,
  resumeCanary,
  splitOfStep,
  undoCanary,
} from '../../../src/core/traffic/canary.ts';

const plan: CanaryPlan = {
  revision: 'shop-2',
  before: { 'shop-1': 100 },
  steps: [10, 50, 100],
  pauseMs: 60_000,
  maxErrorPercent: 1,
  maxP95Ratio: 1.5,
  minRequests: 20,
};
const good = { requests: 100, errors: 0, p95: 40 };
const looks = (state: CanaryState, more: Partial<CanaryObservation> = {}): CanaryObservation => ({
  split: splitOfStep(state.plan, state.step),
  routed: true,
  revision: 'ready',
  measured: { canary: good, stable: good },
  ...more,
});

/** Looks each second of virtual time, as a driver does, until something other than the watch happens. */
function watch(start: CanaryState, from: number, seconds: number, more: Partial<CanaryObservation> = {}) {
  const splits: [number, Record<string, number>][] = [];
  let state = start;
  for (let at = 1; at <= seconds; at++) {
    const decision: CanaryDecision = decideCanary(state, looks(state, more), from + at * 1_000);
    state = decision.state;
    if (decision.split) splits.push([at, decision.split]);
  }
  return { state, splits };
}

describe('a plan', () => {
  it.each([
    ['steps', { steps: [] }],
    ['steps', { steps: [50, 10] }],
    ['steps', { steps: [0, 50] }],
    ['steps', { steps: [10.5] }],
    ['steps', { steps: [10, 50], before: { 'shop-1': 80, 'shop-2': 20 } }],
    ['pause', { pauseMs: 0 }],
    ['errors', { maxErrorPercent: 101 }],
    ['p95', { maxP95Ratio: 0.5 }],
    ['requests', { minRequests: -1 }],
    ['takesAll', { before: { 'shop-2': 100 } }],
  ] as const)('is refused for its %s: %j', (problem, change) => {
    expect(checkPlan({ ...plan, ...change })).toBe(problem);
  });

  it('gives the others what is left in the proportion that they had', () => {
    expect(splitOfStep({ ...plan, before: { a: 75, b: 25 } }, 0)).toEqual({ 'shop-2': 10, a: 68, b: 22 });
    expect(splitOfStep(plan, 2)).toEqual({ 'shop-2': 100 });
  });
});

describe('a canary that does well', () => {
  it('takes each step when its pause is over, and succeeds', () => {
    const begun = beginCanary(plan, 'me', 0);
    expect(begun.split).toEqual({ 'shop-2': 10, 'shop-1': 90 });
    const { state, splits } = watch(begun.state, 0, 200);
    // A second to see the split in force, then the pause of 60.
    expect(splits).toEqual([
      [61, { 'shop-2': 50, 'shop-1': 50 }],
      [122, { 'shop-2': 100 }],
    ]);
    expect(state).toMatchObject({ phase: 'succeeded', step: 2, driver: null, why: null });
  });

  it('waits for requests: a step that nobody used says nothing', () => {
    const begun = beginCanary(plan, 'me', 0);
    const few = { canary: { ...good, requests: 19 }, stable: good };
    const { state, splits } = watch(begun.state, 0, 600, { measured: few });
    expect(splits).toEqual([]);
    expect(state).toMatchObject({ phase: 'running', step: 0 });
    expect(decideCanary(state, looks(state), 601_000).state.step).toBe(1);
  });

  it('is moved by time alone where nothing is measured', () => {
    expect(watch(beginCanary(plan, 'me', 0).state, 0, 200, { measured: null }).state.phase).toBe('succeeded');
  });

  it('is watched from when its split is in force, and again when it is put in force again', () => {
    const begun = beginCanary(plan, 'me', 0).state;
    const moving = watch(begun, 0, 30, { routed: false }).state;
    expect(moving).toMatchObject({ since: null, step: 0, phase: 'running' });
    const watching = watch(moving, 30_000, 50).state;
    expect(watching.since).toBe(31_000);
    const again = decideCanary(watching, looks(watching, { routed: false }), 81_000).state;
    expect(again.since).toBe(null);
    expect(watch(again, 81_000, 60).state.step).toBe(0);
    expect(watch(again, 81_000, 61).state.step).toBe(1);
  });
});

describe('a canary that does badly', () => {
  const begun = () => watch(beginCanary(plan, 'me', 0).state, 0, 2).state;

  it('is rolled back for errors at once, with the figures that decided', () => {
    const state = begun();
    const bad = { canary: { requests: 50, errors: 2, p95: 40 }, stable: good };
    const decision = decideCanary(state, looks(state, { measured: bad }), 3_000);
    expect(decision.split).toEqual({ 'shop-1': 100 });
    expect(decision.state).toMatchObject({
      phase: 'rolledBack',
      driver: null,
      why: { code: 'errors', args: { percent: 4, limit: 1, requests: 50 } },
    });
  });

  it('is not judged by a single request', () => {
    const state = begun();
    const one = { canary: { requests: 1, errors: 1, p95: 4_000 }, stable: good };
    expect(decideCanary(state, looks(state, { measured: one }), 3_000).state.phase).toBe('running');
  });

  it.each([
    [60, 'running'],
    [60.1, 'rolledBack'],
  ])('p95 of %s ms against 40 of the stable one: %s', (p95, phase) => {
    const state = begun();
    const measured = { canary: { ...good, p95 }, stable: good };
    expect(decideCanary(state, looks(state, { measured }), 3_000).state.phase).toBe(phase);
  });

  it('waits for enough requests of the stable revisions, too, where its p95 is held against theirs', () => {
    const start = beginCanary(plan, 'me', 0).state;
    const few = { measured: { canary: { ...good, p95: 400 }, stable: { ...good, requests: 19 } } };
    const waiting = watch(start, 0, 300, few);
    expect(waiting.state).toMatchObject({ phase: 'running', step: 0 });
    expect(
      watch(waiting.state, 300_000, 2, { measured: { canary: few.measured.canary, stable: good } }).state,
    ).toMatchObject({
      phase: 'rolledBack',
      why: { code: 'latency' },
    });
    // Where nobody asks for its latency, or nobody is beside it, that is no matter.
    expect(watch(beginCanary({ ...plan, maxP95Ratio: null }, 'me', 0).state, 0, 300, few).state.phase).toBe(
      'succeeded',
    );
    expect(watch(beginCanary({ ...plan, steps: [100] }, 'me', 0).state, 0, 300, few).state.phase).toBe('succeeded');
  });

  it('is judged for its p95 by few requests only when the pause is over, and never for what nobody feels', () => {
    const state = begun();
    const few = { canary: { ...good, requests: 99, p95: 400 }, stable: good };
    expect(decideCanary(state, looks(state, { measured: few }), 59_000).state.phase).toBe('running');
    expect(decideCanary(state, looks(state, { measured: few }), 61_000).state.why?.code).toBe('latency');
    const quick = { canary: { ...good, p95: 22 }, stable: { ...good, p95: 3 } };
    expect(decideCanary(state, looks(state, { measured: quick }), 61_000).state.phase).toBe('running');
  });

  it('is held against the last known stable p95 when the stable one takes nothing any more', () => {
    const last = watch(beginCanary(plan, 'me', 0).state, 0, 124).state;
    expect(last).toMatchObject({ step: 2, baseline: 40 });
    const measured = { canary: { ...good, p95: 90 }, stable: { requests: 0, errors: 0, p95: null } };
    const decision = decideCanary(last, looks(last, { measured }), 125_000);
    expect(decision.state.why).toEqual({ code: 'latency', args: { ms: 90, stable: 40, limit: 1.5 } });
    expect(decision.split).toEqual({ 'shop-1': 100 });
  });

  it.each([
    ['failed', 'revisionFailed'],
    ['gone', 'revisionGone'],
  ] as const)('is rolled back when its revision is %s', (revision, code) => {
    const state = begun();
    expect(decideCanary(state, looks(state, { revision }), 3_000).state.why?.code).toBe(code);
  });

  it('is rolled back when the split does not come in force', () => {
    const { state, splits } = watch(beginCanary(plan, 'me', 0).state, 0, 120, { routed: false });
    expect(state.why?.code).toBe('notRouted');
    expect(splits).toEqual([[120, { 'shop-1': 100 }]]);
  });
});

describe('people', () => {
  it('who move the split themselves stop it: it holds and touches nothing', () => {
    const state = watch(beginCanary(plan, 'me', 0).state, 0, 2).state;
    const decision = decideCanary(state, looks(state, { split: { 'shop-1': 30, 'shop-2': 70 } }), 3_000);
    expect(decision.split).toBeUndefined();
    expect(decision.state).toMatchObject({ phase: 'held', driver: null, why: { code: 'changedElsewhere' } });
  });

  it('hold it, take it up again where it was (watched anew), or roll it back at any time', () => {
    const second = watch(beginCanary(plan, 'me', 0).state, 0, 70).state;
    const held = holdCanary(second).state;
    expect(held).toMatchObject({ phase: 'held', step: 1, driver: null });
    expect(watch(held, 70_000, 1_000)).toEqual({ state: held, splits: [] });
    const resumed = resumeCanary(held, 'another', 900_000);
    expect(resumed.split).toEqual({ 'shop-2': 50, 'shop-1': 50 });
    expect(watch(resumed.state, 900_000, 60).state.step).toBe(1);
    expect(watch(resumed.state, 900_000, 61).state.step).toBe(2);
    const undone = undoCanary(held);
    expect([undone.state.phase, undone.split]).toEqual(['rolledBack', { 'shop-1': 100 }]);
    expect(resumeCanary(undone.state, 'x', 1).split).toBeUndefined();
  });

  it('see that nobody drives it when its driver is not heard of any more', () => {
    const { state } = beginCanary(plan, 'me', 1_000);
    expect(isDriven(state, 1_000 + driverLostMs - 1)).toBe(true);
    expect(isDriven(state, 1_000 + driverLostMs)).toBe(false);
  });
});

describe('its annotation', () => {
  it('is read back as it was written, and nothing else is taken for one', () => {
    const { state } = beginCanary(plan, 'me', 5);
    expect(parseCanary(JSON.stringify(state))).toEqual(state);
    for (const text of [undefined, '', '{}', 'null', '[]', '{"plan":{}}', JSON.stringify({ ...state, step: 9 })]) {
      expect(parseCanary(text)).toBeUndefined();
    }
  });
});
