/**
 * What the user wishes beside what the platform has: a reducer, so that every rule of the slider view (decision 8) is
 * tested without a page. The arithmetic itself is src/core/traffic/split.ts. Pure leaf.
 */
import { drag, type SplitRefusal, type SplitRow, share } from '../../src/core/traffic/split.ts';
import type { Sample, TrafficRowView } from '../protocol.ts';

export type Percents = Readonly<Record<string, number>>;

export interface Wish {
  /** The service that it is about; another service starts afresh. */
  key: string;
  /** The object's split when the wish was begun; the platform's while there is none. */
  base: Percents;
  /** null: the user wants nothing else than what is there. */
  percent: Percents | null;
  /** Whether the share of the latest ready revision moves on to each newer one; null = as the rules below have it. */
  follow: boolean | null;
  locked: readonly string[];
  /** Revisions brought in by "Add Revision...". */
  added: readonly string[];
  /** Wishes before the last change, for the view's own undo. */
  past: readonly (Percents | null)[];
  /** The split at the start of the drag that is under way. */
  dragFrom: Percents | null;
  refused: SplitRefusal | null;
}

export type Action =
  | { type: 'dragStart' }
  | { type: 'drag'; revision: string; percent: number }
  | { type: 'dragEnd' }
  | { type: 'set'; revision: string; percent: number }
  | { type: 'preset'; percent: Percents }
  | { type: 'follow'; on: boolean }
  | { type: 'toggleLock'; revision: string }
  | { type: 'add'; revision: string }
  | { type: 'undo' }
  /** Forget the wish: show what the platform has. */
  | { type: 'reset' }
  /** Keep the wish although the split changed elsewhere. */
  | { type: 'rebase'; rows: readonly TrafficRowView[] }
  | { type: 'applied'; rows: readonly TrafficRowView[] };

export const noWish = (key: string): Wish => ({
  key,
  base: {},
  percent: null,
  follow: null,
  locked: [],
  added: [],
  past: [],
  dragFrom: null,
  refused: null,
});

export function splitOf(rows: readonly TrafficRowView[]): Percents {
  return Object.fromEntries(rows.filter((row) => row.percent > 0).map((row) => [row.revision, row.percent]));
}

export function sameSplit(one: Percents, other: Percents): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => (one[name] ?? 0) === (other[name] ?? 0));
}

/** The rows to show, newest first: the platform's, and the added ones of the rest. */
export function shownRows(
  rows: readonly TrafficRowView[],
  others: readonly TrafficRowView[],
  wish: Wish,
): TrafficRowView[] {
  const added = others.filter((row) => wish.added.includes(row.revision) || (wish.percent?.[row.revision] ?? 0) > 0);
  return [...rows, ...added].sort((one, other) => (one.revision < other.revision ? 1 : -1));
}

/** Whole per cent per shown row, as wished or, without a wish, as the object has it. */
export function wished(rows: readonly TrafficRowView[], wish: Wish): SplitRow[] {
  return rows.map((row) => ({
    revision: row.revision,
    percent: (wish.percent ? wish.percent[row.revision] : row.percent) ?? 0,
    locked: wish.locked.includes(row.revision),
    failed: row.state === 'failed',
  }));
}

/** The platform told a new state. A wish survives it; what was reached by now is no wish any more. */
export function receive(wish: Wish, key: string, rows: readonly TrafficRowView[]): Wish {
  const there = splitOf(rows);
  if (wish.key !== key) return { ...noWish(key), base: there };
  if (wish.percent === null) return { ...wish, base: there };
  // Not in the middle of a drag, which may only pass it: what was wished before is still to be had back.
  if (!wish.dragFrom && sameSplit(wish.percent, there) && (wish.follow ?? followsNow(rows)) === followsNow(rows)) {
    return { ...wish, percent: null, follow: null, base: there, past: [], dragFrom: null };
  }
  return wish;
}

/** The measured shares in whole per cent, which sum up to 100 as the wished ones do. */
export function wholeShares(sample: Sample): Sample {
  const entries = Object.entries(sample.revisions);
  const measured = entries.map(([, live]) => live.share);
  if (measured.every((value) => value === 0)) return sample;
  const whole = share(100, measured);
  return {
    ...sample,
    revisions: Object.fromEntries(entries.map(([name, live], at) => [name, { ...live, share: whole[at] ?? 0 }])),
  };
}

/** What the object has: its latest ready revision's share follows the latest. */
export function followsNow(rows: readonly TrafficRowView[]): boolean {
  return rows.some((row) => row.followsLatest);
}

/**
 * Whether the wish follows the latest: as the user said; else where all goes to the latest (so that the next deploy serves at
 * once), or where a real split followed it before. A new split is pinned: the next deploy takes nothing until it is sent some.
 */
export function follows(wish: Wish, shown: readonly TrafficRowView[]): boolean {
  if (wish.percent === null) return followsNow(shown);
  const latest = shown.find((row) => row.latestReady);
  const percent = latest ? (wish.percent[latest.revision] ?? 0) : 0;
  if (percent === 0) return false;
  return wish.follow ?? (percent === 100 || (followsNow(shown) && (latest?.percent ?? 0) < 100));
}

/** Somebody else changed the split since the wish was begun. */
export function changedElsewhere(wish: Wish, rows: readonly TrafficRowView[]): boolean {
  return wish.percent !== null && !sameSplit(wish.base, splitOf(rows));
}

export function reduce(wish: Wish, action: Action, shown: readonly TrafficRowView[]): Wish {
  const now = wished(shown, wish);
  switch (action.type) {
    case 'dragStart':
      return { ...wish, dragFrom: percents(now), past: [...wish.past, wish.percent].slice(-50), refused: null };
    case 'dragEnd':
      return { ...wish, dragFrom: null };
    case 'drag': {
      const from = wish.dragFrom;
      const start = from ? now.map((row) => ({ ...row, percent: from[row.revision] ?? 0 })) : now;
      return change(wish, start, action, shown);
    }
    case 'set': {
      const next = change(wish, now, action, shown);
      return next.percent === wish.percent ? next : { ...next, past: [...wish.past, wish.percent].slice(-50) };
    }
    case 'preset':
      return settle({ ...wish, past: [...wish.past, wish.percent].slice(-50), refused: null }, action.percent, shown);
    case 'follow': {
      const there = splitOf(shown);
      const percent = wish.percent ?? there;
      if (sameSplit(percent, there) && action.on === followsNow(shown)) return { ...wish, percent: null, follow: null };
      return { ...wish, percent, follow: action.on, base: wish.percent === null ? there : wish.base, refused: null };
    }
    case 'toggleLock': {
      const locked = wish.locked.includes(action.revision)
        ? wish.locked.filter((revision) => revision !== action.revision)
        : [...wish.locked, action.revision];
      return { ...wish, locked, refused: null };
    }
    case 'add':
      return wish.added.includes(action.revision) ? wish : { ...wish, added: [...wish.added, action.revision] };
    case 'undo': {
      const past = [...wish.past];
      const last = past.pop();
      return last === undefined ? wish : { ...wish, percent: last, past, refused: null, dragFrom: null };
    }
    case 'reset':
      return { ...noWish(wish.key), base: splitOf(shown), locked: wish.locked };
    case 'rebase':
      return { ...wish, base: splitOf(action.rows) };
    case 'applied':
      return { ...noWish(wish.key), base: splitOf(action.rows), locked: wish.locked, added: wish.added };
  }
}

export type PresetName = 'allLatest' | 'half' | 'canary' | 'most' | 'less' | 'more';

/** Presets that make sense for these rows: whole shares of the two newest that can take traffic, and steps of ten from here. */
export function presets(shown: readonly TrafficRowView[], wish: Wish): { name: PresetName; percent: Percents }[] {
  const able = shown.filter((row) => row.state !== 'failed' && row.state !== 'starting');
  const [newest, second] = able;
  if (!newest) return [];
  const all = { name: 'allLatest' as const, percent: { [newest.revision]: 100 } };
  if (!second) return [all];
  const two = (first: number): Percents => ({ [newest.revision]: first, [second.revision]: 100 - first });
  const now = wished(shown, wish);
  const step = (by: number): Percents => {
    const from = now.find(({ revision }) => revision === newest.revision)?.percent ?? 0;
    return percents(drag(now, newest.revision, from + by).rows);
  };
  return [
    all,
    { name: 'half', percent: two(50) },
    { name: 'canary', percent: two(10) },
    { name: 'most', percent: two(90) },
    { name: 'less', percent: step(-10) },
    { name: 'more', percent: step(10) },
  ];
}

function change(
  wish: Wish,
  start: readonly SplitRow[],
  action: { revision: string; percent: number },
  shown: readonly TrafficRowView[],
): Wish {
  const result = drag(start, action.revision, action.percent);
  const next = settle(wish, percents(result.rows), shown);
  return { ...next, refused: result.refused ?? null };
}

function settle(wish: Wish, percent: Percents, shown: readonly TrafficRowView[]): Wish {
  const there = splitOf(shown);
  // While dragging the wish stays one even where it passes the split that is there: the slider must not jump.
  const following = wish.follow ?? followsNow(shown);
  if (!wish.dragFrom && sameSplit(percent, there) && following === followsNow(shown))
    return { ...wish, percent: null, follow: null, base: there };
  return { ...wish, percent, base: wish.percent === null ? there : wish.base };
}

function percents(rows: readonly SplitRow[]): Percents {
  return Object.fromEntries(rows.map((row) => [row.revision, row.percent]));
}
