/**
 * The OS lock that makes a data directory have one platform (decision 10). Node has no flock; SQLite's exclusive lock is
 * one, on every system, and the kernel gives it back when the process dies in whatever way.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';

/** @returns undefined when another process holds it. @throws when the directory cannot be written. */
export function takeLock(file: string): Disposable | undefined {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (/locked|busy/i.test((error as Error).message)) return undefined;
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}

/**
 * Waits for a lock that its holder may be about to give back.
 * @param isHeld whether its holder is known to be alive, so that waiting is in vain
 * @param longestMs how long an unknown holder is waited for
 * @returns undefined when another process holds it still. @throws as takeLock
 */
export async function takeLockSoon(
  file: string,
  isHeld: () => boolean,
  longestMs = 5_000,
): Promise<Disposable | undefined> {
  const end = performance.now() + longestMs;
  for (;;) {
    const lock = takeLock(file);
    if (lock || isHeld() || performance.now() > end) return lock;
    await pause(50);
  }
}
