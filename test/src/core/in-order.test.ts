/** Lines of several instances, put in order while they come; in virtual time. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inOrder } from '../../../src/core/log-lines/in-order.ts';
import { shownTimeOf } from '../../../src/core/log-lines/line.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Line {
  time: number;
  pod: string;
  text: string;
  mark?: string;
}
/** [ms at which it comes, instance, text, its time where that is another; a mark has `|` before its text] */
type Coming = readonly [number, string, string, number?];

/** Text and the ms at which each line goes out. */
async function run(coming: readonly Coming[], end: { error?: Error; ms: number } = { ms: 1_000 }) {
  const began = performance.now();
  const now = () => Math.round(performance.now() - began);
  async function* source(): AsyncIterable<Line> {
    for (const [at, pod, text, time = at] of coming) {
      if (at > now()) await new Promise<void>((resolve) => void setTimeout(resolve, at - now()));
      yield { time, pod, text, ...(text.startsWith('|') ? { mark: text } : {}) };
    }
    await new Promise<void>((resolve) => void setTimeout(resolve, end.ms - now()));
    if (end.error) throw end.error;
  }
  const out: [string, number][] = [];
  const reading = (async () => {
    for await (const { text } of inOrder(source(), { timeOf: shownTimeOf })) out.push([text, now()]);
  })().catch((error: unknown) => void out.push([(error as Error).message, now()]));
  await vi.runAllTimersAsync();
  await reading;
  return { texts: out.map(([text]) => text), times: out.map(([, at]) => at) };
}
const json = (name: string, time: number) => JSON.stringify({ time: 1_795_000_000_000 + time, msg: name });
const names = (texts: readonly string[]) => texts.map((text) => /"msg":"(.*)"/.exec(text)?.[1] ?? text);

describe('lines of two instances', () => {
  it('stand in the order of the times that they show, and none waits longer than the window', async () => {
    const { texts, times } = await run([
      [0, 'a', json('a1', 0)],
      [3, 'a', json('a2', 3)],
      [9, 'b', json('b1', 1)],
      [20, 'b', json('b2', 2)],
      [60, 'a', json('a3', 58)],
      [61, 'b', json('b3', 57)],
    ]);
    expect(names(texts)).toEqual(['a1', 'b1', 'b2', 'a2', 'b3', 'a3']);
    expect(times).toEqual([50, 53, 53, 53, 110, 110]);
  });

  it('keep the order of each instance, whatever times they say', async () => {
    const { texts } = await run([
      [0, 'a', json('a1', 9)],
      [1, 'a', json('a2', 2)],
      [2, 'b', json('b1', 1)],
      [3, 'b', json('b2', 0)],
    ]);
    expect(names(texts).filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2']);
    expect(names(texts).filter((name) => name.startsWith('b'))).toEqual(['b1', 'b2']);
  });

  it('keep a stack together', async () => {
    const { texts } = await run([
      [0, 'a', json('a1', 0)],
      [4, 'a', '    at first'],
      [4, 'a', '    at second'],
      [5, 'b', json('b1', 2)],
    ]);
    expect(names(texts)).toEqual(['a1', '    at first', '    at second', 'b1']);
  });

  it('do not pass a mark, nor what came longer ago than the window', async () => {
    const { texts } = await run([
      [0, 'a', json('a1', 8)],
      [1, '', '|ready'],
      [2, 'b', json('b1', 0)],
      // Of a log that is read at once, whose lines came an hour apart.
      [100, 'a', json('a2', 4_000), -4_000],
      [100, 'b', json('b2', 3_000), 0],
    ]);
    expect(names(texts)).toEqual(['a1', '|ready', 'b1', 'a2', 'b2']);
  });
});

it('what is written all the time goes out all the time', async () => {
  const coming = Array.from({ length: 400 }, (_, index): Coming => [index, 'ab'[index % 2] ?? '', `line ${index}`]);
  const { texts, times } = await run(coming);
  expect(texts).toEqual(coming.map(([, , text]) => text));
  expect(Math.max(...times.map((at, index) => at - index))).toBeLessThanOrEqual(51);
});

it('an end is told at once, after what was held; a failure, too', async () => {
  const lines: Coming[] = [
    [0, 'a', 'one'],
    [1, 'b', 'two'],
  ];
  expect(await run(lines, { ms: 5 })).toEqual({ texts: ['one', 'two'], times: [5, 5] });
  const failed = await run(lines, { ms: 5, error: new Error('cut off') });
  expect(failed).toEqual({ texts: ['one', 'two', 'cut off'], times: [5, 5, 5] });
});

it('a storm is not held whole', async () => {
  const coming = Array.from({ length: 5_000 }, (_, index): Coming => [0, 'ab'[index % 2] ?? '', `line ${index}`]);
  const { texts, times } = await run(coming);
  expect(texts).toHaveLength(5_000);
  expect(times.filter((at) => at === 0)).toHaveLength(4_000);
});

it('who stops reading is not held up by a source that has nothing more to say', async () => {
  let ended = false;
  async function* source(): AsyncIterable<Line> {
    yield { time: 0, pod: 'a', text: 'one' };
    await new Promise<void>((resolve) => void setTimeout(resolve, 60_000));
  }
  const reading = (async () => {
    for await (const _ of inOrder(source(), { timeOf: shownTimeOf })) break;
    ended = true;
  })();
  await vi.advanceTimersByTimeAsync(100);
  expect(ended).toBe(true);
  await reading;
});
