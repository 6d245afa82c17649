/** Schema of ApiServerSource. */
import {
  eventingStatus,
  labelSelector,
  sourceFields,
  sourceStatusFields,
  subscriptionsFilter,
} from '../duck-schema.ts';
import { list, object, pointer, required, string, strings, type Type } from '../struct/type.ts';

export const apiServerSourceSpec: Type = object(
  'v1.ApiServerSourceSpec',
  'Changes of Kubernetes objects as events.',
  {
    ...sourceFields,
    resources: required(
      list(
        'Which objects.',
        object('v1.APIVersionKindSelector', 'One kind.', {
          apiVersion: string('API group and version.'),
          kind: string('Kind.'),
          selector: labelSelector,
        }),
      ),
    ),
    owner: pointer(
      object('v1.APIVersionKind', 'Only objects owned by this kind.', {
        apiVersion: string('API group and version.'),
        kind: string('Kind.'),
      }),
    ),
    mode: string('Reference: who changed. Resource: the whole object.'),
    serviceAccountName: string('Service account that watches; default when left out.'),
    namespaceSelector: labelSelector,
    filters: list('Filters. Needs feature new-apiserversource-filters.', subscriptionsFilter),
  },
  { 'x-kubernetes-preserve-unknown-fields': true },
);

export const apiServerSourceStatus: Type = eventingStatus({
  ...sourceStatusFields,
  namespaces: strings('Namespaces that are watched.'),
});
