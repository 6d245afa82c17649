/** Sequence: a channel before each step, and a Subscription that leads from it through the step to the next channel. */
import type { Controller } from '../../kernel/controller.ts';
import { physicalChannel } from '../channel/resources.ts';
import { beginConditions, livingConditions } from '../conditions.ts';
import { addressOf, eventingResources, markNoPolicies } from '../eventing.ts';
import {
  allReady,
  channelPart,
  channelStatusOf,
  destinationOf,
  refTo,
  subscriptionPart,
  subscriptionStatusOf,
} from '../flow.ts';
import type { Sequence } from './types.ts';

const conditionSet = livingConditions('ChannelsReady', 'SubscriptionsReady', 'Addressable', 'EventPoliciesReady');

export const sequenceController: Controller<Sequence> = {
  name: 'sequence',
  resource: eventingResources.sequences,
  owns: [eventingResources.inMemoryChannels, eventingResources.subscriptions],

  reconcile(sequence, view, now) {
    const { namespace = '', name, deletionTimestamp } = sequence.metadata;
    const { channelTemplate: template, steps = [], reply } = sequence.spec ?? {};
    if (deletionTimestamp || !template) return {};
    const nameOf = (step: number) => `${name}-kn-sequence-${step}`;
    const channels = steps.map((_, step) =>
      channelPart(view, namespace, nameOf(step), template, (standing) =>
        physicalChannel(template, { name: nameOf(step), namespace }, standing),
      ),
    );
    const subscriptions = steps.map(({ delivery, ...destination }, step) => {
      const isLast = step === steps.length - 1;
      const onward = isLast ? reply : { ref: refTo(template, nameOf(step + 1), namespace) };
      return subscriptionPart(view, namespace, nameOf(step), {
        channel: refTo(template, nameOf(step)),
        subscriber: destinationOf(destination),
        ...(onward ? { reply: destinationOf(onward) } : {}),
        ...(delivery ? { delivery } : {}),
      });
    });

    const conditions = beginConditions(conditionSet, sequence, now);
    if (allReady(channels)) conditions.markTrue('ChannelsReady');
    else conditions.markUnknown('ChannelsReady', 'ChannelsNotReady', 'Channels are not ready yet, or there are none');
    const url = addressOf(channels[0]?.standing);
    if (url) conditions.markTrue('Addressable');
    else conditions.markUnknown('Addressable', 'emptyAddress', 'addressable is nil');
    if (allReady(subscriptions)) conditions.markTrue('SubscriptionsReady');
    else {
      const why = 'Subscriptions are not ready yet, or there are none';
      conditions.markUnknown('SubscriptionsReady', 'SubscriptionsNotReady', why);
    }
    markNoPolicies(conditions);
    return {
      children: [...channels, ...subscriptions].map(({ resource, object }) => ({ resource, object })),
      status: {
        address: url ? { url } : {},
        channelStatuses: channels.map(channelStatusOf),
        subscriptionStatuses: subscriptions.map(subscriptionStatusOf),
        conditions: conditions.list(),
      },
    };
  },
};
