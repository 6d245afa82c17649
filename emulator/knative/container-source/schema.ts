/** Schema of ContainerSource. */
import { eventingStatus, sourceFields, sourceStatusFields } from '../duck-schema.ts';
import { object, open, type Type } from '../struct/type.ts';

export const containerSourceSpec: Type = object('v1.ContainerSourceSpec', 'A container that sends events.', {
  ...sourceFields,
  template: { ...open('The pod: metadata and spec. It finds the sink in K_SINK.'), pointer: false, always: true },
});

export const containerSourceStatus: Type = eventingStatus(sourceStatusFields);
