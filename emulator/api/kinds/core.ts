/** core/v1, but pods and services. */
import { at, isObject, sameJson } from '../../kernel/json.ts';
import type { KubeObject } from '../../kernel/object.ts';
import type { ResourceDefinition } from '../../kernel/resource.ts';
import { type FieldError, forbidden, invalid } from '../../kernel/schema/field-errors.ts';
import {
  ageColumn,
  anything,
  conditions,
  flag,
  kind,
  list,
  listBy,
  localReference,
  object,
  objectReference,
  quantities,
  text,
  textMap,
  texts,
  withDefault,
} from './build.ts';
import { eventKinds } from './events.ts';

const count = (value: unknown): number =>
  isObject(value) ? Object.keys(value).length : Array.isArray(value) ? value.length : 0;

const namespaces = kind({
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  description: 'A place for names.',
  subresources: { status: true },
  schema: object({ spec: object({ finalizers: texts }), status: object({ phase: text, conditions }) }),
  columns: [{ name: 'Status', type: 'string', value: '.status.phase' }, ageColumn],
  strategy: {
    prepareCreate(namespace) {
      namespace.spec = { finalizers: ['kubernetes'] };
      namespace.status = { phase: 'Active' };
      const { metadata } = namespace;
      metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
    },
    prepareUpdate({ metadata }) {
      metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
    },
  },
});

const configMaps = kind({
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  description: 'Configuration as keys and values.',
  schema: object({ data: textMap, binaryData: textMap, immutable: flag }),
  columns: [
    { name: 'Data', type: 'string', value: (o) => count(at(o, 'data')) + count(at(o, 'binaryData')) },
    ageColumn,
  ],
  strategy: { validate: validateData },
});

const secrets = kind({
  kind: 'Secret',
  plural: 'secrets',
  description: 'Configuration that is not for every eye; values in base64.',
  schema: object({ data: textMap, stringData: textMap, immutable: flag, type: withDefault(text, 'Opaque') }),
  columns: [
    { name: 'Type', type: 'string', value: '.type' },
    { name: 'Data', type: 'integer', value: (o) => count(at(o, 'data')) },
    ageColumn,
  ],
  admission: {
    default({ object: secret }) {
      const { stringData, ...rest } = secret as KubeObject & { stringData?: Record<string, string>; data?: object };
      if (!stringData) return undefined;
      const data = Object.fromEntries(
        Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
      );
      delete (secret as { stringData?: unknown }).stringData;
      Object.assign(secret, { data: { ...rest.data, ...data } });
      return undefined;
    },
  },
  strategy: { validate: validateData },
});

const dataKey = /^[-._a-zA-Z0-9]+$/;
const maximumDataBytes = 1024 * 1024;

function validateData(map: KubeObject, old: KubeObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const field of ['data', 'binaryData']) {
    for (const [key, value] of Object.entries((at(map, field) ?? {}) as Record<string, string>)) {
      size += value.length;
      if (!dataKey.test(key)) {
        errors.push(
          invalid(
            `${field}[${key}]`,
            key,
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
          ),
        );
      }
    }
  }
  if (size > maximumDataBytes) {
    errors.push({
      field: '',
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${maximumDataBytes} bytes`,
    });
  }
  if (old && at(old, 'immutable') === true) {
    if (at(map, 'immutable') !== true)
      errors.push(forbidden('immutable', 'field is immutable when `immutable` is set'));
    for (const field of ['data', 'binaryData']) {
      if (!sameJson(at(map, field), at(old, field))) {
        errors.push(forbidden(field, 'field is immutable when `immutable` is set'));
      }
    }
  }
  return errors;
}

const serviceAccounts = kind({
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  schema: object({
    secrets: listBy(objectReference, 'name'),
    imagePullSecrets: list(localReference),
    automountServiceAccountToken: flag,
  }),
  columns: [{ name: 'Secrets', type: 'integer', value: (o) => count(at(o, 'secrets')) }, ageColumn],
});

const nodes = kind({
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  subresources: { status: true },
  schema: object({
    spec: object({ podCIDR: text, podCIDRs: texts, providerID: text, unschedulable: flag, taints: list(anything) }),
    status: object({
      capacity: quantities,
      allocatable: quantities,
      phase: text,
      conditions,
      addresses: listBy(object({ type: text, address: text }), 'type'),
      daemonEndpoints: anything,
      nodeInfo: anything,
      images: list(anything),
      volumesInUse: texts,
      volumesAttached: list(anything),
      config: anything,
      runtimeHandlers: list(anything),
      features: anything,
    }),
  }),
  columns: [
    {
      name: 'Status',
      type: 'string',
      value(node) {
        const list = (at(node, 'status', 'conditions') ?? []) as { type: string; status: string }[];
        return list.some(({ type, status }) => type === 'Ready' && status === 'True') ? 'Ready' : 'NotReady';
      },
    },
    {
      name: 'Roles',
      type: 'string',
      value({ metadata }) {
        const prefix = 'node-role.kubernetes.io/';
        const roles = Object.keys(metadata.labels ?? {}).filter((label) => label.startsWith(prefix));
        return roles.map((label) => label.slice(prefix.length)).join(',') || '<none>';
      },
    },
    ageColumn,
    { name: 'Version', type: 'string', value: '.status.nodeInfo.kubeletVersion' },
    { name: 'Internal-IP', type: 'string', priority: 1, value: (o) => addressOf(o, 'InternalIP') },
    { name: 'External-IP', type: 'string', priority: 1, value: (o) => addressOf(o, 'ExternalIP') },
    { name: 'OS-Image', type: 'string', priority: 1, value: '.status.nodeInfo.osImage' },
    { name: 'Kernel-Version', type: 'string', priority: 1, value: '.status.nodeInfo.kernelVersion' },
    { name: 'Container-Runtime', type: 'string', priority: 1, value: '.status.nodeInfo.containerRuntimeVersion' },
  ],
});

function addressOf(node: KubeObject, type: string): string {
  const list = (at(node, 'status', 'addresses') ?? []) as { type: string; address: string }[];
  return list.find((one) => one.type === type)?.address ?? '<none>';
}

const resourceQuotas = kind({
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  subresources: { status: true },
  schema: object({
    spec: object({ hard: quantities, scopes: texts, scopeSelector: anything }),
    status: object({ hard: quantities, used: quantities }),
  }),
  columns: [
    {
      name: 'Request',
      type: 'string',
      value(o) {
        const hard = (at(o, 'spec', 'hard') ?? {}) as Record<string, unknown>;
        const used = (at(o, 'status', 'used') ?? {}) as Record<string, unknown>;
        const names = Object.keys(hard).filter((name) => !name.startsWith('limits.'));
        return names.map((name) => `${name}: ${String(used[name] ?? 0)}/${String(hard[name])}`).join(', ');
      },
    },
    {
      name: 'Limit',
      type: 'string',
      value(o) {
        const hard = (at(o, 'spec', 'hard') ?? {}) as Record<string, unknown>;
        const used = (at(o, 'status', 'used') ?? {}) as Record<string, unknown>;
        const names = Object.keys(hard).filter((name) => name.startsWith('limits.'));
        return names.map((name) => `${name}: ${String(used[name] ?? 0)}/${String(hard[name])}`).join(', ');
      },
    },
    ageColumn,
  ],
});

const limitRanges = kind({
  kind: 'LimitRange',
  plural: 'limitranges',
  shortNames: ['limits'],
  schema: object({
    spec: object({
      limits: list(
        object({
          type: text,
          max: quantities,
          min: quantities,
          default: quantities,
          defaultRequest: quantities,
          maxLimitRequestRatio: quantities,
        }),
      ),
    }),
  }),
  columns: [{ name: 'Created At', type: 'string', value: '.metadata.creationTimestamp' }],
});

const volumeClaims = kind({
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  subresources: { status: true },
  schema: object({
    spec: object({
      accessModes: texts,
      resources: object({ requests: quantities, limits: quantities }),
      storageClassName: text,
      volumeMode: withDefault(text, 'Filesystem'),
      volumeName: text,
      selector: anything,
      dataSource: anything,
      dataSourceRef: anything,
      volumeAttributesClassName: text,
    }),
    status: anything,
  }),
  columns: [
    { name: 'Status', type: 'string', value: '.status.phase' },
    { name: 'Volume', type: 'string', value: '.spec.volumeName' },
    { name: 'Capacity', type: 'string', value: '.status.capacity.storage' },
    {
      name: 'Access Modes',
      type: 'string',
      value: (o) => ((at(o, 'spec', 'accessModes') ?? []) as string[]).join(','),
    },
    { name: 'StorageClass', type: 'string', value: '.spec.storageClassName' },
    ageColumn,
  ],
  strategy: {
    // A folder of this machine, there as soon as it is asked for.
    prepareCreate(claim) {
      const storage = at(claim.spec, 'resources', 'requests', 'storage');
      claim.status = {
        phase: 'Bound',
        accessModes: (at(claim.spec, 'accessModes') ?? []) as string[],
        ...(storage === undefined ? {} : { capacity: { storage: String(storage) } }),
      };
    },
  },
});

const volumes = kind({
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  namespaced: false,
  subresources: { status: true },
  schema: object({ spec: anything, status: anything }),
});

const podTemplates = kind({ kind: 'PodTemplate', plural: 'podtemplates', schema: object({ template: anything }) });

const replicationControllers = kind({
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  subresources: { status: true },
  schema: object({ spec: anything, status: anything }),
});

export const coreKinds: ResourceDefinition[] = [
  namespaces,
  configMaps,
  secrets,
  serviceAccounts,
  nodes,
  ...eventKinds,
  resourceQuotas,
  limitRanges,
  volumeClaims,
  volumes,
  podTemplates,
  replicationControllers,
];
