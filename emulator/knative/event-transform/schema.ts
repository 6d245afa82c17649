/** Schema of EventTransform. */
import { addressFields, auth, destination, eventingStatus, policies } from '../duck-schema.ts';
import { bool, object, open, pointer, string, type Type } from '../struct/type.ts';

const jsonata = (description: string) =>
  pointer(object('v1alpha1.JsonataEventTransformationSpec', description, { expression: string('The expression.') }));

export const eventTransformSpec: Type = object('v1alpha1.EventTransformSpec', 'Makes other events of events.', {
  sink: pointer(destination('Where they go; back to the sender when left out.')),
  jsonata: jsonata('A JSONata expression over the event.'),
  reply: pointer(
    object('v1alpha1.ReplySpec', 'What becomes of the answer of the sink.', {
      jsonata: jsonata('A JSONata expression over the answer.'),
      discard: pointer(bool('True: it is dropped.')),
    }),
  ),
});

export const eventTransformStatus: Type = eventingStatus({
  ...addressFields,
  auth,
  policies,
  jsonata: open('State of what transforms.'),
  sinkUri: pointer(string('Address of the sink.')),
  sinkCACerts: pointer(string('Its certificates.')),
  sinkAudience: pointer(string('Its audience.')),
});
