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
 */
export function drag(_start: readonly SplitRow[], _revision: string, _percent: number): SplitResult {
  throw new Error('not written yet');
}

/** All to one revision; locks are ignored. */
export function allTo(_rows: readonly SplitRow[], _revision: string): SplitResult {
  throw new Error('not written yet');
}

/** Whole shares of `total` in proportion to `weights` (equal when all are 0): largest remainder, ties to the first. */
export function share(_total: number, _weights: readonly number[]): number[] {
  throw new Error('not written yet');
}

/** Why these rows cannot be applied, or undefined. */
export function checkSplit(_rows: readonly SplitRow[]): 'sum' | 'percent' | 'failedRevision' | undefined {
  throw new Error('not written yet');
}
