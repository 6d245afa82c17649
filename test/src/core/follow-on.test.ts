import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogLine } from '../../../emulator/capabilities/protocol.ts';
import { ApiError } from '../../../emulator/kernel/errors.ts';
import type { PlatformClient } from '../../../src/core/client.ts';
import { followOn } from '../../../src/core/follow-on.ts';

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => vi.useRealTimers());

const where = { namespace: 'dev', service: 'a' };

const line = (sequence: number): LogLine => ({
  ...{ sequence, revision: 'a-1', pod: 'a-1-x', container: 'user', stream: 'stdout', text: `line ${sequence}` },
  time: Date.now(),
});

/** A platform whose streams are what `streams` says, one after another; each stays open until its reader ends. */
function aPlatform(streams: (LogLine[] | Error)[]) {
  const asked: string[] = [];
  const client = {
    capabilities: () => Promise.resolve(new Set(['logs'])),
    async *capabilityStream(path: string, { signal }: { signal: AbortSignal }) {
      asked.push(path.slice(path.indexOf('?') + 1));
      const stream = streams.shift() ?? [];
      if (stream instanceof Error) throw stream;
      yield* stream;
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    },
  } as unknown as PlatformClient;
  return { client, asked };
}

describe('a log that is followed on', () => {
  it('tells nothing after its end of what it still held for its order', async () => {
    const { client } = aPlatform([[line(1), line(2)]]);
    const told: string[] = [];
    const stop = new AbortController();
    const reader = { client: () => client, tell: ({ text }: LogLine) => void told.push(text), failed: vi.fn() };
    const over = followOn(where, 10, reader, stop.signal);
    await vi.advanceTimersByTimeAsync(1);
    stop.abort();
    await vi.advanceTimersByTimeAsync(100);
    await over;
    expect(told).toEqual([]);
    expect(reader.failed).not.toHaveBeenCalled();
  });

  it('tells a refusal, and tries again a second later', async () => {
    const refusal = new ApiError('Forbidden', 'pods is forbidden');
    const { client, asked } = aPlatform([refusal, [line(1)]]);
    const told: string[] = [];
    const stop = new AbortController();
    const reader = { client: () => client, tell: ({ text }: LogLine) => void told.push(text), failed: vi.fn() };
    const over = followOn(where, 10, reader, stop.signal);
    await vi.advanceTimersByTimeAsync(990);
    expect(reader.failed.mock.calls).toEqual([[refusal]]);
    expect(asked).toEqual(['tail=10&follow=true']);
    await vi.advanceTimersByTimeAsync(100);
    expect(told).toEqual(['line 1']);
    expect(asked[1]).toBe('tail=10&follow=true');
    stop.abort();
    await over;
  });

  it('waits for a platform', async () => {
    const { client } = aPlatform([[line(1)]]);
    const told: string[] = [];
    const stop = new AbortController();
    let now: PlatformClient | undefined;
    const reader = { client: () => now, tell: ({ text }: LogLine) => void told.push(text), failed: vi.fn() };
    const over = followOn(where, 10, reader, stop.signal);
    await vi.advanceTimersByTimeAsync(2_500);
    now = client;
    await vi.advanceTimersByTimeAsync(600);
    expect(told).toEqual(['line 1']);
    stop.abort();
    await over;
  });
});
