import { expect, test } from 'vitest';
import { createLeases } from '../../../emulator/platform/leases.ts';

test('ends the idle time after the last lease, not before', () => {
  let now = 0;
  const leases = createLeases(() => now, 600);
  leases.renew('a', 100);
  leases.renew('b', 300);
  now = 200;
  expect(leases.held()).toBe(true);
  now = 899;
  expect(leases.expired()).toBe(false);
  now = 900;
  expect(leases.expired()).toBe(true);
});

test('a renewed lease goes on', () => {
  let now = 0;
  const leases = createLeases(() => now, 600);
  for (now = 0; now < 5_000; now += 50) {
    leases.renew('a', 100);
    expect(leases.expired()).toBe(false);
  }
});

test('without any lease it ends after the idle time', () => {
  let now = 0;
  const leases = createLeases(() => now, 600);
  now = 600;
  expect(leases.expired()).toBe(true);
});

test('a lease of no sane length is refused', () => {
  expect(() => createLeases(() => 0).renew('a', Number.NaN)).toThrow(RangeError);
});
