/** Schema of EventType: v1beta3 has attributes, the older versions fields. */
import { eventingStatus, optionalReference } from '../duck-schema.ts';
import { bool, list, object, pointer, required, string, type Type } from '../struct/type.ts';

const reference = optionalReference('Who takes events of this type.');
const description = string('What it is.');

export const eventTypeSpec: Type = object('v1beta2.EventTypeSpec', 'A type of events that can be had.', {
  type: string('Type of the event.'),
  source: pointer(string('Its source.')),
  schema: pointer(string('URL of its schema.')),
  schemaData: string('Its schema itself.'),
  broker: string('Broker it can be had from; use reference.'),
  reference,
  description,
});

export const eventTypeSpecV1Beta3: Type = object('v1beta3.EventTypeSpec', 'A type of events that can be had.', {
  reference,
  description,
  attributes: list(
    'Its attributes.',
    object('v1beta3.EventAttributeDefinition', 'One attribute.', {
      name: required(string('Name.')),
      required: bool('True: each event has it.'),
      value: string('Value; {name} stands for what varies.'),
    }),
  ),
});

export const eventTypeStatus: Type = eventingStatus();
