/** The slider's arithmetic (decision 8). Pure leaf: webview, CLI and tests use this one. Whole per cent, always 100 in sum. */

export interface SplitRow {
  revision: string;
  /** 0–100, whole. */
  percent: number;
  locked?: boolean;
  /** Failed revisions cannot be given traffic. */
  failed?: boolean;
}

export type SplitRefusal = 'allOthersLocked' | 'failedRevision' | 'lockedRow' | 'unknownRow';

export type SplitResult = { rows: SplitRow[]; refused?: SplitRefusal };

/**
 * Where dragging `revision` to `percent` leads, computed from the rows as they were when the drag began (so dragging back
 * restores them). The other unlocked rows share the rest in proportion (equally when all are 0), by largest remainder;
 * failed ones are never given more than they have. A percent that cannot be is brought to the nearest that can.
 *
 * | the dragged row | the others | result |
 * | --- | --- | --- |
 * | not there | | unknownRow |
 * | locked | | lockedRow |
 * | failed, to more than it has | | failedRevision |
 * | | all locked (or there are none) | allOthersLocked |
 * | to less | only failed or locked ones | failedRevision: nobody may take it |
 */
export function drag(start: readonly SplitRow[], revision: string, percent: number): SplitResult {
  const dragged = start.find((row) => row.revision === revision);
  const refuse = (refused: SplitRefusal): SplitResult => ({ rows: start.map((row) => ({ ...row })), refused });
  if (!dragged) return refuse('unknownRow');
  if (dragged.locked) return refuse('lockedRow');
  const whole = Math.max(0, Math.min(100, Math.round(Number.isFinite(percent) ? percent : dragged.percent)));
  if (dragged.failed && whole > dragged.percent) return refuse('failedRevision');
  if (whole === dragged.percent) return { rows: start.map((row) => ({ ...row })) };
  const free = start.filter((row) => row !== dragged && !row.locked);
  if (free.length === 0) return refuse('allOthersLocked');
  const pool = free.reduce((sum, row) => sum + row.percent, 0);
  const takers = whole < dragged.percent ? free.filter((row) => !row.failed) : free;
  if (takers.length === 0) return refuse('failedRevision');
  // Locked rows keep theirs, so the dragged one cannot go above what it and the free ones have together.
  const wanted = Math.min(whole, dragged.percent + pool);
  const kept = free.filter((row) => !takers.includes(row)).reduce((sum, row) => sum + row.percent, 0);
  const rest = dragged.percent + pool - wanted - kept;
  const shares = share(
    rest,
    takers.map((row) => row.percent),
  );
  return {
    rows: start.map((row) => {
      if (row === dragged) return { ...row, percent: wanted };
      const index = takers.indexOf(row);
      return index < 0 ? { ...row } : { ...row, percent: shares[index] ?? 0 };
    }),
  };
}

/** All to one revision; locks are ignored. */
export function allTo(rows: readonly SplitRow[], revision: string): SplitResult {
  const copy = rows.map((row) => ({ ...row }));
  const target = rows.find((row) => row.revision === revision);
  if (!target) return { rows: copy, refused: 'unknownRow' };
  if (target.failed) return { rows: copy, refused: 'failedRevision' };
  return { rows: copy.map((row) => ({ ...row, percent: row.revision === revision ? 100 : 0 })) };
}

/** Whole shares of `total` in proportion to `weights` (equal when all are 0): largest remainder, ties to the first. */
export function share(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const exact = weights.map((weight) => (sum === 0 ? total / weights.length : (total * weight) / sum));
  // 1e-9: 28.999999999999996 is 29 that a division spoilt.
  const shares = exact.map((value) => Math.floor(value + 1e-9));
  const left = total - shares.reduce((all, value) => all + value, 0);
  const order = exact
    .map((value, index) => ({ index, remainder: value - (shares[index] ?? 0) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of order.slice(0, left)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}

/** Why these rows cannot be applied, or undefined. A failed one may stand at 0. */
export function checkSplit(rows: readonly SplitRow[]): 'sum' | 'percent' | 'failedRevision' | undefined {
  if (rows.some(({ percent }) => !Number.isInteger(percent) || percent < 0 || percent > 100)) return 'percent';
  if (rows.reduce((sum, { percent }) => sum + percent, 0) !== 100) return 'sum';
  return rows.some(({ failed, percent }) => failed && percent > 0) ? 'failedRevision' : undefined;
}
