/**
 * The debugger holds time: while an instance stands at a breakpoint its request timers and the autoscaler stand still. A lease on its own
 * platform, renewed while it stands, gone when the editor dies.
 */
import { messageOf } from '../log-error.ts';
import type { Running } from '../runs.ts';

const ttlMs = 15_000;

/** What our child sessions carry, to be found again from the sessions below them. */
export interface DebuggedInstance {
  /** Directory. */
  slipwayApplication: string;
  slipwayPod: string;
}

type Owner = { client: Pick<Running['client'], 'capabilities' | 'capability'>; session: { namespace: string } };

export interface HeldTime extends Disposable {
  /** A message of the debug adapter of this session. */
  said(id: string, instance: DebuggedInstance, message: { type?: string; event?: string; command?: string }): void;
  ended(id: string, instance: DebuggedInstance): void;
}

/** @param find what runs from a directory */
export function heldTime(find: (dir: string) => Owner | undefined, log: { debug(text: string): void }): HeldTime {
  const paused = new Map<string, NodeJS.Timeout>();

  const tell = async ({ slipwayApplication, slipwayPod }: DebuggedInstance, isPaused: boolean) => {
    const owner = find(slipwayApplication);
    // Of one that is ended nothing is held.
    if (!owner || !(await owner.client.capabilities()).has('debug')) return;
    const { namespace } = owner.session;
    const path = `/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(slipwayPod)}/debug`;
    await owner.client.capability('PUT', path, { paused: isPaused, ttlMs });
  };
  const told = (instance: DebuggedInstance, isPaused: boolean) =>
    void tell(instance, isPaused).catch((error: unknown) =>
      log.debug(`debug lease of ${instance.slipwayPod}: ${messageOf(error)}`),
    );
  const hold = (id: string, instance: DebuggedInstance) => {
    if (paused.has(id)) return;
    told(instance, true);
    paused.set(
      id,
      setInterval(() => told(instance, true), ttlMs / 3),
    );
  };
  const release = (id: string, instance: DebuggedInstance) => {
    if (!paused.has(id)) return;
    clearInterval(paused.get(id));
    paused.delete(id);
    told(instance, false);
  };

  return {
    said(id, instance, { type, event, command }) {
      if (type === 'event' && event === 'stopped') hold(id, instance);
      const goesOn = type === 'event' && (event === 'continued' || event === 'terminated');
      const stepped = type === 'response' && /^(continue|next|stepIn|stepOut|disconnect)$/.test(command ?? '');
      if (goesOn || stepped) release(id, instance);
    },
    ended: release,
    [Symbol.dispose]() {
      for (const timer of paused.values()) clearInterval(timer);
      paused.clear();
    },
  };
}
