/** Waiting on states that nothing announces: looked at again and again up to a deadline, and the last look told on failure. */
import { setTimeout as pause } from 'node:timers/promises';

export interface UntilOptions {
  /** ms; default 30,000. */
  timeout?: number;
  /** ms between two looks; default 50. */
  every?: number;
}

/**
 * The first value of `look` that is not undefined, null or false.
 * @throws Error after the timeout, with what was waited for and why the last look did not do.
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  { timeout = 30_000, every = 50 }: UntilOptions = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + timeout;
  let last: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value !== undefined && value !== null && value !== false) return value as NonNullable<Exclude<T, false>>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(
        `waited ${timeout} ms for ${what}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
      );
    }
    await pause(every);
  }
}
