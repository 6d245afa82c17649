/** Schema of Broker. */
import {
  addressFields,
  deadLetterStatusFields,
  delivery,
  eventingStatus,
  optionalReference,
  policies,
} from '../duck-schema.ts';
import { object, type Type } from '../struct/type.ts';

export const brokerSpec: Type = object('v1.BrokerSpec', 'How the broker keeps and delivers events.', {
  config: optionalReference('Settings of its class, as a ConfigMap.'),
  delivery,
});

export const brokerStatus: Type = eventingStatus({ ...addressFields, ...deadLetterStatusFields, policies });
