/** Writing core/v1 Events about objects: the same one again raises its count, as Kubernetes' recorders do. */
import { createHash } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { EventDraft } from './controller.ts';
import { ApiError } from './errors.ts';
import { type KubeObject, rfc3339 } from './object.ts';
import type { Objects } from './objects.ts';
import type { UserInfo, View } from './resource.ts';

export interface EventPorts {
  objects: Pick<Objects, 'create' | 'update'>;
  store: View;
  clock: Clock;
}

/** An event is a courtesy: where the API refuses it (a namespace that is ending takes none) nothing else fails. */
export function recordEvent(
  { objects, store, clock }: EventPorts,
  component: string,
  object: KubeObject,
  event: EventDraft,
  user: UserInfo,
): void {
  const namespace = object.metadata.namespace ?? 'default';
  const identity = JSON.stringify([object.metadata.uid, component, event.type, event.reason, event.message]);
  const name = `${object.metadata.name}.${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`;
  const at = rfc3339(clock.now());
  const existing = store.get<KubeObject & { count?: number }>('events', namespace, name);
  try {
    if (existing) {
      objects.update('events', { ...existing, count: (existing.count ?? 1) + 1, lastTimestamp: at }, { user });
      return;
    }
    const draft = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name: object.metadata.name,
        uid: object.metadata.uid,
        ...(object.metadata.namespace ? { namespace } : {}),
        resourceVersion: object.metadata.resourceVersion,
      },
      type: event.type,
      reason: event.reason,
      message: event.message,
      count: 1,
      firstTimestamp: at,
      lastTimestamp: at,
      eventTime: null,
      source: { component },
      reportingComponent: component,
      reportingInstance: '',
    };
    objects.create('events', draft, { user });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}
