/** Parallel: one channel for all, from which each branch's filter leads to the branch's own channel and on to its subscriber. */
import type { Controller } from '../../kernel/controller.ts';
import { eventingResources } from '../eventing.ts';
import {
  channelPart,
  channelStatusOf,
  destinationOf,
  flowChildren,
  judgeFlow,
  refTo,
  subscriptionPart,
  subscriptionStatusOf,
} from '../flow.ts';
import type { Parallel } from './types.ts';

export const parallelController: Controller<Parallel> = {
  name: 'parallel',
  resource: eventingResources.parallels,
  owns: [eventingResources.inMemoryChannels, eventingResources.subscriptions],

  reconcile(parallel, view, now) {
    const { namespace = '', name, deletionTimestamp } = parallel.metadata;
    const { channelTemplate: template, branches = [], reply } = parallel.spec ?? {};
    if (deletionTimestamp || !template) return {};
    const channelOf = (channel: string) => channelPart(view, namespace, channel, template);
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

    const { url, conditions } = judgeFlow(parallel, now, 'False', { channels, subscriptions });
    return {
      children: flowChildren(channels, subscriptions),
      status: {
        ...(url ? { address: { name: 'http', url } } : {}),
        ingressChannelStatus: channelStatusOf(ingress),
        branchStatuses: parts.map(({ channel, filter, subscription }) => ({
          filterChannelStatus: channelStatusOf(channel),
          filterSubscriptionStatus: subscriptionStatusOf(filter),
          subscriberSubscriptionStatus: subscriptionStatusOf(subscription),
        })),
        conditions,
      },
    };
  },
};
