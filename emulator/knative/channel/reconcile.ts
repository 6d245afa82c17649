/** Channel: a channel of the kind that its template names, whose state it shows as its own. */
import type { Controller } from '../../kernel/controller.ts';
import { beginConditions, conditionOf, livingConditions } from '../conditions.ts';
import { resourceOf } from '../destination.ts';
import { copyReady, eventingResources, markNoDeadLetterSink, markNoPolicies } from '../eventing.ts';
import { backingChannel } from './resources.ts';
import type { Channel, ChannelableStatus } from './types.ts';

const conditionSet = livingConditions(
  'BackingChannelReady',
  'Addressable',
  'DeadLetterSinkResolved',
  'EventPoliciesReady',
);

export const channelController: Controller<Channel> = {
  name: 'channel',
  resource: eventingResources.channels,
  owns: [eventingResources.inMemoryChannels],

  reconcile(channel, view, now) {
    const { namespace = '', name, deletionTimestamp } = channel.metadata;
    const template = channel.spec?.channelTemplate;
    if (deletionTimestamp || !template) return {};
    const conditions = beginConditions(conditionSet, channel, now);
    const resource = resourceOf(template.apiVersion, template.kind);
    const backing = view.get(resource, namespace, name);
    const shown = (backing?.status ?? {}) as ChannelableStatus;
    copyReady(conditions, 'BackingChannelReady', backing && conditionOf(backing, 'Ready'), {
      reason: 'BackingChannelNotConfigured',
      message: 'BackingChannel has not yet been reconciled.',
    });
    const { address, subscribers, deadLetterSinkUri } = shown;
    if (address?.url) conditions.markTrue('Addressable');
    else conditions.markFalse('Addressable', 'EmptyHostname', 'hostname is the empty string');
    if (deadLetterSinkUri) conditions.markTrue('DeadLetterSinkResolved');
    else if (channel.spec?.delivery?.deadLetterSink) {
      conditions.copy('DeadLetterSinkResolved', backing && conditionOf(backing, 'DeadLetterSinkResolved'));
    } else markNoDeadLetterSink(conditions);
    markNoPolicies(conditions);
    return {
      children: [{ resource, object: backingChannel(channel, template, backing) }],
      status: {
        ...(address ? { address } : {}),
        ...(subscribers ? { subscribers } : {}),
        ...(deadLetterSinkUri ? { deadLetterSinkUri } : {}),
        channel: { apiVersion: template.apiVersion, kind: template.kind, name, namespace },
        conditions: conditions.list(),
      },
    };
  },
};
