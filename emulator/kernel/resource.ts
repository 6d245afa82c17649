/**
 * What the API server must know of a kind. One definition a kind (decision 17): discovery, CRD objects, OpenAPI,
 * Tables, pruning, defaulting and admission all come from it.
 */
import type { JsonObject } from './json.ts';
import type { GroupResource, KubeObject } from './object.ts';
import type { FieldError } from './schema/field-errors.ts';
import type { CompiledRules, ValidationRule } from './schema/rules.ts';

/** A structural schema as CustomResourceDefinitions hold it (apiextensions v1 JSONSchemaProps, the part we use). */
export interface Schema {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  required?: string[];
  enum?: unknown[];
  default?: unknown;
  nullable?: boolean;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  /** Value validations only: a structural schema has no types or defaults in there. */
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  not?: Schema;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: 'atomic' | 'granular';
  'x-kubernetes-validations'?: ValidationRule[];
  /** Strategic merge patch of core kinds. */
  'x-kubernetes-patch-strategy'?: string;
  'x-kubernetes-patch-merge-key'?: string;
}

export interface PrinterColumn {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  description?: string;
  /** 0 is always shown; above 0 only with `-o wide`. */
  priority?: number;
  /** A JSONPath as in CRDs, or a function for core kinds whose columns are computed. */
  value: string | ((object: KubeObject, now: number) => string | number | boolean | null);
}

export interface UserInfo {
  username: string;
  groups: string[];
}

/** Read access to what else is stored; what admission and reconcilers see. */
export interface View {
  get<T extends KubeObject = KubeObject>(
    resource: GroupResource,
    namespace: string | undefined,
    name: string,
  ): T | undefined;
  list<T extends KubeObject = KubeObject>(resource: GroupResource, options?: ListOptions): readonly T[];
  /** The objects that have this value in an index; absent: `lookup` looks at them all. */
  lookup?<T extends KubeObject = KubeObject>(index: Index<T>, value: string): readonly T[];
}

/** Finds objects by a value of their own without looking at all. A constant of its module: a store knows it by identity. */
export interface Index<T extends KubeObject = KubeObject> {
  resource: GroupResource;
  /** Pure: an object's values depend on nothing but the object. */
  valuesOf(object: T): readonly string[];
}

export function lookup<T extends KubeObject>(view: View, index: Index<T>, value: string): readonly T[] {
  if (view.lookup) return view.lookup(index, value);
  return view.list<T>(index.resource).filter((object) => index.valuesOf(object).includes(value));
}

export interface ListOptions {
  namespace?: string;
  /** Exact label matches, all of which must hold. */
  labels?: Record<string, string>;
  /** Only objects with a controlling ownerReference to this uid (indexed). */
  ownerUid?: string;
}

export interface AdmissionRequest<T extends KubeObject = KubeObject> {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /** '' for the main resource, 'status' or 'scale'. */
  subresource: '' | 'status' | 'scale';
  /** After schema defaulting and pruning. Owned by the callee: may be changed in place. Absent fields of metadata are ''. */
  object: T;
  old: T | undefined;
  user: UserInfo;
  dryRun: boolean;
  view: View;
  now: number;
}

/** Throws ApiError to refuse. `default` may change `request.object`; `validate` must not. Both return warnings. */
export interface Admission {
  default?(request: AdmissionRequest): string[] | undefined;
  validate?(request: AdmissionRequest): string[] | undefined;
}

/** What the server itself does to objects of a core kind, between defaulting admission and validation. */
export interface Strategy {
  /** After the status of a client was dropped. */
  prepareCreate?(object: KubeObject, context: { view: View; now: number }): void;
  prepareUpdate?(object: KubeObject, old: KubeObject, context: { view: View; now: number }): void;
  /** Rules beyond the schema; `old` is absent on create. */
  validate?(object: KubeObject, old: KubeObject | undefined): FieldError[];
  /** Seconds between a delete and the end of the object; 0 or absent: at once. */
  gracePeriodSeconds?(object: KubeObject): number;
}

export interface ResourceVersionDefinition {
  name: string;
  served: boolean;
  storage: boolean;
  schema: Schema;
  columns: PrinterColumn[];
  /** Members beside its name that it may be selected by, `spec.color`: a user's `selectableFields`. */
  selectable?: readonly string[];
  /** What each request in this version is warned with. */
  deprecation?: string;
  /** Of a user's definition, in CEL. */
  rules?: CompiledRules;
  /** Absent: it differs from the stored version in its apiVersion only. */
  conversion?: VersionConversion;
}

/** Pure, of whole objects; what one version has no members for has to come back. The caller sets the apiVersion. */
export interface VersionConversion {
  toStored(object: JsonObject): JsonObject;
  fromStored(object: JsonObject): JsonObject;
}

/** Another name of a stored kind, whose members differ in their names only. */
export interface KindAlias {
  of: GroupResource;
  apiVersion: string;
  /** Member of this kind → member of the stored one. */
  members: Readonly<Record<string, string>>;
}

export interface ResourceDefinition {
  /** '' for core. */
  group: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: string[];
  categories: string[];
  namespaced: boolean;
  /** Preferred first. */
  versions: ResourceVersionDefinition[];
  subresources: { status?: boolean; scale?: { specPath: string; statusPath: string; selectorPath?: string } };
  /** true: has no `spec`, so every change outside metadata counts for generation or generation is absent (ConfigMap…). */
  generation: boolean;
  admission?: Admission;
  strategy?: Strategy;
  /** Present: nothing is stored under this kind's own name. */
  alias?: KindAlias;
  /** true: also listed as a CustomResourceDefinition object. */
  crd: boolean;
  /** Labels of that CRD object. */
  crdLabels?: Record<string, string>;
}

export function groupResource(definition: { group: string; plural: string }): GroupResource {
  return definition.group ? `${definition.plural}.${definition.group}` : definition.plural;
}
