/** Sequence: a channel before each step, and a Subscription that leads from it through the step to the next channel. */
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
import type { Sequence } from './types.ts';

export const sequenceController: Controller<Sequence> = {
  name: 'sequence',
  resource: eventingResources.sequences,
  owns: [eventingResources.inMemoryChannels, eventingResources.subscriptions],

  reconcile(sequence, view, now) {
    const { namespace = '', name, deletionTimestamp } = sequence.metadata;
    const { channelTemplate: template, steps = [], reply } = sequence.spec ?? {};
    if (deletionTimestamp || !template) return {};
    const nameOf = (step: number) => `${name}-kn-sequence-${step}`;
    const channels = steps.map((_, step) => channelPart(view, namespace, nameOf(step), template));
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

    const { url, conditions } = judgeFlow(sequence, now, 'Unknown', { channels, subscriptions });
    return {
      children: flowChildren(channels, subscriptions),
      status: {
        address: url ? { url } : {},
        channelStatuses: channels.map(channelStatusOf),
        subscriptionStatuses: subscriptions.map(subscriptionStatusOf),
        conditions,
      },
    };
  },
};
