/** Schema of RequestReply. */

import { reference } from '../domain-mapping/schema.ts';
import { addressFields, delivery, eventingStatus, policies } from '../duck-schema.ts';
import { int32, object, pointer, string, type Type } from '../struct/type.ts';

export const requestReplySpec: Type = object('v1alpha1.RequestReplySpec', 'Waits for the answer to an event.', {
  brokerRef: reference('The broker that carries both.'),
  correlationAttribute: string('Attribute of the event that its answer is recognised by.'),
  replyAttribute: string('Attribute of the answer that says which event it answers.'),
  timeout: pointer(string('How long to wait, as PT30S.')),
  delivery,
});

export const requestReplyStatus: Type = eventingStatus({
  ...addressFields,
  policies,
  desiredReplicas: int32('Instances that there should be.'),
  readyReplicas: int32('Instances that are ready.'),
});
