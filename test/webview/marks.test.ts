import { describe, expect, it } from 'vitest';
import { type PlacedMark, placeMarks } from '../../webview/revisions/marks.ts';

const room = { left: 0, right: 300, gap: 4, width: (text: string) => text.length * 6 };
const marks = (...xs: number[]) => xs.map((x) => ({ x, text: `${x} % → 00002` }));
const spans = (placed: readonly PlacedMark[]) =>
  placed.flatMap(({ label }) => {
    if (!label) return [];
    const width = room.width(label.text);
    return [label.side === 'left' ? [label.x, label.x + width] : [label.x - width, label.x]];
  });

describe('words of marks', () => {
  it('stand right of their line, and left of it at the end', () => {
    expect(placeMarks(marks(20, 290), room).map(({ x, label }) => [x, label?.side])).toEqual([
      [290, 'right'],
      [20, 'left'],
    ]);
  });

  it('of several changes within seconds only say what came of them', () => {
    const placed = placeMarks(marks(100, 101, 102, 103), room);
    expect(placed.map(({ x, label }) => [x, label?.text])).toEqual([[103, '103 % → 00002']]);
  });

  it('are left out where they would stand on others, on a line, or out of the chart', () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    for (let round = 0; round < 500; round += 1) {
      const xs = Array.from({ length: 1 + Math.floor(random() * 12) }, () => Math.round(random() * 340 - 20));
      const placed = placeMarks(marks(...xs.sort((one, other) => one - other)), room);
      const taken = spans(placed).sort(([one = 0], [other = 0]) => one - other);
      for (const [index, [begin = 0, end = 0]] of taken.entries()) {
        expect(begin).toBeGreaterThanOrEqual(room.left);
        expect(end).toBeLessThanOrEqual(room.right);
        expect(begin).toBeGreaterThanOrEqual(taken[index - 1]?.[1] ?? 0);
        for (const { x, label } of placed) if (label) expect(x > begin && x < end).toBe(false);
      }
    }
  });
});
