/** Schema of EventPolicy. */
import { eventingStatus, labelSelector, optionalReference, subscriptionsFilter } from '../duck-schema.ts';
import { list, object, pointer, string, strings, type Type } from '../struct/type.ts';

const selectorFields = labelSelector.schema.properties ?? {};

const selector: Type = {
  schema: {
    type: 'object',
    description: 'Objects of a kind by their labels.',
    properties: {
      apiVersion: { type: 'string', description: 'API group and version.' },
      kind: { type: 'string', description: 'Kind.' },
      ...selectorFields,
    },
  },
  go: { kind: 'raw' },
};

export const eventPolicySpec: Type = object('v1alpha1.EventPolicySpec', 'Who may send events where.', {
  to: list(
    'Where; everything in the namespace when left out.',
    object('v1alpha1.EventPolicySpecTo', 'One of them.', {
      ref: optionalReference('By name.'),
      selector,
    }),
  ),
  from: list(
    'Who.',
    object('v1alpha1.EventPolicySpecFrom', 'One of them.', {
      ref: optionalReference('A source.'),
      sub: pointer(string('An OIDC subject; a trailing * stands for anything.')),
    }),
  ),
  filters: list('Which events.', subscriptionsFilter),
});

export const eventPolicyStatus: Type = eventingStatus({ from: strings('Subjects, resolved.') });
