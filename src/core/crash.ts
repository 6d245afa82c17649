/** Instances that cannot start. Pure leaf. */

interface Instance {
  state: string;
  ready: boolean;
  restarts: number;
}

/**
 * What the first that cannot start is in, for instance `CrashLoopBackOff`: until the progress deadline Knative says Unknown of a
 * revision whose instance crashes again and again. Between two crashes it is in the same loop, whatever its own state is just then.
 */
export function crashOf(instances: readonly Instance[]): string | undefined {
  const crashed = instances.find((instance) => isCrashed(instance) || (!instance.ready && instance.restarts > 0));
  return crashed && (isCrashed(crashed) ? crashed.state : 'CrashLoopBackOff');
}

export function isCrashed({ state }: { state: string }): boolean {
  return /Crash|Error|Fail/.test(state);
}
