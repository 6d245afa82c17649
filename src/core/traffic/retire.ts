/** What taking a revision out of the traffic does to a split: one rule for tree, tab and palette. Pure leaf. */
import { drag } from './split.ts';

/** What the rule looks at; as traffic.ts TrafficRow. */
export interface RetiringRow {
  revision: string;
  /** What the spec asks for. */
  percent: number;
  followsLatest: boolean;
  tags: readonly { tag: string }[];
  ready: string;
  failed: boolean;
  /** RFC 3339. */
  created: string;
}

export interface Retirement {
  /** The per cent that it has, which go to others. */
  taken: number;
  /** Revision → whole per cent afterwards; undefined: it took none, and the split stays. */
  percent: Record<string, number> | undefined;
  /** Its tags, which go. */
  tags: string[];
  /** Its share followed the latest ready revision; where it went follows nothing, or the next deploy would take it by itself. */
  stopsFollowing: boolean;
}

/**
 * First row that holds:
 *
 * | the revision | result |
 * | --- | --- |
 * | is not there, or takes nothing and has no tag | `nothing` |
 * | takes nothing | its tags go |
 * | shares the traffic with others | they take its share in proportion; failed ones are given nothing more |
 * | serves alone, or beside failed ones only | the newest other ready one takes it |
 * | | `alone`: nobody can take it |
 */
export function retirementOf(rows: readonly RetiringRow[], revision: string): Retirement | 'nothing' | 'alone' {
  const row = rows.find((each) => each.revision === revision);
  const tags = row?.tags.map(({ tag }) => tag) ?? [];
  if (!row || (row.percent === 0 && tags.length === 0)) return 'nothing';
  if (row.percent === 0) return { taken: 0, percent: undefined, tags, stopsFollowing: false };
  const serving = rows.filter((each) => each.percent > 0);
  let moved = drag(serving, revision, 0);
  if (moved.refused) {
    const [newest] = rows
      .filter((each) => each !== row && each.ready === 'True' && !each.failed)
      // Made in the same second, the later name is the newer one.
      .sort((a, b) => b.created.localeCompare(a.created) || b.revision.localeCompare(a.revision));
    if (!newest) return 'alone';
    moved = drag([...serving.filter((each) => each !== newest), newest], revision, 0);
    if (moved.refused) return 'alone';
  }
  const percent = Object.fromEntries(moved.rows.map((each) => [each.revision, each.percent]));
  return { taken: row.percent, percent, tags, stopsFollowing: row.followsLatest };
}
