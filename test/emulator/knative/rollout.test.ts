import { describe, expect, it } from 'vitest';
import {
  isRolloutDone,
  observeReady,
  parseRollout,
  type Rollout,
  serializeRollout,
  stepRollout,
  wantedRollout,
} from '../../../emulator/knative/route/rollout.ts';

const start = 1_700_000_000_000;
const wanted = (revisionName: string, percent = 100): Rollout =>
  wantedRollout([{ configurationName: 'hello', tag: '', percent, revisionName }]);
const shares = ({ configurations }: Rollout) =>
  Object.fromEntries((configurations[0]?.revisions ?? []).map(({ revisionName, percent }) => [revisionName, percent]));
/** As it comes back from the annotation. */
const stored = (rollout: Rollout) => parseRollout(serializeRollout(rollout));

/** Shares of the old revision, step by step, of a rollout that took `lag` seconds for its first per cent. */
function run(seconds: number, lag: number, percent = 100): number[] {
  let now = start;
  let { rollout } = stepRollout(wanted('two', percent), stored(wanted('one', percent)), now);
  const seen = [shares(rollout)['one'] ?? 0];
  now += lag * 1000;
  const observed = observeReady(stored(rollout) ?? rollout, now, seconds);
  for (let guard = 0; guard < 200; guard++) {
    const { rollout: next, next: due } = stepRollout(
      wanted('two', percent),
      guard === 0 ? observed : stored(rollout),
      now,
    );
    rollout = next;
    const share = shares(rollout)['one'] ?? 0;
    if (share !== seen.at(-1)) seen.push(share);
    if (due === undefined) break;
    now = due;
  }
  expect(isRolloutDone(rollout)).toBe(true);
  expect(shares(rollout)).toEqual({ two: percent });
  expect(now - start).toBeLessThanOrEqual((Math.max(seconds, lag) + 1) * 1000);
  return seen;
}

describe('a gradual rollout', () => {
  it('of 15 s goes as Knative recorded it', () => {
    expect(run(15, 1)).toEqual([99, 92, 85, 78, 71, 64, 57, 50, 43, 36, 29, 22, 15, 8, 1, 0]);
  });

  it('takes longer steps where the first one took long', () => expect(run(20, 5)).toEqual([99, 66, 33, 0]));
  it('takes one step where there is no time left', () => expect(run(2, 10)).toEqual([99, 0]));
  it('of a share moves that share', () => expect(run(100, 1, 5)).toEqual([4, 3, 2, 1, 0]));

  it('waits for the ingress before it goes on', () => {
    const { rollout } = stepRollout(wanted('two'), wanted('one'), start);
    const again = stepRollout(wanted('two'), stored(rollout), start + 60_000);
    expect(shares(again.rollout)).toEqual({ one: 99, two: 1 });
    expect(again.next).toBeUndefined();
  });

  it('is overtaken by a third revision, which takes from the second', () => {
    let { rollout } = stepRollout(wanted('two'), wanted('one'), start);
    rollout = observeReady(rollout, start + 1000, 15);
    rollout = stepRollout(wanted('two'), rollout, start + 2000).rollout;
    rollout = stepRollout(wanted('two'), rollout, start + 3000).rollout;
    expect(shares(rollout)).toEqual({ one: 85, two: 15 });
    expect(shares(stepRollout(wanted('three'), rollout, start + 3500).rollout)).toEqual({ one: 85, two: 14, three: 1 });
  });

  it('follows a change of the share: less from the oldest, more to the newest', () => {
    const { rollout } = stepRollout(wanted('two', 50), wanted('one', 50), start);
    expect(shares(stepRollout(wanted('two', 20), rollout, start).rollout)).toEqual({ one: 19, two: 1 });
    expect(shares(stepRollout(wanted('two', 80), rollout, start).rollout)).toEqual({ one: 49, two: 31 });
  });

  it('is none for one per cent, and starts anew when the annotation is broken', () => {
    expect(shares(stepRollout(wanted('two', 1), wanted('one', 1), start).rollout)).toEqual({ two: 1 });
    for (const text of [undefined, '', '{', '{"configurations":[{"configurationName":"hello","percent":100}]}']) {
      expect(parseRollout(text)).toBeUndefined();
    }
  });

  it('is written as Knative writes it', () => {
    expect(serializeRollout(wanted('hello-00001'))).toBe(
      '{"configurations":[{"configurationName":"hello","percent":100,"revisions":[{"revisionName":"hello-00001","percent":100}],"stepParams":{}}]}',
    );
    expect(serializeRollout(wantedRollout([]))).toBe('{}');
    const { rollout } = stepRollout(wanted('two'), wanted('one'), start);
    expect(serializeRollout(rollout)).toContain('"stepParams":{"starttime":1700000000000000000}');
  });
});
