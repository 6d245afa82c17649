/** InMemoryChannel: its address, who gets its events, and the Service of its name. What is delivered is emulator/eventing's. */
import type { Controller } from '../../kernel/controller.ts';
import { beginConditions, livingConditions } from '../conditions.ts';
import {
  addressables,
  channelHost,
  eventingResources,
  markNoPolicies,
  referenceIndex,
  refsOf,
  resolveDeadLetterSink,
  watchReferences,
} from '../eventing.ts';
import { channelService } from './resources.ts';
import type { InMemoryChannel } from './types.ts';

const conditionSet = livingConditions(
  'ServiceReady',
  'EndpointsReady',
  'Addressable',
  'ChannelServiceReady',
  'DeadLetterSinkResolved',
  'EventPoliciesReady',
);
const sinks = referenceIndex<InMemoryChannel>(eventingResources.inMemoryChannels, ({ spec }) =>
  refsOf(spec?.delivery?.deadLetterSink),
);

export const inMemoryChannelController: Controller<InMemoryChannel> = {
  name: 'inmemorychannel',
  resource: eventingResources.inMemoryChannels,
  owns: ['services'],
  watches: watchReferences(sinks, addressables),

  reconcile(channel, view, now) {
    const { namespace = '', name, deletionTimestamp } = channel.metadata;
    if (deletionTimestamp) return {};
    const conditions = beginConditions(conditionSet, channel, now);
    // The dispatcher is a part of the platform: where this is reconciled, it runs.
    for (const type of ['DispatcherReady', 'ServiceReady', 'EndpointsReady', 'ChannelServiceReady', 'Addressable'])
      conditions.markTrue(type);
    const deadLetter = resolveDeadLetterSink(conditions, channel.spec?.delivery, namespace, view);
    markNoPolicies(conditions);
    const { deadLetterSinkUri: _, ...before } = channel.status ?? {};
    const subscribers = (channel.spec?.subscribers ?? []).map(({ uid, generation }) => ({
      uid,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      ready: 'True' as const,
    }));
    return {
      children: [{ resource: 'services', object: channelService(channel) }],
      status: {
        ...before,
        ...deadLetter,
        address: { name: 'http', url: `http://${channelHost(namespace, name)}` },
        conditions: conditions.list(),
        ...(subscribers.length > 0 ? { subscribers } : { subscribers: undefined }),
      },
    };
  },
};
