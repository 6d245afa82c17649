/**
 * A queue of keys with client-go's properties: a key waits at most once, one that is being worked on is queued again
 * only after it is done, a failing one comes back later each time. Delays run on the platform's clock.
 */
import type { Clock } from './clock.ts';

const firstRetryMs = 5;
const longestRetryMs = 60_000;

export class WorkQueue<Key> {
  readonly #clock: Clock;
  readonly #onReady: () => void;
  readonly #waiting = new Set<Key>();
  readonly #failures = new Map<Key, number>();
  readonly #timers = new Map<Key, { due: number; timer: Disposable }>();

  /** `onReady` is called when a key was added to an empty queue. */
  constructor(clock: Clock, onReady: () => void) {
    this.#clock = clock;
    this.#onReady = onReady;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(key: Key): void {
    if (this.#waiting.has(key)) return;
    this.#waiting.add(key);
    if (this.#waiting.size === 1) this.#onReady();
  }

  /** Of several delays of one key the earliest holds. */
  addAfter(key: Key, delayMs: number): void {
    const due = this.#clock.now() + delayMs;
    const earlier = this.#timers.get(key);
    if (earlier && earlier.due <= due) return;
    earlier?.timer[Symbol.dispose]();
    const timer = this.#clock.after(delayMs, () => {
      this.#timers.delete(key);
      this.add(key);
    });
    this.#timers.set(key, { due, timer });
  }

  /** After a failure: 5 ms, doubling, at most a minute. */
  retry(key: Key): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.addAfter(key, Math.min(longestRetryMs, firstRetryMs * 2 ** failures));
  }

  succeeded(key: Key): void {
    this.#failures.delete(key);
  }

  take(): Key | undefined {
    for (const key of this.#waiting) {
      this.#waiting.delete(key);
      return key;
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#timers.values()) timer[Symbol.dispose]();
    this.#timers.clear();
    this.#waiting.clear();
  }
}

export interface Worker<Key> extends Disposable {
  queue: WorkQueue<Key>;
  /** Resolves when no key waits. Delayed ones do not count. */
  idle(): Promise<void>;
}

/** The thread's time, not the platform's: how long the API may wait for its turn. */
const batchMs = 8;

/** Works a queue off on this thread, in short batches. `work` says itself whether a key succeeded or is to come again. */
export function workInBatches<Key>(clock: Clock, work: (key: Key) => void): Worker<Key> {
  const queue = new WorkQueue<Key>(clock, schedule);
  let scheduled: NodeJS.Immediate | undefined;
  let waiters: (() => void)[] = [];
  let disposed = false;

  function schedule(): void {
    if (!scheduled && !disposed) scheduled = setImmediate(batch);
  }

  function batch(): void {
    scheduled = undefined;
    const end = performance.now() + batchMs;
    for (;;) {
      const key = queue.take();
      if (key === undefined) break;
      work(key);
      if (performance.now() > end) break;
    }
    if (queue.size > 0) schedule();
    else settle();
  }

  function settle(): void {
    const done = waiters;
    waiters = [];
    for (const resolve of done) resolve();
  }

  return {
    queue,
    idle: () => (queue.size === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    [Symbol.dispose]() {
      disposed = true;
      queue[Symbol.dispose]();
      if (scheduled) clearImmediate(scheduled);
      settle();
    },
  };
}
