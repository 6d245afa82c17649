/** The rules of the slider view: what the user wishes beside what the platform has (decision 8). */
import { describe, expect, it } from 'vitest';
import type { Sample, TrafficRowView } from '../../webview/protocol.ts';
import {
  type Action,
  changedElsewhere,
  follows,
  noWish,
  presets,
  receive,
  reduce,
  shownRows,
  type Wish,
  wholeShares,
  wished,
} from '../../webview/traffic/wish.ts';

const row = (short: string, percent: number, rest: Partial<TrafficRowView> = {}): TrafficRowView => ({
  revision: `shop-${short}`,
  short,
  percent,
  actual: percent,
  followsLatest: false,
  latestReady: false,
  tags: [],
  state: 'ready',
  reason: '',
  details: '',
  instances: 1,
  ...rest,
});
const rows = [row('00003', 20), row('00002', 30), row('00001', 50)];
const begin = (list: readonly TrafficRowView[] = rows): Wish => receive(noWish(''), 'default/shop', list);
const outcome = (actions: Action[], list: readonly TrafficRowView[] = rows, from = begin(list)): Wish =>
  actions.reduce((wish, action) => reduce(wish, action, list), from);
const split = (wish: Wish, list: readonly TrafficRowView[] = rows): number[] =>
  wished(list, wish).map(({ percent }) => percent);
const drag = (short: string, percent: number): Action => ({ type: 'drag', revision: `shop-${short}`, percent });

describe('a wish', () => {
  it('is none at first: the rows show what the platform has', () => {
    expect(begin().percent).toBeNull();
    expect(split(begin())).toEqual([20, 30, 50]);
  });

  it('shares what is left in proportion and always sums to 100', () => {
    for (let percent = 0; percent <= 100; percent++) {
      const parts = split(outcome([{ type: 'dragStart' }, drag('00003', percent)]));
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(100);
      expect(parts[0]).toBe(percent);
    }
    expect(split(outcome([{ type: 'dragStart' }, drag('00003', 60)]))).toEqual([60, 15, 25]);
  });

  it('is restored by dragging back, however far it went', () => {
    const wish = outcome([
      { type: 'dragStart' },
      drag('00003', 100),
      drag('00003', 0),
      drag('00003', 20),
      { type: 'dragEnd' },
    ]);
    expect(split(wish)).toEqual([20, 30, 50]);
  });

  it('leaves locked rows alone, and refuses with the reason when all others are locked', () => {
    const lock = (short: string): Action => ({ type: 'toggleLock', revision: `shop-${short}` });
    expect(split(outcome([lock('00001'), { type: 'dragStart' }, drag('00003', 40)]))).toEqual([40, 10, 50]);
    const refused = outcome([lock('00001'), lock('00002'), { type: 'dragStart' }, drag('00003', 40)]);
    expect(refused.refused).toBe('allOthersLocked');
    expect(split(refused)).toEqual([20, 30, 50]);
  });

  it('gives nothing to a failed revision', () => {
    const list = [row('00003', 0, { state: 'failed' }), row('00002', 40), row('00001', 60)];
    const refused = outcome([{ type: 'set', revision: 'shop-00003', percent: 10 }], list);
    expect(refused.refused).toBe('failedRevision');
    expect(split(outcome([{ type: 'set', revision: 'shop-00002', percent: 10 }], list), list)).toEqual([0, 10, 90]);
  });

  it('survives a change made elsewhere, which is told; keeping it makes it the new base', () => {
    const wish = outcome([{ type: 'set', revision: 'shop-00003', percent: 60 }]);
    const elsewhere = [row('00003', 0), row('00002', 0), row('00001', 100)];
    const kept = receive(wish, 'default/shop', elsewhere);
    expect(split(kept, elsewhere)).toEqual([60, 15, 25]);
    expect(changedElsewhere(kept, elsewhere)).toBe(true);
    const mine = reduce(kept, { type: 'rebase', rows: elsewhere }, elsewhere);
    expect(changedElsewhere(mine, elsewhere)).toBe(false);
    expect(mine.base).toEqual({ 'shop-00001': 100 });
    expect(split(reduce(kept, { type: 'reset' }, elsewhere), elsewhere)).toEqual([0, 0, 100]);
  });

  it('ends when the platform has reached it, and when another service is shown', () => {
    const wish = outcome([{ type: 'set', revision: 'shop-00003', percent: 60 }]);
    const reached = [row('00003', 60), row('00002', 15), row('00001', 25)];
    expect(receive(wish, 'default/shop', reached).percent).toBeNull();
    expect(receive(wish, 'default/other', rows)).toEqual({ ...noWish('default/other'), base: begin().base });
  });

  it('goes on while it is dragged past what the platform has, whatever that tells at that moment', () => {
    const dragged = outcome([
      { type: 'set', revision: 'shop-00003', percent: 60 },
      { type: 'dragStart' },
      drag('00003', 20),
    ]);
    expect(split(dragged)).toEqual([20, 30, 50]);
    const told = receive(dragged, 'default/shop', rows);
    const ended = outcome([drag('00003', 40), { type: 'dragEnd' }], rows, told);
    expect(split(ended)).toEqual([40, 23, 37]);
    expect(split(reduce(ended, { type: 'undo' }, rows))).toEqual([60, 15, 25]);
    expect(receive(reduce(told, { type: 'dragEnd' }, rows), 'default/shop', rows).percent).toBeNull();
  });

  it('is undone step by step', () => {
    const set = (percent: number): Action => ({ type: 'set', revision: 'shop-00003', percent });
    const wish = outcome([set(60), set(80), { type: 'undo' }]);
    expect(split(wish)).toEqual([60, 15, 25]);
    expect(reduce(wish, { type: 'undo' }, rows).percent).toBeNull();
  });
});

describe('rows and presets', () => {
  it('shows what was added, newest first', () => {
    const others = [row('00004', 0), row('00000', 0)];
    const wish = outcome([{ type: 'add', revision: 'shop-00004' }]);
    expect(shownRows(rows, others, wish).map(({ short }) => short)).toEqual(['00004', '00003', '00002', '00001']);
  });

  it('offers presets that sum to 100 and leave out what cannot serve', () => {
    const list = [row('00004', 0, { state: 'failed' }), ...rows];
    const found = presets(list, begin(list));
    expect(found.map(({ name }) => name)).toEqual(['allLatest', 'half', 'canary', 'most', 'less', 'more']);
    for (const { percent } of found) {
      expect(Object.values(percent).reduce((sum, part) => sum + part, 0)).toBe(100);
      expect(percent['shop-00004'] ?? 0).toBe(0);
    }
  });

  it('steps by ten from what is wished now', () => {
    const wish = outcome([{ type: 'set', revision: 'shop-00003', percent: 33 }]);
    const step = (name: string) => presets(rows, wish).find((preset) => preset.name === name)?.percent['shop-00003'];
    expect([step('less'), step('more')]).toEqual([23, 43]);
  });
});

describe('following the latest', () => {
  const latest = row('00002', 100, { latestReady: true, followsLatest: true });
  const list = [latest, row('00001', 0)];
  const wishAfter = (...actions: Action[]) => outcome(actions, list);
  const set = (percent: number): Action => ({ type: 'set', revision: 'shop-00002', percent });

  it('ends with a new split, comes back with all to the latest', () => {
    expect(follows(begin(list), list)).toBe(true);
    expect(follows(wishAfter(set(70)), list)).toBe(false);
    expect(wishAfter(set(70), set(100)).percent).toBeNull();
  });

  it('goes on in a split that follows already', () => {
    const split = [row('00002', 80, { latestReady: true, followsLatest: true }), row('00001', 20)];
    const wish = outcome([set(60)], split);
    expect(follows(wish, split)).toBe(true);
  });

  it('is what the user says it is: pinning alone is a wish, taking it back is none', () => {
    const pinning = wishAfter({ type: 'follow', on: false });
    expect([pinning.percent, follows(pinning, list)]).toEqual([{ 'shop-00002': 100 }, false]);
    expect(reduce(pinning, { type: 'follow', on: true }, list).percent).toBeNull();
    expect(follows(wishAfter(set(70), { type: 'follow', on: true }), list)).toBe(true);
  });

  it('is reached when the object has it so, not when only the shares agree', () => {
    const pinning = wishAfter({ type: 'follow', on: false });
    expect(receive(pinning, 'default/shop', list).percent).not.toBeNull();
    const pinnedNow = [{ ...latest, followsLatest: false }, row('00001', 0)];
    expect(receive(pinning, 'default/shop', pinnedNow).percent).toBeNull();
  });
});

describe('measured shares', () => {
  const sample = (...shares: number[]): Sample => ({
    at: 0,
    revisions: Object.fromEntries(
      shares.map((share, index) => [
        `shop-0000${index}`,
        { ...{ share, requests: 9, requestsPerSecond: 1, errors: 0, instances: 1 }, ...{ p50: 1, p95: 1, p99: 1 } },
      ]),
    ),
  });
  const sharesOf = ({ revisions }: Sample): number[] => Object.values(revisions).map(({ share }) => share);

  it('are told in whole per cent that sum up to 100', () => {
    expect(sharesOf(wholeShares(sample(77.5, 22.5)))).toEqual([78, 22]);
    expect(sharesOf(wholeShares(sample(100 / 3, 100 / 3, 100 / 3)))).toEqual([34, 33, 33]);
  });

  it('stay 0 where nothing was measured', () => {
    expect(sharesOf(wholeShares(sample(0, 0)))).toEqual([0, 0]);
  });
});
