import { expect, it } from 'vitest';
import { ThrownProblems } from '../../../src/core/source/thrown-problems.ts';
import type { Thrown } from '../../../src/core/source/traces.ts';

const error: Thrown = { language: 'node', message: 'TypeError: x', frames: [{ path: '/a.js', line: 1, column: 2 }] };
const where = { service: 'default/shop', revision: 'shop-00001', pod: 'p', at: 10_000 };
const route = (name: string, failedAt: number, goodAt: number | null, revision = 'shop-00001') => ({
  route: name,
  revision,
  failedAt,
  goodAt,
});

it('stays while its route fails or others are good, and goes when the route is good', () => {
  const problems = new ThrownProblems();
  problems.thrown(where, error);
  const traffic = (now: number, goodAt: number | null) =>
    problems.traffic('default/shop', { at: now, goodAt: now - 1, routes: [route('GET /boom', 10_050, goodAt)] });
  // Its route is known now, and named.
  expect(traffic(11_000, null)).toBe(true);
  expect(problems.open).toMatchObject([{ count: 1, routes: ['GET /boom'] }]);
  // Health checks and other pages are good all the time.
  expect(traffic(20_000, null)).toBe(false);
  problems.thrown({ ...where, at: 21_000 }, error);
  expect(problems.open).toMatchObject([{ count: 2, at: 21_000 }]);
  // Good once, but before it was thrown again.
  expect(traffic(22_000, 20_500)).toBe(false);
  expect(traffic(23_000, 22_500)).toBe(true);
  expect(problems.open).toEqual([]);
});

it('without a failed route it goes with the next good request, but not with its own', () => {
  const problems = new ThrownProblems();
  problems.thrown(where, error);
  const traffic = (at: number, goodAt: number) => problems.traffic('default/shop', { at, goodAt, routes: [] });
  expect(traffic(11_000, 10_000)).toBe(false);
  expect(traffic(14_000, 10_000)).toBe(false);
  expect(traffic(15_000, 14_000)).toBe(true);
});

it('a route that failed of something else, in another revision or long ago, is not its', () => {
  const problems = new ThrownProblems();
  problems.thrown(where, error);
  problems.traffic('default/shop', {
    at: 10_500,
    goodAt: null,
    routes: [route('GET /a', 10_100, null, 'shop-00002'), route('GET /b', 1_000, null), route('GET /c', 60_000, null)],
  });
  expect(problems.open[0]?.routes).toEqual([]);
  expect(problems.traffic('default/other', { at: 99_000, goodAt: 99_000, routes: [] })).toBe(false);
  expect(problems.forget('default/shop')).toBe(true);
  expect(problems.forget('default/shop')).toBe(false);
});

it('goes when the file it was thrown in is changed', () => {
  const problems = new ThrownProblems();
  problems.thrown(where, error);
  problems.thrown(where, { ...error, frames: [{ path: '/b.js', line: 1, column: 2 }, ...error.frames] });
  expect(problems.changed('/a.js')).toBe(true);
  expect(problems.changed('/a.js')).toBe(false);
  expect(problems.open.map(({ thrown }) => thrown.frames[0]?.path)).toEqual(['/b.js']);
});

it('keeps a bounded number', () => {
  const problems = new ThrownProblems();
  for (let line = 1; line <= 500; line++) {
    problems.thrown(where, { ...error, frames: [{ path: '/a.js', line, column: 1 }] });
  }
  expect(problems.open).toHaveLength(100);
});
