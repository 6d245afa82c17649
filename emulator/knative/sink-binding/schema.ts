/** Schema of SinkBinding. */
import { eventingStatus, labelSelector, sourceFields, sourceStatusFields } from '../duck-schema.ts';
import { object, pointer, string, type Type } from '../struct/type.ts';

export const sinkBindingSpec: Type = object('v1.SinkBindingSpec', 'Tells workloads where to send events.', {
  ...sourceFields,
  subject: object('tracker.Reference', 'The workloads; they find the sink in K_SINK.', {
    apiVersion: string('API group and version.'),
    kind: string('Kind.'),
    namespace: string('Namespace; its own when left out.'),
    name: string('Name; or a selector.'),
    selector: labelSelector,
  }),
});

export const sinkBindingStatus: Type = eventingStatus({
  ...sourceStatusFields,
  oidcTokenSecretName: pointer(string('Secret with the token.')),
});
