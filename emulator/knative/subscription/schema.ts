/** Schema of Subscription. */

import { reference } from '../domain-mapping/schema.ts';
import { auth, deadLetterStatusFields, delivery, destination, eventingStatus } from '../duck-schema.ts';
import { object, pointer, string, type Type } from '../struct/type.ts';

const kept = { 'x-kubernetes-preserve-unknown-fields': true } as const;

const channel = reference('The channel whose events it gets.');

export const subscriptionSpec: Type = object('v1.SubscriptionSpec', 'Who gets the events of a channel.', {
  channel: { ...channel, schema: { ...channel.schema, ...kept } },
  subscriber: pointer(destination('Who gets them.')),
  reply: pointer(destination('Where its replies go.')),
  delivery,
});

export const subscriptionStatus: Type = eventingStatus({
  auth,
  physicalSubscription: object('v1.SubscriptionStatusPhysicalSubscription', 'Addresses, resolved.', {
    subscriberUri: pointer(string('Address of the subscriber.')),
    subscriberCACerts: pointer(string('Its certificates.')),
    subscriberAudience: pointer(string('Its audience.')),
    replyUri: pointer(string('Where its replies go.')),
    replyCACerts: pointer(string('Certificates of that.')),
    replyAudience: pointer(string('Audience of that.')),
    ...deadLetterStatusFields,
  }),
});
