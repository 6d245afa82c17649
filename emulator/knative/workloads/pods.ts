/** What the workload controllers ask about pods, and which go first when there are too many. */
import type { KubeObject } from '../../kernel/object.ts';
import { conditionOf } from '../conditions.ts';
import type { Pod } from './types.ts';

/** Counts against a wanted number: neither finished nor being deleted. */
export function isActivePod(pod: Pod): boolean {
  return !pod.metadata.deletionTimestamp && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
}

export function isReadyPod(pod: KubeObject): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True';
}

/** As instances are counted everywhere: one that is on its way out is none. */
export function isInstance(pod: KubeObject): boolean {
  return !pod.metadata.deletionTimestamp && isReadyPod(pod);
}

/** Since when a pod is ready, ms; undefined where it is not. */
export function readySince(pod: Pod): number | undefined {
  const ready = conditionOf(pod, 'Ready');
  return ready?.status === 'True' ? Date.parse(ready.lastTransitionTime ?? '') || 0 : undefined;
}

/** ms until a ready pod counts as available; 0 = it does; undefined = not ready. */
export function availableIn(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  const since = readySince(pod);
  return since === undefined ? undefined : Math.max(0, since + minReadySeconds * 1000 - now);
}

/**
 * Pods in the order in which a ReplicaSet lets them go (kubernetes: ActivePodsWithRanks): unassigned, pending, not ready,
 * cheaper to delete, ready for a shorter time, restarted more often, younger.
 */
export function scaleDownOrder(pods: readonly Pod[]): Pod[] {
  return pods.toSorted((a, b) => {
    const keysA = rank(a);
    const keysB = rank(b);
    for (let i = 0; i < keysA.length; i++) {
      const difference = (keysA[i] ?? 0) - (keysB[i] ?? 0);
      if (difference !== 0) return difference;
    }
    return a.metadata.name < b.metadata.name ? -1 : 1;
  });
}

const phases: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 };

function rank(pod: Pod): number[] {
  const restarts = Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));
  const cost = Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0) || 0;
  return [
    pod.spec?.nodeName ? 1 : 0,
    phases[pod.status?.phase ?? 'Pending'] ?? 0,
    isReadyPod(pod) ? 1 : 0,
    cost,
    -(readySince(pod) ?? 0),
    -restarts,
    -Date.parse(pod.metadata.creationTimestamp),
  ];
}
