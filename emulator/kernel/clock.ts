/**
 * Time as a port. `now` is the platform's wall clock (moves forward only, can be advanced: autoscaler, cron, GC,
 * roll-out, back-off use it); `monotonic` never jumps (requests, probes, leases, TLS use it).
 */
export interface Clock {
  /** Platform time, ms since the epoch. */
  now(): number;
  /** ms since some start; unaffected by `advance`. */
  monotonic(): number;
  /** Runs `callback` once when platform time has reached `now() + delayMs`. Advancing the clock fires it early. */
  after(delayMs: number, callback: () => void): Disposable;
}

/** The real clock plus an offset that only grows. */
export class SystemClock implements Clock {
  #offset: number;
  readonly #timers = new Set<{ due: number; fire: () => void; handle: NodeJS.Timeout | undefined }>();

  constructor(offsetMs = 0) {
    this.#offset = offsetMs;
  }

  get offsetMs(): number {
    return this.#offset;
  }

  now(): number {
    return Date.now() + this.#offset;
  }

  monotonic(): number {
    return performance.now();
  }

  after(delayMs: number, callback: () => void): Disposable {
    const timer = {
      due: this.now() + Math.max(0, delayMs),
      fire: () => {
        this.#timers.delete(timer);
        callback();
      },
      handle: undefined as NodeJS.Timeout | undefined,
    };
    this.#timers.add(timer);
    this.#arm(timer);
    return {
      [Symbol.dispose]: () => {
        clearTimeout(timer.handle);
        this.#timers.delete(timer);
      },
    };
  }

  /** Moves platform time forward by `ms` (refuses to go back) and fires what has become due, earliest first. */
  advance(ms: number): void {
    if (!(ms >= 0) || !Number.isFinite(ms)) throw new RangeError(`the clock moves forward only, got ${ms} ms`);
    this.#offset += ms;
    const now = this.now();
    for (const timer of [...this.#timers].sort((a, b) => a.due - b.due)) {
      if (!this.#timers.has(timer)) continue;
      clearTimeout(timer.handle);
      if (timer.due <= now) timer.fire();
      else this.#arm(timer);
    }
  }

  /** Node's timers hold at most 2^31-1 ms, so a longer wait is armed in parts. */
  #arm(timer: { due: number; fire: () => void; handle: NodeJS.Timeout | undefined }): void {
    const wait = Math.max(0, timer.due - this.now());
    timer.handle = wait > 0x7fffffff ? setTimeout(() => this.#arm(timer), 0x7fffffff) : setTimeout(timer.fire, wait);
  }
}

/** A clock for tests: stands still until advanced; fires timers in order, each seeing its own due time as `now`. */
export class VirtualClock implements Clock {
  #now: number;
  #sequence = 0;
  readonly #start: number;
  readonly #timers = new Set<{ due: number; order: number; callback: () => void }>();

  constructor(startMs = 1_700_000_000_000) {
    this.#now = startMs;
    this.#start = startMs;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#start;
  }

  after(delayMs: number, callback: () => void): Disposable {
    const timer = { due: this.#now + Math.max(0, delayMs), order: this.#sequence++, callback };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      let next: { due: number; order: number; callback: () => void } | undefined;
      for (const timer of this.#timers) {
        if (timer.due > end) continue;
        if (!next || timer.due < next.due || (timer.due === next.due && timer.order < next.order)) next = timer;
      }
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
    }
    this.#now = end;
  }
}
