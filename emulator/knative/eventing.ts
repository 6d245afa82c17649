/** What eventing's controllers share: resources, names inside the cluster, conditions in Knative's words. Pure. */
import type { Condition, GroupResource, KubeObject } from '../kernel/object.ts';
import { keyOf, type ObjectKey } from '../kernel/object.ts';
import { type Index, lookup, type View } from '../kernel/resource.ts';
import type { Conditions } from './conditions.ts';
import { type AddressStatus, resolveDestination, resourceOf, Unresolvable } from './destination.ts';
import type { DeliverySpec, DeliveryStatus, Destination, KReference } from './duck.ts';

export const eventingResources = {
  brokers: 'brokers.eventing.knative.dev',
  triggers: 'triggers.eventing.knative.dev',
  channels: 'channels.messaging.knative.dev',
  inMemoryChannels: 'inmemorychannels.messaging.knative.dev',
  subscriptions: 'subscriptions.messaging.knative.dev',
  sequences: 'sequences.flows.knative.dev',
  parallels: 'parallels.flows.knative.dev',
  sinkBindings: 'sinkbindings.sources.knative.dev',
  apiServerSources: 'apiserversources.sources.knative.dev',
  containerSources: 'containersources.sources.knative.dev',
} as const satisfies Record<string, GroupResource>;

/** What a destination may name, among the kinds that the platform has. */
export const addressables: readonly GroupResource[] = [
  'services.serving.knative.dev',
  'routes.serving.knative.dev',
  'services',
  eventingResources.brokers,
  eventingResources.channels,
  eventingResources.inMemoryChannels,
  eventingResources.sequences,
  eventingResources.parallels,
];

export const brokerIngressHost = 'broker-ingress.knative-eventing.svc.cluster.local';
export const brokerFilterHost = 'broker-filter.knative-eventing.svc.cluster.local';

const channelSuffix = '-kn-channel';

export function channelHost(namespace: string, name: string): string {
  return `${name}${channelSuffix}.${namespace}.svc.cluster.local`;
}

/** The channel that a host is the address of. */
export function channelOfHost(host: string): { namespace: string; name: string } | undefined {
  const match = /^(.+)-kn-channel\.([^.]+)\.svc(?:\.cluster\.local)?$/.exec(host);
  return match ? { name: match[1] ?? '', namespace: match[2] ?? '' } : undefined;
}

/** Index of the objects that refer to another one: `resource namespace/name`. */
export function referenceIndex<T extends KubeObject>(
  resource: GroupResource,
  refsOf: (object: T) => (Partial<KReference> | undefined)[],
): Index<T> {
  return {
    resource,
    valuesOf: (object) =>
      refsOf(object).flatMap((ref) =>
        ref?.kind && ref.name
          ? [
              referenceKey(
                resourceOf(ref.apiVersion ?? 'v1', ref.kind),
                ref.namespace || (object.metadata.namespace ?? ''),
                ref.name,
              ),
            ]
          : [],
      ),
  };
}

function referenceKey(resource: GroupResource, namespace: string, name: string): string {
  return `${resource} ${namespace}/${name}`;
}

/** `watches` of a controller whose objects must be looked at again when what they refer to changes. */
export function watchReferences<T extends KubeObject>(index: Index<T>, resources: readonly GroupResource[]) {
  return resources.map((resource) => ({
    resource,
    keys: ({ metadata }: KubeObject, view: View): ObjectKey[] =>
      lookup(view, index, referenceKey(resource, metadata.namespace ?? '', metadata.name)).map(keyOf),
  }));
}

export function refsOf(...destinations: (Destination | undefined)[]): (KReference | undefined)[] {
  return destinations.map((destination) => destination?.ref);
}

/** The destination's address, or why there is none, in the resolver's words. */
export function tryResolve(
  destination: Destination | undefined,
  namespace: string,
  view: View,
): { uri: string; error?: undefined } | { uri?: undefined; error: string } {
  try {
    return { uri: resolveDestination(destination, namespace, view) };
  } catch (error) {
    if (!(error instanceof Unresolvable)) throw error;
    return { error: error.message };
  }
}

export function markOidcDisabled(conditions: Conditions, ...types: string[]): void {
  for (const type of types) conditions.markTrue(type, 'authentication-oidc feature disabled');
}

export function markNoPolicies(conditions: Conditions): void {
  const message = 'Feature "authentication-oidc" must be enabled to support Authorization';
  conditions.markTrue('EventPoliciesReady', 'OIDCDisabled', message);
}

/** Marks DeadLetterSinkResolved. @returns the status fields, undefined when the sink cannot be resolved. */
export function resolveDeadLetterSink(
  conditions: Conditions,
  delivery: DeliverySpec | undefined,
  namespace: string,
  view: View,
): DeliveryStatus | undefined {
  if (!delivery?.deadLetterSink) {
    markNoDeadLetterSink(conditions);
    return {};
  }
  const { uri, error } = tryResolve(delivery.deadLetterSink, namespace, view);
  if (error !== undefined) {
    conditions.markFalse('DeadLetterSinkResolved', "Unable to get the dead letter sink's URI", error);
    return undefined;
  }
  conditions.markTrue('DeadLetterSinkResolved');
  return { deadLetterSinkUri: uri };
}

export function markNoDeadLetterSink(conditions: Conditions): void {
  conditions.markTrue('DeadLetterSinkResolved', 'DeadLetterSinkNotConfigured', 'No dead letter sink is configured.');
}

/** Takes another object's Ready over; `unknown` where it has none yet. */
export function copyReady(
  conditions: Conditions,
  type: string,
  from: Condition | undefined,
  unknown: { reason: string; message: string },
): void {
  if (!from) conditions.markUnknown(type, unknown.reason, unknown.message);
  else conditions.copy(type, from);
}

export function addressOf(object: KubeObject | undefined): string | undefined {
  return (object?.status as AddressStatus | undefined)?.address?.url;
}

/** Finalizers with or without one of them, as a controller's `metadata`; undefined when nothing changes. */
export function withFinalizer(object: KubeObject, name: string): { finalizers: string[] } | undefined {
  const { finalizers = [] } = object.metadata;
  return finalizers.includes(name) ? undefined : { finalizers: [...finalizers, name] };
}

export function withoutFinalizer(object: KubeObject, name: string): { finalizers: string[] } {
  return { finalizers: (object.metadata.finalizers ?? []).filter((entry) => entry !== name) };
}
