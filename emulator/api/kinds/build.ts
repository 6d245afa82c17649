/** Short words to write schemas and definitions of core kinds with. */
import type { PrinterColumn, ResourceDefinition, Schema } from '../../kernel/resource.ts';

type Properties = Record<string, Schema>;

export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const int32: Schema = { type: 'integer', format: 'int32' };
export const int64: Schema = { type: 'integer', format: 'int64' };
export const time: Schema = { type: 'string', format: 'date-time', nullable: true };
export const quantity: Schema = { 'x-kubernetes-int-or-string': true };
export const intOrString: Schema = { 'x-kubernetes-int-or-string': true };
export const texts: Schema = { type: 'array', items: text, 'x-kubernetes-list-type': 'atomic' };
export const textMap: Schema = { type: 'object', additionalProperties: text };
export const quantities: Schema = { type: 'object', additionalProperties: quantity };
/** Anything; for corners that nobody here looks into. */
export const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

export function object(properties: Properties, required?: string[]): Schema {
  return { type: 'object', properties, ...(required ? { required } : {}) };
}

/** A list that is replaced as a whole. */
export function list(items: Schema): Schema {
  return { type: 'array', items, 'x-kubernetes-list-type': 'atomic' };
}

/** A list that merges by keys; the first one is strategic merge's. */
export function listBy(items: Schema, ...keys: [string, ...string[]]): Schema {
  return {
    type: 'array',
    items,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': keys[0],
  };
}

/** A list of scalars that merges as a set. */
export function setOf(items: Schema): Schema {
  return { type: 'array', items, 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' };
}

/** Of strategic merge: fields that the patch does not name go (one-of structures). */
export function retainKeys(schema: Schema): Schema {
  return { ...schema, 'x-kubernetes-patch-strategy': 'retainKeys' };
}

export function withDefault(schema: Schema, value: unknown): Schema {
  return { ...schema, default: value };
}

export function said(schema: Schema, description: string): Schema {
  return { ...schema, description };
}

/** meta/v1 LabelSelector. */
export const labelSelector: Schema = {
  ...object({
    matchLabels: textMap,
    matchExpressions: list(object({ key: text, operator: text, values: texts }, ['key', 'operator'])),
  }),
  'x-kubernetes-map-type': 'atomic',
};

export const conditions: Schema = listBy(
  object({
    type: text,
    status: text,
    reason: text,
    message: text,
    lastTransitionTime: time,
    lastUpdateTime: time,
    lastProbeTime: time,
    lastHeartbeatTime: time,
    observedGeneration: int64,
  }),
  'type',
);

export const localReference: Schema = { ...object({ name: text }), 'x-kubernetes-map-type': 'atomic' };

export const objectReference: Schema = {
  ...object({
    apiVersion: text,
    kind: text,
    name: text,
    namespace: text,
    uid: text,
    resourceVersion: text,
    fieldPath: text,
  }),
  'x-kubernetes-map-type': 'atomic',
};

export const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  description: 'Since when it exists.',
  value: '.metadata.creationTimestamp',
};

/** As kubectl prints kinds that it has no columns for. */
export const createdAt: PrinterColumn = { name: 'Created At', type: 'string', value: '.metadata.creationTimestamp' };

type KindInput = Pick<ResourceDefinition, 'kind' | 'plural'> &
  Partial<Omit<ResourceDefinition, 'versions' | 'crd' | 'kind' | 'plural'>> & {
    version?: string;
    /** Further served versions with the same schema. */
    alsoServed?: string[];
    description?: string;
    schema: Schema;
    columns?: PrinterColumn[];
  };

/** A core kind in one version, with what most have: namespaced, no status, NAME and AGE. */
export function kind(input: KindInput): ResourceDefinition {
  const { version = 'v1', alsoServed = [], description, schema, columns = [ageColumn], ...rest } = input;
  const described = description ? { ...schema, description } : schema;
  return {
    group: '',
    singular: rest.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: true,
    subresources: {},
    generation: false,
    crd: false,
    ...rest,
    versions: [version, ...alsoServed].map((name, index) => ({
      name,
      served: true,
      storage: index === 0,
      schema: described,
      columns,
    })),
  };
}
