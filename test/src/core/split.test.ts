import { describe, expect, it } from 'vitest';
import { allTo, checkSplit, drag, type SplitRow, share } from '../../../src/core/traffic/split.ts';

const rows = (...percents: (number | [number, 'locked' | 'failed'])[]): SplitRow[] =>
  percents.map((entry, index) => {
    const [percent, mark] = Array.isArray(entry) ? entry : [entry, undefined];
    return { revision: `r${index}`, percent, ...(mark ? { [mark]: true } : {}) };
  });
const percents = (result: { rows: SplitRow[] }) => result.rows.map(({ percent }) => percent);

describe('share', () => {
  it.each([
    [100, [1, 1, 1], [34, 33, 33]],
    [100, [0, 0, 0], [34, 33, 33]],
    [10, [70, 20, 10], [7, 2, 1]],
    [1, [50, 50], [1, 0]],
    [0, [3, 4], [0, 0]],
    [29, [29, 0], [29, 0]],
    [7, [1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1]],
    [5, [], []],
  ])('%i in proportion to %j is %j', (total, weights, expected) => {
    expect(share(total, weights)).toEqual(expected);
  });
});

describe('drag', () => {
  it('gives the rest to the others in proportion', () => {
    expect(percents(drag(rows(100, 0), 'r0', 70))).toEqual([70, 30]);
    expect(percents(drag(rows(50, 40, 10), 'r0', 75))).toEqual([75, 20, 5]);
    expect(percents(drag(rows(100, 0, 0), 'r0', 50))).toEqual([50, 25, 25]);
  });

  it('restores the start when dragged back', () => {
    const start = rows(33, 33, 34);
    for (let to = 0; to <= 100; to++) drag(start, 'r0', to);
    expect(percents(drag(start, 'r0', 33))).toEqual([33, 33, 34]);
  });

  it('leaves locked rows alone, and goes no further than the free ones have', () => {
    expect(percents(drag(rows(50, [30, 'locked'], 20), 'r0', 60))).toEqual([60, 30, 10]);
    expect(percents(drag(rows(50, [30, 'locked'], 20), 'r0', 95))).toEqual([70, 30, 0]);
  });

  it('refuses with the reason', () => {
    expect(drag(rows(60, [40, 'locked']), 'r0', 70)).toEqual({
      rows: rows(60, [40, 'locked']),
      refused: 'allOthersLocked',
    });
    expect(drag(rows(100), 'r0', 50).refused).toBe('allOthersLocked');
    expect(drag(rows([60, 'locked'], 40), 'r0', 70).refused).toBe('lockedRow');
    expect(drag(rows(100, [0, 'failed']), 'r1', 10).refused).toBe('failedRevision');
    expect(drag(rows(100, [0, 'failed']), 'r0', 90).refused).toBe('failedRevision');
    expect(drag(rows(100, 0), 'none', 10).refused).toBe('unknownRow');
  });

  it('never gives a failed one more, but takes what it has', () => {
    expect(percents(drag(rows(40, [40, 'failed'], 20), 'r0', 20))).toEqual([20, 40, 40]);
    expect(percents(drag(rows(40, [40, 'failed'], 20), 'r0', 70))).toEqual([70, 20, 10]);
    expect(percents(drag(rows(60, [40, 'failed']), 'r1', 0))).toEqual([100, 0]);
  });

  it('brings a percent that cannot be to the nearest that can', () => {
    expect(percents(drag(rows(50, 50), 'r0', 130))).toEqual([100, 0]);
    expect(percents(drag(rows(50, 50), 'r0', -5))).toEqual([0, 100]);
    expect(percents(drag(rows(50, 50), 'r0', 62.4))).toEqual([62, 38]);
    expect(percents(drag(rows(50, 50), 'r0', Number.NaN))).toEqual([50, 50]);
  });

  it('always sums to 100, with whole parts, whatever the rows and locks', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let run = 0; run < 3_000; run++) {
      const count = 1 + random(6);
      const shares = share(
        100,
        Array.from({ length: count }, () => random(10)),
      );
      const start = shares.map(
        (percent, index): SplitRow => ({
          revision: `r${index}`,
          percent,
          ...(random(4) === 0 ? { locked: true } : {}),
          ...(random(6) === 0 ? { failed: true } : {}),
        }),
      );
      const at = random(count);
      const result = drag(start, `r${at}`, random(121) - 10);
      const after = percents(result);
      expect(after.reduce((a, b) => a + b, 0)).toBe(100);
      for (const [index, row] of start.entries()) {
        const now = after[index] ?? Number.NaN;
        expect(Number.isInteger(now) && now >= 0 && now <= 100).toBe(true);
        if (row.locked) expect(now).toBe(row.percent);
        if (row.failed) expect(now).toBeLessThanOrEqual(row.percent);
      }
      if (result.refused) expect(after).toEqual(shares);
    }
  });
});

describe('allTo and checkSplit', () => {
  it('moves everything, but never to a failed one', () => {
    expect(percents(allTo(rows(50, [50, 'locked'], 0), 'r2'))).toEqual([0, 0, 100]);
    expect(allTo(rows(100, [0, 'failed']), 'r1').refused).toBe('failedRevision');
    expect(allTo(rows(100), 'x').refused).toBe('unknownRow');
  });

  it('says why rows cannot be applied', () => {
    expect(checkSplit(rows(60, 40))).toBeUndefined();
    expect(checkSplit(rows(60, 50))).toBe('sum');
    expect(checkSplit(rows(100.5, -0.5))).toBe('percent');
    expect(checkSplit(rows(60, [40, 'failed']))).toBe('failedRevision');
    expect(checkSplit(rows(100, [0, 'failed']))).toBeUndefined();
  });
});
