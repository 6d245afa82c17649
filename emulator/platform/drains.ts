/** Instances that are to stop wait until the data plane has said that nothing is in flight any more. */
import type { KubeObject } from '../kernel/object.ts';

export function createDrains() {
  const waiting = new Map<string, () => void>();
  return {
    /** Only a Knative instance is behind the data plane; everything else has nothing to wait for. */
    wait(pod: KubeObject): Promise<void> {
      if (!pod.metadata.labels?.['serving.knative.dev/revision']) return Promise.resolve();
      return new Promise((resolve) => waiting.set(pod.metadata.name, resolve));
    },
    drained(pod: string): void {
      waiting.get(pod)?.();
      waiting.delete(pod);
    },
  };
}
