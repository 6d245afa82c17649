/** Subscription: where its subscriber, its reply and its dead letters go, and its entry among the channel's subscribers. */
import type { Controller, Outcome } from '../../kernel/controller.ts';
import { sameJson } from '../../kernel/json.ts';
import { type KubeObject, keyOf } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import type { Channel, ChannelableStatus, Subscriber } from '../channel/types.ts';
import { beginConditions, type Conditions, conditionOf, livingConditions } from '../conditions.ts';
import { resourceOf } from '../destination.ts';
import type { DeliverySpec, Destination } from '../duck.ts';
import {
  addressables,
  eventingResources,
  markOidcDisabled,
  referenceIndex,
  refsOf,
  tryResolve,
  watchReferences,
  withFinalizer,
  withoutFinalizer,
} from '../eventing.ts';
import type { Subscription, SubscriptionStatus } from './types.ts';

const finalizer = 'subscriptions.messaging.knative.dev';
const conditionSet = livingConditions('ReferencesResolved', 'AddedToChannel', 'ChannelReady', 'OIDCIdentityCreated');

const references = referenceIndex<Subscription>(eventingResources.subscriptions, ({ spec }) => [
  spec?.channel,
  // A Channel's subscribers are its backing channel's, which has its name.
  ...(spec?.channel?.kind === 'Channel' ? [{ ...spec.channel, kind: 'InMemoryChannel' }] : []),
  ...refsOf(spec?.subscriber, spec?.reply, spec?.delivery?.deadLetterSink),
]);

type Physical = NonNullable<SubscriptionStatus['physicalSubscription']>;

/** A channel as Subscriptions see it. */
type Channelable = KubeObject<{ subscribers?: Subscriber[]; delivery?: DeliverySpec }, ChannelableStatus>;

export const subscriptionController: Controller<Subscription> = {
  name: 'subscription',
  resource: eventingResources.subscriptions,
  watches: watchReferences(references, addressables),

  reconcile(subscription, view, now) {
    const found = channelOf(subscription, view);
    if (subscription.metadata.deletionTimestamp) return finalize(subscription, found.channel);
    const metadata = withFinalizer(subscription, finalizer);
    const conditions = beginConditions(conditionSet, subscription, now);
    markOidcDisabled(conditions, 'OIDCIdentityCreated');
    const outcome = (physical: Physical | undefined, patches: Outcome['patches'] = []): Outcome => ({
      ...(metadata ? { metadata } : {}),
      patches,
      status: {
        ...(physical && Object.keys(physical).length > 0 ? { physicalSubscription: physical } : {}),
        conditions: conditions.list(),
      },
    });
    if (!found.channel) {
      const message = `Failed to get Spec.Channel or backing channel: ${found.error}`;
      conditions.markUnknown('ReferencesResolved', 'ChannelReferenceFailed', message);
      return outcome(subscription.status?.physicalSubscription);
    }
    const physical = resolve(subscription, found.channel, conditions, view);
    if (!physical) return outcome(subscription.status?.physicalSubscription);
    conditions.markTrue('ReferencesResolved');
    const { channel } = found;
    const subscribers = withSubscriber(channel.spec?.subscribers ?? [], subscriberOf(subscription, physical));
    conditions.markTrue('AddedToChannel');
    if (!sameJson(subscribers, channel.spec?.subscribers ?? [])) {
      return outcome(physical, [{ resource: found.resource, key: keyOf(channel), patch: { spec: { subscribers } } }]);
    }
    markChannel(conditions, subscription, channel);
    return outcome(physical);
  },
};

/** The channel that holds the subscribers; of a Channel that is the one behind it. */
function channelOf(
  { spec, metadata }: Subscription,
  view: View,
): { channel?: Channelable; resource: string; error?: string } {
  const { namespace = '' } = metadata;
  const ref = spec?.channel;
  const resource = resourceOf(ref?.apiVersion ?? '', ref?.kind ?? '');
  const channel = view.get<Channelable>(resource, namespace, ref?.name ?? '');
  if (!channel) return { resource, error: `${resource} "${ref?.name}" not found` };
  if (resource !== eventingResources.channels) return { channel, resource };
  const backing = (channel as unknown as Channel).status?.channel;
  if (!backing) return { resource, error: `channel "${ref?.name}" has no backing channel yet` };
  const behind = resourceOf(backing.apiVersion ?? '', backing.kind);
  const found = view.get<Channelable>(behind, namespace, backing.name);
  return found
    ? { channel: found, resource: behind }
    : { resource: behind, error: `${behind} "${backing.name}" not found` };
}

function resolve(
  { spec, metadata }: Subscription,
  channel: Channelable,
  conditions: Conditions,
  view: View,
): Physical | undefined {
  const { namespace = '' } = metadata;
  const physical: Physical = {};
  const resolveOne = (
    what: string,
    reason: string,
    destination: Destination | undefined,
  ): string | undefined | null => {
    if (!destination || (!destination.ref && !destination.uri)) return undefined;
    const { uri, error } = tryResolve(destination, namespace, view);
    if (error === undefined) return uri;
    conditions.markFalse('ReferencesResolved', reason, `Failed to resolve spec.${what}: ${error}`);
    return null;
  };
  const subscriber = resolveOne('subscriber', 'SubscriberResolveFailed', spec?.subscriber);
  if (subscriber === null) return undefined;
  if (subscriber) physical.subscriberUri = subscriber;
  const reply = resolveOne('reply', 'ReplyResolveFailed', spec?.reply);
  if (reply === null) return undefined;
  if (reply) physical.replyUri = reply;
  const own = spec?.delivery?.deadLetterSink;
  if (own) {
    const sink = resolveOne('delivery.deadLetterSink', 'DeadLetterSinkResolveFailed', own);
    if (sink === null) return undefined;
    if (sink) physical.deadLetterSinkUri = sink;
  } else if (channel.spec?.delivery?.deadLetterSink) {
    const sink = channel.status?.deadLetterSinkUri;
    if (!sink) {
      const message = `channel ${channel.metadata.name} didn't set status.deadLetterSinkURI`;
      conditions.markFalse('ReferencesResolved', 'DeadLetterSinkResolveFailed', message);
      return undefined;
    }
    physical.deadLetterSinkUri = sink;
  }
  return physical;
}

function subscriberOf({ metadata, spec }: Subscription, physical: Physical): Subscriber {
  const { deadLetterSinkUri, subscriberUri, replyUri } = physical;
  const { deadLetterSink: _, ...rest } = spec?.delivery ?? {};
  // A dead letter sink goes to the channel resolved.
  const delivery: DeliverySpec = {
    ...rest,
    ...(deadLetterSinkUri ? { deadLetterSink: { uri: deadLetterSinkUri } } : {}),
  };
  return {
    ...(Object.keys(delivery).length > 0 ? { delivery } : {}),
    generation: metadata.generation ?? 1,
    name: metadata.name,
    ...(replyUri ? { replyUri } : {}),
    ...(subscriberUri ? { subscriberUri } : {}),
    uid: metadata.uid,
  };
}

function withSubscriber(standing: readonly Subscriber[], subscriber: Subscriber): Subscriber[] {
  const isThere = standing.some(({ uid }) => uid === subscriber.uid);
  return isThere ? standing.map((one) => (one.uid === subscriber.uid ? subscriber : one)) : [...standing, subscriber];
}

function markChannel(conditions: Conditions, { metadata }: Subscription, channel: Channelable): void {
  const state = channel.status?.subscribers?.find(
    ({ uid, observedGeneration }) => uid === metadata.uid && observedGeneration === metadata.generation,
  );
  const reason = 'SubscriptionNotMarkedReadyByChannel';
  if (!state) {
    const why = `subscription "${metadata.name}" not present in channel "${channel.metadata.name}" subscriber's list`;
    conditions.markUnknown('ChannelReady', reason, `Failed to get subscription status: ${why}`);
  } else if (state.ready === 'True') conditions.markTrue('ChannelReady');
  else if (state.ready === 'False') {
    conditions.markFalse('ChannelReady', reason, 'Subscription marked by Channel as False');
  } else conditions.markUnknown('ChannelReady', reason, 'Subscription marked by Channel as Unknown');
}

function finalize(subscription: Subscription, channel: Channelable | undefined): Outcome {
  const isAdded = conditionOf(subscription, 'AddedToChannel')?.status === 'True';
  const metadata = withoutFinalizer(subscription, finalizer);
  if (!channel || !isAdded) return { metadata };
  const subscribers = (channel.spec?.subscribers ?? []).filter(({ uid }) => uid !== subscription.metadata.uid);
  const resource = resourceOf(channel.apiVersion, channel.kind);
  return { metadata, patches: [{ resource, key: keyOf(channel), patch: { spec: { subscribers } } }] };
}
