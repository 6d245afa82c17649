/** What the kubelet did for each young instance, kept until the cold start that caused it has been told. */
import type { BootTimes } from '../capabilities/traffic-stats.ts';
import type { KubeObject } from '../kernel/object.ts';

const keep = 200;

export function createBootTimes() {
  const times = new Map<string, { spawnAt: number; startedAt?: number; readyAt?: number }>();
  return {
    record(pod: KubeObject, phase: 'spawned' | 'started' | 'ready', at: number): void {
      const { name } = pod.metadata;
      // Asked for: the Pod object was made for it. Whole seconds there, so the first phase tells.
      const entry = times.get(name) ?? { spawnAt: at };
      if (phase === 'started') entry.startedAt ??= at;
      if (phase === 'ready') entry.readyAt ??= at;
      times.set(name, entry);
      for (const old of times.keys()) {
        if (times.size <= keep) break;
        times.delete(old);
      }
    },
    take(pod: string): BootTimes | undefined {
      const entry = times.get(pod);
      if (!entry) return undefined;
      const startedAt = entry.startedAt ?? entry.spawnAt;
      const readyAt = entry.readyAt ?? startedAt;
      return { spawnAt: entry.spawnAt, startedAt, listeningAt: readyAt, readyAt };
    },
  };
}
