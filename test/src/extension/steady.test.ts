/** The rate in the tree: shown at once, then the same for ten seconds, so that rows below it are not drawn anew each second. */
import { expect, it } from 'vitest';
import { steady } from '../../../src/extension/trees/steady.ts';

it('shows the first rate at once, holds it for ten seconds, and another service its own', () => {
  const shown = steady();
  expect(shown('default/shop', 0, 0)).toBe(0);
  expect(shown('default/shop', 3, 1_000)).toBe(3);
  expect([2_000, 5_000, 10_999].map((at) => shown('default/shop', at / 1_000, at))).toEqual([3, 3, 3]);
  expect(shown('default/shop', 8, 11_000)).toBe(8);
  expect(shown('default/cart', 1, 12_000)).toBe(1);
  expect(shown('default/cart', 0, 21_999)).toBe(1);
  expect(shown('default/cart', 0, 22_000)).toBe(0);
});
