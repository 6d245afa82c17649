/** Schema of Sequence. */
import { conditions } from '../conditions-schema.ts';
import {
  addressFields,
  auth,
  channelTemplate,
  delivery,
  destination,
  eventingStatus,
  policies,
} from '../duck-schema.ts';
import { objectReference } from '../pod-autoscaler/schema.ts';
import { list, object, pointer, type Type } from '../struct/type.ts';

export const sequenceSpec: Type = object('v1.SequenceSpec', 'Steps that each event passes, one after another.', {
  steps: list(
    'The steps; what one answers goes to the next.',
    object('v1.SequenceStep', 'One step.', { '...Destination': destination(''), delivery }),
  ),
  channelTemplate,
  reply: pointer(destination('Where the answer of the last step goes.')),
});

const ready: Type = conditions.go.kind === 'list' ? conditions.go.of : conditions;

/** State of one child of a flow. */
export const subscriptionState: Type = object('v1.SubscriptionStatus', 'One subscription.', {
  subscription: objectReference('The subscription.'),
  ready,
});

export const channelState: Type = object('v1.ChannelStatus', 'One channel.', {
  channel: objectReference('The channel.'),
  ready,
});

export const sequenceStatus: Type = eventingStatus({
  ...addressFields,
  auth,
  policies,
  subscriptionStatuses: list('Subscriptions that it made.', subscriptionState),
  channelStatuses: list('Channels that it made.', channelState),
});
