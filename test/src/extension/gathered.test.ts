import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { gathered } from '../../../src/extension/gathered.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('is looked once after changes that end, again after the next, and not after the end', () => {
  const look = vi.fn();
  const changes = gathered(look, 200, 1_000);
  changes.tell();
  vi.advanceTimersByTime(199);
  changes.tell();
  vi.advanceTimersByTime(199);
  expect(look).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(look).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(5_000);
  changes.tell();
  vi.advanceTimersByTime(200);
  expect(look).toHaveBeenCalledTimes(2);
  changes.tell();
  changes[Symbol.dispose]();
  vi.advanceTimersByTime(5_000);
  expect(look).toHaveBeenCalledTimes(2);
});

it('is looked each second while changes go on for ever', () => {
  const look = vi.fn();
  const changes = gathered(look, 200, 1_000);
  for (let ms = 0; ms < 10_000; ms += 50) {
    changes.tell();
    vi.advanceTimersByTime(50);
  }
  expect(look.mock.calls.length).toBeGreaterThanOrEqual(9);
  expect(look.mock.calls.length).toBeLessThanOrEqual(10);
});
