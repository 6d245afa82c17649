/** Schema of Channel. */
import {
  addressFields,
  channelTemplate,
  deadLetterStatusFields,
  delivery,
  eventingStatus,
  optionalReference,
  policies,
  subscribersFields,
  subscribersStatusFields,
} from '../duck-schema.ts';
import { object, type Type } from '../struct/type.ts';

export const channelSpec: Type = object('v1.ChannelSpec', 'Which channel stands behind it.', {
  channelTemplate,
  ...subscribersFields,
  delivery,
});

export const channelStatus: Type = eventingStatus({
  ...addressFields,
  ...subscribersStatusFields,
  ...deadLetterStatusFields,
  deadLetterChannel: optionalReference('Channel for events that could not be delivered.'),
  channel: optionalReference('The channel behind it.'),
  policies,
});
