/** Parallel: one channel for all, from which each branch's filter leads to the branch's own channel and on to its subscriber. */
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
import type { Parallel } from './types.ts';

const conditionSet = livingConditions('ChannelsReady', 'SubscriptionsReady', 'Addressable', 'EventPoliciesReady');

export const parallelController: Controller<Parallel> = {
  name: 'parallel',
  resource: eventingResources.parallels,
  owns: [eventingResources.inMemoryChannels, eventingResources.subscriptions],

  reconcile(parallel, view, now) {
    const { namespace = '', name, deletionTimestamp } = parallel.metadata;
    const { channelTemplate: template, branches = [], reply } = parallel.spec ?? {};
    if (deletionTimestamp || !template) return {};
    const channelOf = (channel: string) =>
      channelPart(view, namespace, channel, template, (standing) =>
        physicalChannel(template, { name: channel, namespace }, standing),
      );
    const all = `${name}-kn-parallel`;
    const ingress = channelOf(all);
    const parts = branches.map((branch, index) => {
      const own = `${all}-${index}`;
      const toOwn = { ref: refTo(template, own, namespace) };
      const onward = branch.reply ?? reply;
      return {
        channel: channelOf(own),
        // Without a filter everything goes on to the branch.
        filter: subscriptionPart(view, namespace, `${all}-filter-${index}`, {
          channel: refTo(template, all),
          ...(branch.filter ? { subscriber: destinationOf(branch.filter), reply: toOwn } : { subscriber: toOwn }),
        }),
        subscription: subscriptionPart(view, namespace, own, {
          channel: refTo(template, own),
          subscriber: destinationOf(branch.subscriber),
          ...(onward ? { reply: destinationOf(onward) } : {}),
          ...(branch.delivery ? { delivery: branch.delivery } : {}),
        }),
      };
    });
    const channels = [ingress, ...parts.map(({ channel }) => channel)];
    const subscriptions = parts.flatMap(({ filter, subscription }) => [filter, subscription]);

    const conditions = beginConditions(conditionSet, parallel, now);
    if (allReady(channels)) conditions.markTrue('ChannelsReady');
    else conditions.markFalse('ChannelsReady', 'ChannelsNotReady', 'Channels are not ready yet, or there are none');
    const url = addressOf(ingress.standing);
    if (url) conditions.markTrue('Addressable');
    else conditions.markFalse('Addressable', 'emptyAddress', 'addressable is nil');
    if (allReady(subscriptions)) conditions.markTrue('SubscriptionsReady');
    else {
      const why = 'Subscriptions are not ready yet, or there are none';
      conditions.markFalse('SubscriptionsReady', 'SubscriptionsNotReady', why);
    }
    markNoPolicies(conditions);
    return {
      children: [...channels, ...subscriptions].map(({ resource, object }) => ({ resource, object })),
      status: {
        ...(url ? { address: { name: 'http', url } } : {}),
        ingressChannelStatus: channelStatusOf(ingress),
        branchStatuses: parts.map(({ channel, filter, subscription }) => ({
          filterChannelStatus: channelStatusOf(channel),
          filterSubscriptionStatus: subscriptionStatusOf(filter),
          subscriberSubscriptionStatus: subscriptionStatusOf(subscription),
        })),
        conditions: conditions.list(),
      },
    };
  },
};
