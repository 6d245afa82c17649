/** Schema of InMemoryChannel. */
import {
  addressFields,
  deadLetterStatusFields,
  delivery,
  eventingStatus,
  optionalReference,
  policies,
  subscribersFields,
  subscribersStatusFields,
} from '../duck-schema.ts';
import { object, type Type } from '../struct/type.ts';

export const inMemoryChannelSpec: Type = object('v1.InMemoryChannelSpec', 'Who gets the events.', {
  ...subscribersFields,
  delivery,
});

export const inMemoryChannelStatus: Type = eventingStatus({
  ...addressFields,
  ...subscribersStatusFields,
  ...deadLetterStatusFields,
  deadLetterChannel: optionalReference('Channel for events that could not be delivered.'),
  policies,
});
