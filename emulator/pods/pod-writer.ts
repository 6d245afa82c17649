/** The kubelet's writes over the store. Status and annotations go to the store itself: they are the platform's own, and many. */
import type { Clock } from '../kernel/clock.ts';
import { type KubeObject, keyOf, rfc3339 } from '../kernel/object.ts';
import type { Objects } from '../kernel/objects.ts';
import type { Store } from '../kernel/store.ts';
import type { PodWriter } from './kubelet-ports.ts';
import type { Pod } from './types.ts';

export interface PodWriterPorts {
  store: Store;
  objects: Pick<Objects, 'delete' | 'create'>;
  clock: Clock;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
}

const user = { username: 'system:node:slipway', groups: ['system:nodes', 'system:authenticated'] };

export function createPodWriter({ store, objects, clock, log }: PodWriterPorts): PodWriter {
  /** The stored pod, if it is still the same one. */
  const stored = (pod: KubeObject): Pod | undefined => {
    const current = store.get<Pod>('pods', pod.metadata.namespace, pod.metadata.name);
    return current?.metadata.uid === pod.metadata.uid ? current : undefined;
  };
  const change = (pod: KubeObject, to: (current: Pod) => Pod) => {
    const current = stored(pod);
    if (current) store.put('pods', to(current), current.metadata.resourceVersion);
  };
  /** Repeated events are counted on one object, as kubelets do. */
  const events = new Map<string, string>();

  return {
    updateStatus: (pod, status) => change(pod, (current) => ({ ...current, status })),
    bind: (pod, nodeName) =>
      change(pod, (current) => ({ ...current, spec: { ...(current.spec ?? { containers: [] }), nodeName } })),
    annotate: (pod, annotations) =>
      change(pod, (current) => {
        const next = { ...current.metadata.annotations };
        for (const [name, value] of Object.entries(annotations)) {
          if (value === null) delete next[name];
          else next[name] = value;
        }
        return { ...current, metadata: { ...current.metadata, annotations: next } };
      }),

    remove(pod) {
      if (!stored(pod)) return;
      const { namespace, name, uid } = pod.metadata;
      objects.delete('pods', namespace, name, { user, gracePeriodSeconds: 0, preconditions: { uid } });
    },

    event(pod, { type, reason, message }) {
      const key = `${pod.metadata.uid} ${type} ${reason} ${message}`;
      const now = rfc3339(clock.now());
      const known = events.get(key);
      const namespace = pod.metadata.namespace ?? 'default';
      const current = known ? store.get<EventObject>('events', namespace, known) : undefined;
      try {
        if (current) {
          const next = { ...current, count: (current.count ?? 1) + 1, lastTimestamp: now };
          store.put('events', next, current.metadata.resourceVersion);
          return;
        }
        if (events.size > 10_000) events.clear();
        // As client-go names them: the object and a time in hex, here with a counter.
        const name = `${pod.metadata.name}.${(BigInt(clock.now()) * 1_000_000n + BigInt(sequence++ % 1_000_000)).toString(16)}`;
        events.set(key, name);
        const event: Omit<EventObject, 'metadata'> & { metadata: { name: string; namespace: string } } = {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name, namespace },
          involvedObject: {
            kind: 'Pod',
            namespace,
            name: pod.metadata.name,
            uid: pod.metadata.uid,
            apiVersion: 'v1',
            resourceVersion: pod.metadata.resourceVersion,
          },
          reason,
          message,
          source: { component: 'kubelet', host: 'slipway' },
          firstTimestamp: now,
          lastTimestamp: now,
          count: 1,
          type,
          eventTime: null,
          reportingComponent: 'kubelet',
          reportingInstance: 'slipway',
        };
        objects.create('events', event, { user });
      } catch (error) {
        // A namespace that is going away takes no events any more.
        log('debug', `event ${reason} of pod ${keyOf(pod)}: ${(error as Error).message}`);
      }
    },
  };
}

let sequence = 0;

interface EventObject extends KubeObject {
  involvedObject: Record<string, string>;
  reason: string;
  message: string;
  source: { component: string; host: string };
  firstTimestamp: string;
  lastTimestamp: string;
  count: number;
  type: string;
  eventTime: null;
  reportingComponent: string;
  reportingInstance: string;
}
