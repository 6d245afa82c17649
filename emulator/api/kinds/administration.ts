/** Kinds of administration: RBAC, leases, CRDs, webhooks, storage classes. RBAC is enforced for service accounts (`../authorize.ts`). */
import { at } from '../../kernel/json.ts';
import type { PrinterColumn, ResourceDefinition } from '../../kernel/resource.ts';
import { ageColumn, anything, createdAt, int32, kind, list, listBy, object, text, texts, time } from './build.ts';
import { crds } from './crds.ts';

const rbac = 'rbac.authorization.k8s.io';
const rules = list(
  object({ apiGroups: texts, resources: texts, resourceNames: texts, verbs: texts, nonResourceURLs: texts }),
);
const subjects = list(object({ kind: text, apiGroup: text, name: text, namespace: text }, ['kind', 'name']));
const roleRef = object({ apiGroup: text, kind: text, name: text }, ['kind', 'name']);
const roleColumn = {
  name: 'Role',
  type: 'string',
  value: (o: object) => `${at(o, 'roleRef', 'kind')}/${at(o, 'roleRef', 'name')}`,
} as const;

const leases = kind({
  group: 'coordination.k8s.io',
  kind: 'Lease',
  plural: 'leases',
  schema: object({
    spec: object({
      holderIdentity: text,
      leaseDurationSeconds: int32,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: int32,
      strategy: text,
      preferredHolder: text,
    }),
  }),
  columns: [{ name: 'Holder', type: 'string', value: '.spec.holderIdentity' }, ageColumn],
});

const apiServices = kind({
  group: 'apiregistration.k8s.io',
  kind: 'APIService',
  plural: 'apiservices',
  categories: ['api-extensions'],
  namespaced: false,
  subresources: { status: true },
  schema: object({ spec: anything, status: anything }),
});

const webhooks = (name: string, plural: string): ResourceDefinition =>
  kind({
    group: 'admissionregistration.k8s.io',
    kind: name,
    plural,
    categories: ['api-extensions'],
    namespaced: false,
    generation: true,
    schema: object({ webhooks: listBy(anything, 'name') }),
    columns: [
      { name: 'Webhooks', type: 'integer', value: (o) => ((at(o, 'webhooks') ?? []) as unknown[]).length },
      ageColumn,
    ],
  });

const clusterWide = (
  group: string,
  name: string,
  plural: string,
  shortNames: string[] = [],
  columns: PrinterColumn[] = [ageColumn],
): ResourceDefinition =>
  kind({
    group,
    kind: name,
    plural,
    shortNames,
    namespaced: false,
    schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    columns,
  });

export const administrationKinds: ResourceDefinition[] = [
  kind({ group: rbac, kind: 'Role', plural: 'roles', schema: object({ rules }), columns: [createdAt] }),
  kind({
    group: rbac,
    kind: 'RoleBinding',
    plural: 'rolebindings',
    schema: object({ subjects, roleRef }, ['roleRef']),
    columns: [roleColumn, ageColumn],
  }),
  kind({
    group: rbac,
    kind: 'ClusterRole',
    plural: 'clusterroles',
    namespaced: false,
    schema: object({ rules, aggregationRule: anything }),
    columns: [createdAt],
  }),
  kind({
    group: rbac,
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    namespaced: false,
    schema: object({ subjects, roleRef }, ['roleRef']),
    columns: [roleColumn, ageColumn],
  }),
  leases,
  crds,
  apiServices,
  webhooks('ValidatingWebhookConfiguration', 'validatingwebhookconfigurations'),
  webhooks('MutatingWebhookConfiguration', 'mutatingwebhookconfigurations'),
  clusterWide(
    'storage.k8s.io',
    'StorageClass',
    'storageclasses',
    ['sc'],
    [
      { name: 'Provisioner', type: 'string', value: '.provisioner' },
      { name: 'ReclaimPolicy', type: 'string', value: (o) => String(at(o, 'reclaimPolicy') ?? 'Delete') },
      { name: 'VolumeBindingMode', type: 'string', value: (o) => String(at(o, 'volumeBindingMode') ?? 'Immediate') },
      { name: 'AllowVolumeExpansion', type: 'string', value: (o) => String(at(o, 'allowVolumeExpansion') ?? false) },
      ageColumn,
    ],
  ),
  clusterWide(
    'scheduling.k8s.io',
    'PriorityClass',
    'priorityclasses',
    ['pc'],
    [
      { name: 'Value', type: 'integer', value: (o) => Number(at(o, 'value') ?? 0) },
      { name: 'Global-Default', type: 'boolean', value: (o) => String(at(o, 'globalDefault') ?? false) },
      ageColumn,
      {
        name: 'PreemptionPolicy',
        type: 'string',
        value: (o) => String(at(o, 'preemptionPolicy') ?? 'PreemptLowerPriority'),
      },
    ],
  ),
  clusterWide('node.k8s.io', 'RuntimeClass', 'runtimeclasses'),
];
