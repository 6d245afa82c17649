/**
 * Leases on the platform's life (decision 10): an editor that started it renews one; ten minutes after the last has
 * lapsed, and nothing is in flight, the platform ends. Monotonic time: advancing the platform's clock ends nothing.
 */
export interface Leases {
  renew(id: string, ttlMs: number): void;
  /** Whether any lease holds now. */
  held(): boolean;
  /** True once no lease has held for the whole idle time. Never before the first lease or the idle time from the start. */
  expired(): boolean;
}

export const idleAfterLastLeaseMs = 600_000;
const longestTtlMs = 3_600_000;

export function createLeases(monotonic: () => number, idleMs = idleAfterLastLeaseMs): Leases {
  const ends = new Map<string, number>();
  let lastHeld = monotonic();

  const held = (): boolean => {
    const now = monotonic();
    for (const [id, end] of ends) {
      lastHeld = Math.max(lastHeld, Math.min(end, now));
      if (end <= now) ends.delete(id);
    }
    return ends.size > 0;
  };

  return {
    renew(id, ttlMs) {
      if (!(ttlMs >= 0 && ttlMs <= longestTtlMs)) {
        throw new RangeError(`ttlMs is between 0 and ${longestTtlMs}, got ${ttlMs}`);
      }
      ends.set(id, monotonic() + ttlMs);
      held();
    },
    held,
    expired: () => !held() && monotonic() - lastHeld >= idleMs,
  };
}
