/** Schema of Parallel. */
import {
  addressFields,
  auth,
  channelTemplate,
  delivery,
  destination,
  eventingStatus,
  policies,
} from '../duck-schema.ts';
import { channelState, subscriptionState } from '../sequence/schema.ts';
import { list, object, pointer, type Type } from '../struct/type.ts';

const kept = { 'x-kubernetes-preserve-unknown-fields': true } as const;

export const parallelSpec: Type = object('v1.ParallelSpec', 'Branches that each event takes side by side.', {
  branches: list(
    'The branches.',
    object(
      'v1.ParallelBranch',
      'One branch.',
      {
        filter: pointer(destination('What it answers with goes on; nothing stops the event.')),
        subscriber: destination('Who gets the event.'),
        reply: pointer(destination('Where the answer goes; that of the whole when left out.')),
        delivery,
      },
      kept,
    ),
  ),
  channelTemplate,
  reply: pointer(destination('Where answers go.')),
});

export const parallelStatus: Type = eventingStatus({
  ...addressFields,
  auth,
  policies,
  ingressChannelStatus: channelState,
  branchStatuses: list(
    'State by branch.',
    object('v1.ParallelBranchStatus', 'One branch.', {
      filterSubscriptionStatus: subscriptionState,
      filterChannelStatus: channelState,
      subscriberSubscriptionStatus: subscriptionState,
    }),
  ),
});
