/** What Sequences and Parallels show of the channels and subscriptions that they make. Pure. */
import type { Condition, DraftObject, KubeObject } from '../kernel/object.ts';
import type { View } from '../kernel/resource.ts';
import { conditionOf } from './conditions.ts';
import { resourceOf } from './destination.ts';
import type { Destination, KReference } from './duck.ts';
import { eventingResources } from './eventing.ts';

/** A child that a flow asks for, and what stands of it now. */
export interface Part {
  resource: string;
  object: DraftObject;
  standing: KubeObject | undefined;
}

export function channelPart(
  view: View,
  namespace: string,
  name: string,
  template: { apiVersion: string; kind: string },
  make: (standing: KubeObject | undefined) => DraftObject,
): Part {
  const resource = resourceOf(template.apiVersion, template.kind);
  const standing = view.get(resource, namespace, name);
  return { resource, object: make(standing), standing };
}

export function subscriptionPart(view: View, namespace: string, name: string, spec: object): Part {
  const object = {
    apiVersion: 'messaging.knative.dev/v1',
    kind: 'Subscription',
    metadata: { name, namespace },
    spec,
  };
  const resource = eventingResources.subscriptions;
  return { resource, object, standing: view.get(resource, namespace, name) };
}

/** The condition of a part, as the flow's status repeats it. */
export function readyOf({ object, standing }: Part): Condition {
  const ready = standing && conditionOf(standing, 'Ready');
  if (ready) return ready;
  const what = object.kind === 'Subscription' ? 'Subscription' : 'Channel';
  return {
    type: 'Ready',
    status: 'Unknown',
    reason: 'NoReady',
    message: `${what} does not have Ready condition`,
    ...(standing ? { lastTransitionTime: standing.metadata.creationTimestamp } : {}),
  };
}

export function allReady(parts: readonly Part[]): boolean {
  return parts.length > 0 && parts.every((part) => readyOf(part).status === 'True');
}

export function channelStatusOf(part: Part) {
  const { apiVersion, kind, metadata } = part.object;
  return {
    channel: { apiVersion, kind, name: metadata.name ?? '', namespace: metadata.namespace ?? '' },
    ready: readyOf(part),
  };
}

/** Go's typed clients drop the kind of what they have read, so there is none here. */
export function subscriptionStatusOf(part: Part) {
  const { name = '', namespace = '' } = part.object.metadata;
  return { subscription: { name, namespace }, ready: readyOf(part) };
}

export function refTo(template: { apiVersion: string; kind: string }, name: string, namespace?: string): KReference {
  const { apiVersion, kind } = template;
  return { apiVersion, kind, name, ...(namespace ? { namespace } : {}) };
}

export function destinationOf({ ref, uri, CACerts, audience }: Destination): Destination {
  return {
    ...(ref ? { ref } : {}),
    ...(uri ? { uri } : {}),
    ...(CACerts ? { CACerts } : {}),
    ...(audience ? { audience } : {}),
  };
}
