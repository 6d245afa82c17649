/** Debuggers' leases on instances: while one is paused and its lease has not lapsed, the instance's timers stand still. */
export interface DebugLeases {
  /** `paused: false` or a lease that lapses lets time go on. */
  renew(namespace: string, pod: string, lease: { paused: boolean; ttlMs: number }): void;
  /** @param pod `namespace/name` */
  held(pod: string): boolean;
  /** @returns how to stop listening. */
  onChange(listener: (pod: string, held: boolean) => void): () => void;
}

export function createDebugLeases(
  monotonic: () => number,
  after: (ms: number, callback: () => void) => Disposable = realTimer,
): DebugLeases {
  const leases = new Map<string, { until: number; timer: Disposable }>();
  const listeners = new Set<(pod: string, held: boolean) => void>();

  const tell = (pod: string, held: boolean) => {
    for (const listener of listeners) listener(pod, held);
  };
  const end = (pod: string) => {
    leases.get(pod)?.timer[Symbol.dispose]();
    if (leases.delete(pod)) tell(pod, false);
  };

  return {
    renew(namespace, name, { paused, ttlMs }) {
      const pod = `${namespace}/${name}`;
      if (!paused || ttlMs === 0) return end(pod);
      const known = leases.get(pod);
      known?.timer[Symbol.dispose]();
      leases.set(pod, { until: monotonic() + ttlMs, timer: after(ttlMs, () => end(pod)) });
      if (!known) tell(pod, true);
    },
    held: (pod) => (leases.get(pod)?.until ?? Number.NEGATIVE_INFINITY) > monotonic(),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function realTimer(ms: number, callback: () => void): Disposable {
  const timer = setTimeout(callback, ms);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
