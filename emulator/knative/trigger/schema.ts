/** Schema of Trigger. */
import {
  auth,
  deadLetterStatusFields,
  delivery,
  destination,
  eventingStatus,
  optionalReference,
  subscriptionsFilter,
} from '../duck-schema.ts';
import { list, map, object, pointer, string, type Type } from '../struct/type.ts';

export const triggerSpec: Type = object(
  'v1.TriggerSpec',
  'Which events of a broker go where.',
  {
    broker: string('Name of the broker.'),
    brokerRef: optionalReference(
      'The broker, where it is in another namespace. Needs feature cross-namespace-event-links.',
    ),
    filter: pointer(
      object('v1.TriggerFilter', 'Attributes that an event must have. All events when left out.', {
        attributes: map('Attribute and value; an empty value is any.', string(''), {
          'x-kubernetes-preserve-unknown-fields': true,
        }),
      }),
    ),
    filters: list('Filters in other dialects; all must hold. They win over filter.', subscriptionsFilter),
    subscriber: destination('Who gets the events.'),
    delivery,
  },
  { 'x-kubernetes-preserve-unknown-fields': true },
);

export const triggerStatus: Type = eventingStatus({
  auth,
  ...deadLetterStatusFields,
  subscriberUri: pointer(string('Address of the subscriber.')),
  subscriberCACerts: pointer(string('Its certificates.')),
  subscriberAudience: pointer(string('Its audience.')),
});
