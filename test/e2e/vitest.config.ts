import { defineConfig } from 'vitest/config';

/** Suites that start real processes: platforms, editors, browsers. One file at a time: each wants the machine for itself. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/e2e/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // A step of a flow relies on the steps before it: what follows a failure would only repeat it.
    bail: 0,
  },
});
