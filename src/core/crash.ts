/** Instances that cannot start, and what that says of their revision and service before Knative does. Pure leaf. */
import type { Truth } from './conditions.ts';

/** Why something is not ready: in a word of Kubernetes' or Knative's, and in what was said of it ('' where nothing was). */
export interface Trouble {
  reason: string;
  message: string;
}

interface Instance {
  state: string;
  ready: boolean;
  restarts: number;
  message: string;
}

/**
 * What the first that cannot start is in, for instance `CrashLoopBackOff`: until the progress deadline Knative says Unknown of a
 * revision whose instance crashes again and again. Between two crashes it is in the same loop, whatever its own state is just then.
 */
export function crashOf(instances: readonly Instance[]): Trouble | undefined {
  const crashed = instances.find(
    (instance) => isCrashed(instance) || (!instance.ready && instance.restarts > 0 && instance.state !== 'Terminating'),
  );
  return crashed && { reason: isCrashed(crashed) ? crashed.state : 'CrashLoopBackOff', message: crashed.message };
}

/** @param crash what its instances meet; asked only where its condition does not say that it is ready */
export function troubleOf(
  told: { ready: Truth; reason: string; message: string },
  crash: () => Trouble | undefined,
): Trouble | undefined {
  if (told.ready === 'True') return undefined;
  const met = crash();
  if (told.ready === 'Unknown') return met;
  return { reason: told.reason || (met?.reason ?? ''), message: told.message || (met?.message ?? '') };
}

/** A state that waiting alone does not end: `CrashLoopBackOff`, `ErrImagePull`, `CreateContainerConfigError`, `OOMKilled`… */
export function isCrashed({ state }: { state: string }): boolean {
  return /Crash|Err|Fail|BackOff|OOM|^Invalid/.test(state);
}
