/** What Sequences and Parallels show of the channels and subscriptions that they make. Pure. */
import type { Child } from '../kernel/controller.ts';
import type { Condition, DraftObject, KubeObject } from '../kernel/object.ts';
import type { View } from '../kernel/resource.ts';
import { physicalChannel } from './channel/resources.ts';
import { beginConditions, conditionOf, livingConditions } from './conditions.ts';
import type { ChannelTemplate } from './config/types.ts';
import { resourceOf } from './destination.ts';
import type { Destination, KReference } from './duck.ts';
import { addressOf, eventingResources, markNoPolicies } from './eventing.ts';

/** A child that a flow asks for, and what stands of it now. */
export interface Part {
  resource: string;
  object: DraftObject;
  standing: KubeObject | undefined;
}

export function channelPart(view: View, namespace: string, name: string, template: ChannelTemplate): Part {
  const resource = resourceOf(template.apiVersion, template.kind);
  const standing = view.get(resource, namespace, name);
  return { resource, object: physicalChannel(template, { name, namespace }, standing), standing };
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

const conditionSet = livingConditions('ChannelsReady', 'SubscriptionsReady', 'Addressable', 'EventPoliciesReady');

/**
 * The conditions of a flow, and its address: that of its first channel. `lacking`: what the flow says of a part that is not
 * ready yet.
 */
export function judgeFlow(
  flow: KubeObject,
  now: number,
  lacking: 'Unknown' | 'False',
  { channels, subscriptions }: { channels: readonly Part[]; subscriptions: readonly Part[] },
): { url: string | undefined; conditions: Condition[] } {
  const conditions = beginConditions(conditionSet, flow, now);
  const mark = (type: string, isTrue: boolean, reason: string, why: string) => {
    if (isTrue) conditions.markTrue(type);
    else if (lacking === 'False') conditions.markFalse(type, reason, why);
    else conditions.markUnknown(type, reason, why);
  };
  const url = addressOf(channels[0]?.standing);
  const notReady = (what: string) => `${what} are not ready yet, or there are none`;
  mark('ChannelsReady', allReady(channels), 'ChannelsNotReady', notReady('Channels'));
  mark('Addressable', url !== undefined, 'emptyAddress', 'addressable is nil');
  mark('SubscriptionsReady', allReady(subscriptions), 'SubscriptionsNotReady', notReady('Subscriptions'));
  markNoPolicies(conditions);
  return { url, conditions: conditions.list() };
}

export function flowChildren(channels: readonly Part[], subscriptions: readonly Part[]): Child[] {
  return [...channels, ...subscriptions].map(({ resource, object }) => ({ resource, object }));
}

function allReady(parts: readonly Part[]): boolean {
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
