import { describe, expect, it } from 'vitest';
import {
  type AlertFigures,
  type AlertLimits,
  alertsOf,
  sameAlerts,
  worstAlerts,
} from '../../../src/core/traffic/alerts.ts';

const limits: AlertLimits = { errorPercent: 5, p95Ms: 200, coldStartMs: 1_000 };
const present = new Set(['a', 'b']);
const figures = (more: Partial<AlertFigures> = {}): AlertFigures => ({
  present,
  revisions: {},
  coldStarts: [],
  ...more,
});
const of = (requests: number, errors: number, p95: number | null = 20) => ({
  present,
  revisions: { a: { requests, errors, p95 } },
  coldStarts: [],
});

describe('alerts', () => {
  it.each([
    ['within its limits', of(100, 5), []],
    ['more errors than the limit', of(100, 6), [['errors', 6]]],
    ['errors of too few requests', of(9, 9), []],
    ['slow', of(100, 0, 201), [['p95', 201]]],
    [
      'both',
      of(100, 50, 300),
      [
        ['errors', 50],
        ['p95', 300],
      ],
    ],
    ['no latency known', of(100, 0, null), []],
  ])('%s', (_, seen, expected) => {
    expect(alertsOf(limits, seen, [], 0).map(({ kind, value }) => [kind, value])).toEqual(expected);
  });

  it('say nothing where no limit is set', () => {
    expect(alertsOf({}, of(100, 100, 9_999), [], 0)).toEqual([]);
  });

  it('stay until the value is well below the limit, and keep when they began', () => {
    const [first] = alertsOf(limits, of(100, 6), [], 1_000);
    const still = alertsOf(limits, of(100, 5), first ? [first] : [], 2_000);
    expect(still).toMatchObject([{ kind: 'errors', value: 5, since: 1_000 }]);
    expect(sameAlerts(still, first ? [first] : [])).toBe(true);
    expect(alertsOf(limits, of(100, 4), still, 3_000)).toEqual([]);
  });

  it('remember the slowest cold start for ten minutes', () => {
    const coldStarts = [
      { revision: 'a', at: 100_000, totalMs: 1_200 },
      { revision: 'a', at: 50_000, totalMs: 3_000 },
      { revision: 'b', at: 90_000, totalMs: 900 },
    ];
    expect(alertsOf(limits, figures({ coldStarts }), [], 120_000)).toMatchObject([{ revision: 'a', value: 3_000 }]);
    expect(alertsOf(limits, figures({ coldStarts }), [], 660_000)).toMatchObject([{ revision: 'a', value: 1_200 }]);
    expect(alertsOf(limits, figures({ coldStarts }), [], 700_001)).toEqual([]);
  });

  it('say nothing of a revision that is gone', () => {
    const coldStarts = [
      { revision: 'gone', at: 0, totalMs: 9_000 },
      { revision: 'b', at: 0, totalMs: 2_000 },
    ];
    const revisions = { gone: { requests: 100, errors: 100, p95: 20 } };
    expect(alertsOf(limits, figures({ coldStarts, revisions }), [], 1_000)).toMatchObject([{ revision: 'b' }]);
  });

  it('are shown by the worst of each kind where there is little room', () => {
    const alert = { limit: 1, since: 0 };
    const all = [
      { ...alert, kind: 'coldStart' as const, revision: 'a', value: 2_000 },
      { ...alert, kind: 'errors' as const, revision: 'a', value: 6 },
      { ...alert, kind: 'coldStart' as const, revision: 'b', value: 3_000 },
    ];
    expect(worstAlerts(all).map(({ kind, revision }) => `${kind} ${revision}`)).toEqual(['coldStart b', 'errors a']);
  });
});
