/** Splits of the traffic view: as they are written, as they are said. */
import { t } from '../messages.ts';
import type { TrafficRowView, TrafficState } from '../protocol.ts';
import type { Percents } from './wish.ts';

/** The object takes the wish over when it was accepted; the informer's copy comes a moment later. */
export function asApplied(list: readonly TrafficRowView[], percent: Percents, follow: boolean): TrafficRowView[] {
  return list.map((row) => {
    const share = percent[row.revision] ?? 0;
    return { ...row, percent: share, followsLatest: follow && row.latestReady && share > 0 };
  });
}

export function positive(percent: Percents): Record<string, number> {
  return Object.fromEntries(Object.entries(percent).filter(([, value]) => value > 0));
}

export function shortSplit(split: readonly { percent: number }[]): string {
  const parts = split.map(({ percent }) => percent).filter((percent) => percent > 0);
  return parts.length > 4 ? '' : parts.join(' / ');
}

export function splitText(percent: Percents, now: TrafficState): string {
  const all = now.rows.concat(now.others);
  return Object.entries(percent)
    .filter(([, value]) => value > 0)
    .map(([name, value]) =>
      t('traffic.part', { percent: value, revision: all.find((row) => row.revision === name)?.short ?? name }),
    )
    .join(t('separator'));
}
