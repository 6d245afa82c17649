/**
 * Figures of the editor for `npm run bench`. A suite here is `test/bench/editor/NAME.bench.ts`: it measures in the real editor and
 * reports; the figure and its limit are printed whether it is kept or not, and one that is not fails.
 */
import { appendFileSync } from 'node:fs';

export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The limit: at most, or at least. */
  atMost?: number;
  atLeast?: number;
  /** What to know of it. */
  note?: string;
}

/** Prints by itself where no bench collects it. */
export function report(figure: Figure): void {
  const file = process.env['SLIPWAY_BENCH_FIGURES'];
  if (file) appendFileSync(file, `${JSON.stringify(figure)}\n`);
  else process.stdout.write(`${JSON.stringify(figure)}\n`);
}
