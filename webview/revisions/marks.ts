/** Where the words of a chart's marks stand: none on another, and marks that fall together are one. Pure leaf. */

export interface PlacedMark {
  x: number;
  /** undefined: there is no room for it. `side` is the end of the text that is at `x`, as a canvas has it. */
  label?: { x: number; side: 'left' | 'right'; text: string };
}

/**
 * The newest mark has its words first, then the one before it where there is room, and so on: right of its line, else left
 * of it. Of marks nearer to each other than `gap` only the newest is shown: what came of them all.
 * @param marks oldest first; `x` and all of `room` in the same pixels
 */
export function placeMarks(
  marks: readonly { x: number; text: string }[],
  room: { left: number; right: number; gap: number; width(text: string): number },
): PlacedMark[] {
  const { left, right, gap } = room;
  const placed: PlacedMark[] = [];
  /** Left of this is nothing yet. */
  let free = right;
  let last = Number.POSITIVE_INFINITY;
  for (const { x, text } of [...marks].reverse()) {
    if (x < left || x > right || last - x < gap) continue;
    const width = room.width(text) + 2 * gap;
    if (x + width <= Math.min(free, last)) {
      placed.push({ x, label: { x: x + gap, side: 'left', text } });
      free = x;
    } else if (x <= free && x - width >= left) {
      placed.push({ x, label: { x: x - gap, side: 'right', text } });
      free = x - width;
    } else placed.push({ x });
    last = x;
  }
  return placed;
}
