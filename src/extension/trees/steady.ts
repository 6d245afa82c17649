/** A figure that stands for a while although it moves. Pure leaf. */

/**
 * A row that is drawn anew makes the editor forget for a moment the rows below it: a menu that is open there comes without its row, and
 * the user is asked what was clicked. A rate is another one each second, so it is shown for ten; the first at once.
 * @returns what to show of this figure; `now` in ms
 */
export function steady(holdMs = 10_000): (name: string, value: number, now: number) => number {
  let shown: { name: string; value: number; at: number } | undefined;
  return (name, value, now) => {
    const held = shown?.name === name && shown.value > 0 && now - shown.at < holdMs;
    if (!shown || !held) shown = { name, value, at: now };
    return shown.value;
  };
}
