/** Samples as columns: time in seconds, then one column a revision. Pure leaf. */
import type { LiveView, Sample } from '../protocol.ts';

export const chartKinds = ['share', 'rate', 'latency', 'errors', 'instances'] as const;
export type ChartKind = (typeof chartKinds)[number];
export type Quantile = 'p50' | 'p95' | 'p99';

/**
 * A second without figures for a revision is a 0 where others had requests, a gap (null) where nothing was measured: latency
 * and errors of no requests are no figures.
 */
export function seriesOf(
  samples: readonly Sample[],
  revisions: readonly string[],
  kind: ChartKind,
  quantile: Quantile = 'p95',
): (number | null)[][] {
  const times = samples.map(({ at }) => at / 1_000);
  const columns = revisions.map((revision) =>
    samples.map((sample) => {
      const all = Object.values(sample.revisions);
      const live = sample.revisions[revision];
      // Of a time before somebody looked it is not known how many there were.
      if (kind === 'instances' && all.some(({ instances }) => instances === null)) return null;
      return figureOf(
        live,
        kind,
        quantile,
        all.some(({ requests }) => requests > 0),
      );
    }),
  );
  return [times, ...columns];
}

function figureOf(live: LiveView | undefined, kind: ChartKind, quantile: Quantile, any: boolean): number | null {
  switch (kind) {
    case 'share':
      return any ? (live?.share ?? 0) : null;
    case 'rate':
      return live?.requestsPerSecond ?? 0;
    case 'latency':
      return live && live.requests > 0 ? live[quantile] : null;
    case 'errors':
      return live && live.requests > 0 ? (live.errors / live.requests) * 100 : null;
    case 'instances':
      return live ? live.instances : 0;
  }
}

/** Revisions of which there is something to draw. */
export function shownIn<Row extends { revision: string }>(
  rows: readonly Row[],
  samples: readonly Sample[],
  kind: ChartKind,
): Row[] {
  const has = (live: LiveView | undefined): boolean =>
    live !== undefined && (live.requests > 0 || (kind === 'instances' && (live.instances ?? 0) > 0));
  return rows.filter(({ revision }) => samples.some((sample) => has(sample.revisions[revision])));
}

/** The last figure of each column that has one, for those who hear the chart instead of seeing it. */
export function lastOf(columns: readonly (readonly (number | null)[])[]): (number | null)[] {
  return columns.slice(1).map((column) => column.findLast((value) => value !== null) ?? null);
}
