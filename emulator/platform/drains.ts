/** Instances that are to stop wait until the data plane has said that nothing is in flight any more. */
import { instanceTarget, revisionOfPod, routingResources } from '../dataplane/snapshot.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { View } from '../kernel/resource.ts';

export function createDrains(view: View) {
  const waiting = new Map<string, () => void>();
  return {
    /** Only a Knative instance is behind the data plane; everything else has nothing to wait for. */
    wait(pod: KubeObject): Promise<void> {
      if (!isRouted(pod, view)) return Promise.resolve();
      return new Promise((resolve) => waiting.set(pod.metadata.name, resolve));
    },
    drained(pod: string): void {
      waiting.get(pod)?.();
      waiting.delete(pod);
    },
  };
}

/** The data plane sends requests to it: its revision is there, and it is ready. */
function isRouted(pod: KubeObject, view: View): boolean {
  const revision = revisionOfPod(pod)?.split('/')[1];
  if (!revision || !view.get(routingResources.revisions, pod.metadata.namespace, revision)) return false;
  return instanceTarget(pod, { traceHeaders: false, held: () => false }) !== undefined;
}
