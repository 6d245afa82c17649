/** How long a platform that starts is waited for; time is the test's. */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isFault } from '../../../src/core/faults.ts';
import { firstLine, type StartingProcess } from '../../../src/core/start-answer.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function aProcess() {
  const stdout = new PassThrough();
  const child = Object.assign(new EventEmitter(), { stdout }) as unknown as StartingProcess & EventEmitter;
  const abort = new AbortController();
  const answer = firstLine(child, abort.signal, '/nowhere/output.log').catch((error: unknown) => {
    if (!isFault(error)) throw error;
    return error.code;
  });
  const says = (text: string) => {
    const heard = new Promise((resolve) => stdout.once('data', resolve));
    stdout.write(text);
    return heard;
  };
  return { child, abort, answer, says };
}

it('takes the line, whatever blanks came before it', async () => {
  const { answer, says } = aProcess();
  await says(' ');
  await says(' {"name":');
  await says('"x"}\nmore');
  expect(JSON.parse(await answer)).toEqual({ name: 'x' });
});

it('waits for a slow one as long as it shows signs of life, two minutes at most', async () => {
  const { answer, says } = aProcess();
  const quick = aProcess();
  for (let seconds = 0; seconds < 100; seconds += 20) {
    await Promise.all([says(' '), quick.says(' ')]);
    vi.advanceTimersByTime(20_000);
  }
  await quick.says('{}\n');
  expect((await quick.answer).trim()).toBe('{}');
  await says(' ');
  vi.advanceTimersByTime(20_000);
  expect(await answer).toBe('PlatformStartSlow');
});

it('gives up one that is silent for half a minute', async () => {
  const { answer, says } = aProcess();
  await says(' ');
  vi.advanceTimersByTime(30_000);
  expect(await answer).toBe('PlatformStartTimeout');
});

it('says that it has ended, and that it was cancelled', async () => {
  const ended = aProcess();
  ended.child.emit('exit', 3, null);
  expect(await ended.answer).toBe('PlatformStartFailed');
  const cancelled = aProcess();
  cancelled.abort.abort();
  expect(await cancelled.answer).toBe('Cancelled');
  vi.advanceTimersByTime(200_000);
  expect(vi.getTimerCount()).toBe(0);
});
