/** Where an app is looked for that does not listen where it was told to, over time. */
import { describe, expect, it } from 'vitest';
import { findAddress } from '../../../emulator/pods/port-finder.ts';
import type { Listener } from '../../../emulator/pods/ports.ts';

const given = 20_001;
const at = (port: number, host = '127.0.0.1'): Listener => ({ host, port });

/** `opens`: what listens from which ms on. @returns what was found, with its time; how often was looked. */
async function over(ms: number, opens: [number, Listener[]][], readyAt = Number.POSITIVE_INFINITY) {
  let now = 0;
  let looks = 0;
  const due: { time: number; run: () => void }[] = [];
  const found: string[] = [];
  using _ = findAddress(
    {
      port: given,
      instance: {
        address: at(given),
        debugAddress: at(9229),
        listening: async () => {
          looks += 1;
          return opens.findLast(([from]) => from <= now)?.[1] ?? [];
        },
      },
      isReady: () => now >= readyAt,
      after(delay, run) {
        const entry = { time: now + delay, run };
        due.push(entry);
        return { [Symbol.dispose]: () => void due.splice(due.indexOf(entry) >>> 0, 1) };
      },
    },
    ({ host, port }) => found.push(`${port}${host === '::1' ? ' on ::1' : ''} after ${now}`),
  );
  for (let next = due.shift(); next && next.time <= ms; next = due.shift()) {
    now = next.time;
    next.run();
    await new Promise(setImmediate);
  }
  return { found, looks };
}

describe('an app', () => {
  it('that takes its PORT is looked at once more at most', async () => {
    expect(await over(60_000, [[300, [at(given)]]])).toEqual({ found: [], looks: 1 });
    expect(await over(60_000, [[0, []]], 350)).toEqual({ found: [], looks: 0 });
  });

  it('that ignores PORT is found two seconds after it opened another one', async () => {
    expect((await over(60_000, [[300, [at(8000)]]])).found).toEqual(['8000 after 2400']);
  });

  it('that opens its metrics or its debugger first is not taken there', async () => {
    const opens: [number, Listener[]][] = [
      [100, [at(9090), at(9229)]],
      [1_800, [at(9090), at(9229), at(given)]],
    ];
    expect((await over(60_000, opens)).found).toEqual([]);
    expect((await over(60_000, [[100, [at(9229)]]])).found).toEqual([]);
  });

  it('that opens PORT late, long after another one, is found there again', async () => {
    const opens: [number, Listener[]][] = [
      [100, [at(9090)]],
      [8_000, [at(9090), at(given)]],
    ];
    const { found } = await over(60_000, opens);
    expect(found).toHaveLength(2);
    expect(found[0]).toBe('9090 after 2400');
    expect(Number(/^20001 after (\d+)/.exec(found[1] ?? '')?.[1])).toBeLessThan(14_000);
  });

  it('that takes PORT on IPv6 loopback only is found there', async () => {
    expect((await over(60_000, [[300, [at(given, '::1')]]])).found).toEqual(['20001 on ::1 after 900']);
  });
});
