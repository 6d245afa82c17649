/** Who takes over from a revision that is taken out of the traffic. */
import { describe, expect, it } from 'vitest';
import { type RetiringRow, retirementOf } from '../../../src/core/traffic/retire.ts';

const row = (number: number, percent: number, more: Partial<RetiringRow> = {}): RetiringRow => ({
  ...{ revision: `shop-0000${number}`, percent, followsLatest: false, tags: [], ready: 'True', failed: false },
  created: `2026-01-01T00:00:0${number}Z`,
  ...more,
});
const failed = { ready: 'False', failed: true };
const follows = { followsLatest: true };

/** [number, per cent] of who serves afterwards, ascending. */
function after(rows: RetiringRow[], number: number): unknown {
  const found = retirementOf(rows, `shop-0000${number}`);
  if (typeof found === 'string' || !found.percent) return found;
  const serving = Object.entries(found.percent).filter(([, percent]) => percent > 0);
  return serving.map(([name, percent]) => [Number(name.slice(-1)), percent]).sort(([a = 0], [b = 0]) => a - b);
}

describe('the share of a revision that is retired goes', () => {
  it.each<[string, RetiringRow[], number, unknown]>([
    [
      'to the others in proportion',
      [row(3, 50), row(2, 40), row(1, 10)],
      3,
      [
        [1, 20],
        [2, 80],
      ],
    ],
    [
      'to the newest other ready one from the latest that serves alone',
      [row(3, 100), row(1, 0), row(2, 0)],
      3,
      [[2, 100]],
    ],
    ['the same where it followed the latest', [row(3, 100, follows), row(2, 0), row(1, 0)], 3, [[2, 100]]],
    ['to the latest from an older one that serves alone', [row(1, 100), row(2, 0), row(3, 0)], 1, [[3, 100]]],
    ['past a failed one', [row(3, 100), row(2, 0, failed), row(1, 0)], 3, [[1, 100]]],
    [
      'past one that is not known to be ready',
      [row(3, 100), row(2, 0, { ready: 'Unknown' }), row(1, 0)],
      3,
      [[1, 100]],
    ],
    [
      'to the later name of two of one second',
      [row(3, 100), row(1, 0, { created: 'x' }), row(2, 0, { created: 'x' })],
      3,
      [[2, 100]],
    ],
    [
      'to a ready one where only failed ones serve beside it',
      [row(3, 90), row(2, 10, failed), row(1, 0)],
      3,
      [
        [1, 90],
        [2, 10],
      ],
    ],
    ['nowhere where it is the only one', [row(1, 100)], 1, 'alone'],
    ['nowhere where the others have failed', [row(2, 100), row(1, 0, failed)], 2, 'alone'],
    ['nowhere where it takes nothing and has no tag', [row(2, 100), row(1, 0)], 1, 'nothing'],
    ['nowhere where it is not there', [row(2, 100)], 1, 'nothing'],
  ])('%s', (_, rows, number, expected) => {
    expect(after(rows, number)).toEqual(expected);
  });
});

it('a revision that takes nothing loses its tags, and the split stays', () => {
  const rows = [row(2, 100, follows), row(1, 0, { tags: [{ tag: 'old' }, { tag: 'a' }] })];
  expect(retirementOf(rows, 'shop-00001')).toEqual({
    taken: 0,
    percent: undefined,
    tags: ['old', 'a'],
    stopsFollowing: false,
  });
});

it('it is said where nothing follows the latest any more', () => {
  const rows = (more: object) => [row(2, 100, more), row(1, 0)];
  expect(retirementOf(rows(follows), 'shop-00002')).toMatchObject({ stopsFollowing: true });
  expect(retirementOf(rows({}), 'shop-00002')).toMatchObject({ stopsFollowing: false });
});
