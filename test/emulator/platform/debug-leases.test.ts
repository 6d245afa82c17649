import { expect, test } from 'vitest';
import { VirtualClock } from '../../../emulator/kernel/clock.ts';
import { createDebugLeases } from '../../../emulator/platform/debug-leases.ts';

function leases() {
  const clock = new VirtualClock();
  const told: string[] = [];
  const debug = createDebugLeases(
    () => clock.monotonic(),
    (ms, callback) => clock.after(ms, callback),
  );
  debug.onChange((pod, held) => told.push(`${pod} ${held}`));
  return { clock, debug, told };
}

test('an instance is held until its lease lapses, and told once each way', () => {
  const { clock, debug, told } = leases();
  debug.renew('d', 'p', { paused: true, ttlMs: 100 });
  clock.advance(60);
  debug.renew('d', 'p', { paused: true, ttlMs: 100 });
  clock.advance(60);
  expect(debug.held('d/p')).toBe(true);
  clock.advance(60);
  expect(debug.held('d/p')).toBe(false);
  expect(told).toEqual(['d/p true', 'd/p false']);
});

test('a debugger that goes on lets it go at once', () => {
  const { debug, told } = leases();
  debug.renew('d', 'p', { paused: true, ttlMs: 100 });
  debug.renew('d', 'p', { paused: false, ttlMs: 100 });
  debug.renew('d', 'p', { paused: false, ttlMs: 100 });
  expect(debug.held('d/p')).toBe(false);
  expect(told).toEqual(['d/p true', 'd/p false']);
});
