import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogLine } from '../../../emulator/capabilities/protocol.ts';
import type { PlatformClient } from '../../../src/core/client.ts';
import { lastLines } from '../../../src/core/logs.ts';
import { forwardOutput } from '../../../src/core/run/output.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const line = (sequence: number, rest: Partial<LogLine> = {}): LogLine => ({
  time: Date.now(),
  sequence,
  revision: 'a-1',
  pod: 'a-1-x',
  container: 'user',
  stream: 'stdout',
  text: `line ${sequence}`,
  ...rest,
});

/** A platform that has three entries, the last of them a mark, and sends to those who follow what `send` is given. */
function aPlatform({ newest = true } = {}) {
  let wake: () => void = () => {};
  const sent: LogLine[] = [];
  const client = {
    capabilities: () => Promise.resolve(new Set(['logs'])),
    async *capabilityStream(path: string, { signal }: { signal: AbortSignal }) {
      if (path.includes('follow=true')) {
        while (!signal.aborted) {
          yield* sent.splice(0);
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } else if (newest) yield line(3, { mark: 'exited 1', text: '' });
      else await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    },
  } as unknown as PlatformClient;
  const send = async (...lines: LogLine[]) => {
    sent.push(...lines);
    wake();
    // Longer than lines are held for their order.
    await vi.advanceTimersByTimeAsync(100);
  };
  return { client, send };
}

async function running(client: PlatformClient) {
  const told: string[] = [];
  const where = { namespace: 'dev', service: 'a', since: 0 };
  const output = forwardOutput(client, where, ({ text }) => told.push(text), new AbortController().signal);
  await vi.advanceTimersByTimeAsync(1);
  void output.caughtUp().then(() => told.push('verdict'));
  await vi.advanceTimersByTimeAsync(1);
  return told;
}

describe('a verdict on what a run wrote', () => {
  it('waits for each line that the platform has, and for no mark to be told', async () => {
    const { client, send } = aPlatform();
    const told = await running(client);
    await send(line(1), line(2));
    expect(told).toEqual(['line 1', 'line 2']);
    await send(line(3, { mark: 'exited 1', text: '' }));
    expect(told).toEqual(['line 1', 'line 2', 'verdict']);
  });

  it('comes after two seconds without them, and where nobody says what the newest is', async () => {
    for (const newest of [true, false]) {
      const { client } = aPlatform({ newest });
      const told = await running(client);
      await vi.advanceTimersByTimeAsync(1_990);
      expect(told).toEqual([]);
      await vi.advanceTimersByTimeAsync(20);
      expect(told).toEqual(['verdict']);
    }
  });
});

describe('the last lines for a verdict', () => {
  const client = {
    capabilities: () => Promise.resolve(new Set(['logs'])),
    async *capabilityStream() {
      yield line(1, { pod: 'a-1-old', text: 'of the run before' });
      yield line(2, { mark: 'started', text: '' });
      yield line(3);
    },
  } as unknown as PlatformClient;
  const last = (pod: string) => lastLines(client, 'dev', { service: 'a', revision: 'a-1' }, 40, new Set([pod]));

  it('are of what it is about, though another one had its name', async () => {
    expect(await last('a-1-x')).toEqual(['line 3']);
  });

  it('are of those that are gone where it has written nothing', async () => {
    expect(await last('a-1-new')).toEqual(['of the run before', 'line 3']);
  });
});
