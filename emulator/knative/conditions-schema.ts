/** Schema parts that all kinds with a Knative status share. */
import { type Fields, int64, list, object, required, string, stringMap, type Type } from './struct/type.ts';

export const conditions: Type = list(
  'What holds of the object now, sorted by type.',
  object('apis.Condition', 'One aspect.', {
    lastTransitionTime: string('When the status changed last.'),
    message: string('Why, for people.'),
    reason: string('Why, in one word.'),
    severity: string('Empty where the aspect decides over Ready; Info or Warning where it does not.'),
    status: required(string('True, False or Unknown.')),
    type: required(string('Which aspect.')),
  }),
);

/** duck/v1 Status. */
export const statusFields: Fields = {
  observedGeneration: int64('Generation of the spec that this status is about.'),
  conditions,
  annotations: stringMap('More that a controller says.'),
};

export function status(fields: Fields = {}): Type {
  return object('v1.Status', 'What is; written by the platform only.', { ...statusFields, ...fields });
}

export const addressable: Type = object('v1.Addressable', 'Where it can be reached from inside.', {
  name: string('Name of this address.'),
  url: string('The URL.'),
  CACerts: string('Certificates (PEM) to trust for it.'),
  audience: string('OIDC audience of the address.'),
});

/** `.status.conditions[?(@.type=='Ready')].…` */
export const readyColumns = [
  { name: 'Ready', type: 'string', value: ".status.conditions[?(@.type=='Ready')].status" },
  { name: 'Reason', type: 'string', value: ".status.conditions[?(@.type=='Ready')].reason" },
] as const;

export const ageColumn = { name: 'Age', type: 'date', value: '.metadata.creationTimestamp' } as const;
