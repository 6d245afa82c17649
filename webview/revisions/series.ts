/** Samples as columns: time in seconds, then one column a revision. Pure leaf. */
import type { Sample } from '../protocol.ts';

/** A second without figures for a revision is a 0 when others had requests, a gap (null) when nothing was measured. */
export function seriesOf(
  samples: readonly Sample[],
  revisions: readonly string[],
  kind: 'rate' | 'share',
): (number | null)[][] {
  const times = samples.map(({ at }) => at / 1_000);
  const columns = revisions.map((revision) =>
    samples.map((sample) => {
      const live = sample.revisions[revision];
      const any = Object.values(sample.revisions).some(({ requests }) => requests > 0);
      if (kind === 'share' && !any) return null;
      if (!live) return 0;
      return kind === 'rate' ? live.requestsPerSecond : live.share;
    }),
  );
  return [times, ...columns];
}
