import { describe, expect, it } from 'vitest';
import { type AlertFigures, type AlertLimits, alertsOf, sameAlerts } from '../../../src/core/traffic/alerts.ts';

const limits: AlertLimits = { errorPercent: 5, p95Ms: 200, coldStartMs: 1_000 };
const figures = (more: Partial<AlertFigures> = {}): AlertFigures => ({ revisions: {}, coldStarts: [], ...more });
const of = (requests: number, errors: number, p95: number | null = 20) => ({
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
});
