/** The kubelet's writes, through the object layer. */
import type { Clock } from '../kernel/clock.ts';
import { ApiError } from '../kernel/errors.ts';
import { recordEvent } from '../kernel/events.ts';
import { mergePatch, sameJson } from '../kernel/json.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { Objects } from '../kernel/objects.ts';
import type { Store } from '../kernel/store.ts';
import type { PodWriter } from '../pods/kubelet-ports.ts';
import { kubeletUser as user } from './users.ts';

export function podWriter({ objects, store, clock }: { objects: Objects; store: Store; clock: Clock }): PodWriter {
  /** The pod as it is now; undefined when it is gone or another one has its name. */
  const current = ({ metadata: { namespace, name, uid } }: KubeObject): KubeObject | undefined => {
    const pod = store.get('pods', namespace, name);
    return pod?.metadata.uid === uid ? pod : undefined;
  };
  const change = (pod: KubeObject, next: (now: KubeObject) => KubeObject, subresource: '' | 'status' = '') => {
    const now = current(pod);
    if (!now) return;
    const changed = next(now);
    if (!sameJson(changed, now)) objects.update('pods', changed, { user, subresource });
  };

  return {
    updateStatus: (pod, status) => change(pod, (now) => ({ ...now, status }), 'status'),
    bind: (pod, nodeName) => change(pod, (now) => ({ ...now, spec: { ...(now.spec as object), nodeName } })),
    annotate: (pod, annotations) =>
      change(pod, (now) => ({
        ...now,
        metadata: {
          ...now.metadata,
          annotations: mergePatch(now.metadata.annotations ?? {}, annotations) as Record<string, string>,
        },
      })),
    remove(pod) {
      if (!current(pod)) return;
      try {
        objects.delete('pods', pod.metadata.namespace, pod.metadata.name, { user, gracePeriodSeconds: 0 });
      } catch (error) {
        if (!(error instanceof ApiError && error.reason === 'NotFound')) throw error;
      }
    },
    event: (pod, event) => recordEvent({ objects, store, clock }, 'kubelet', pod, event, user),
  };
}
