/** From what a client sent to an object of a kind: types of metadata, unknown fields, defaults. */
import { ApiError } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';
import type { DraftObject, KubeObject } from './object.ts';
import { apiVersionOf, storageVersion } from './registry.ts';
import type { ResourceDefinition, ResourceVersionDefinition } from './resource.ts';
import { objectMetaSchema } from './schema/object-meta.ts';
import { defaultObject, pruneObject } from './schema/prune.ts';

/** The version an object is written in. @throws ApiError BadRequest when its apiVersion or kind is another one. */
export function versionOf(
  definition: ResourceDefinition,
  object: { apiVersion?: unknown; kind?: unknown },
  name: string | undefined,
): ResourceVersionDefinition {
  if (typeof object.apiVersion !== 'string' || typeof object.kind !== 'string') {
    const field = typeof object.kind === 'string' ? 'apiVersion' : 'kind';
    throw new ApiError(
      'BadRequest',
      `couldn't get version/kind; json parse error: json: cannot unmarshal into Go struct field .${field} of type string`,
    );
  }
  const wanted = name ?? object.apiVersion.slice(object.apiVersion.indexOf('/') + 1);
  const version = definition.versions.find((one) => one.name === wanted) ?? storageVersion(definition);
  const apiVersion = apiVersionOf(definition, version.name);
  if (object.apiVersion !== apiVersion || object.kind !== definition.kind) {
    const [group, given] = splitApiVersion(object.apiVersion);
    const groupVersion = definition.group ? `${definition.group}/${version.name}` : version.name;
    if (object.kind === definition.kind) {
      throw new ApiError(
        'BadRequest',
        `the API version in the data (${object.apiVersion}) does not match the expected API version (${groupVersion})`,
      );
    }
    throw new ApiError(
      'BadRequest',
      `${object.kind} in version "${given}" cannot be handled as a ${definition.kind}: no kind "${object.kind}" is registered for version "${group ? `${group}/` : ''}${given}"`,
    );
  }
  return version;
}

function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

/** What was written in any version, in one that needs no conversion any more. @throws ApiError as `versionOf`. */
export function inStoredForm(
  definition: ResourceDefinition,
  object: KubeObject,
  name: string | undefined,
): { object: KubeObject; version: ResourceVersionDefinition } {
  const version = versionOf(definition, object, name);
  if (!version.conversion) return { object, version };
  const storage = storageVersion(definition);
  const converted = version.conversion.toStored(object as unknown as JsonObject) as unknown as KubeObject;
  return { object: { ...converted, apiVersion: apiVersionOf(definition, storage.name) }, version: storage };
}

/** A stored object in a version of its kind. */
export function inServedForm(
  definition: ResourceDefinition,
  { name, conversion }: ResourceVersionDefinition,
  object: KubeObject,
): KubeObject {
  const apiVersion = apiVersionOf(definition, name);
  if (!conversion) return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
  return { ...conversion.fromStored(object as unknown as JsonObject), apiVersion } as unknown as KubeObject;
}

/**
 * Checks types of the metadata, prunes and defaults in place. Unknown fields (and `duplicates`, found by the JSON reader)
 * become an error or warnings as `fieldValidation` says.
 */
export function decodeObject(
  definition: ResourceDefinition,
  version: ResourceVersionDefinition,
  object: KubeObject | DraftObject,
  options: {
    fieldValidation?: 'Strict' | 'Warn' | 'Ignore' | undefined;
    warn?: ((message: string) => void) | undefined;
    duplicates?: readonly string[] | undefined;
    /** Default true. */
    defaults?: boolean;
  },
): void {
  const json = object as unknown as JsonObject;
  const handled = `${definition.kind} in version "${version.name}" cannot be handled as a ${definition.kind}`;
  checkMetadata(json, handled, definition.crd !== undefined);
  const unknown = pruneObject(json, version.schema);
  const problems = [
    ...(options.duplicates ?? []).map((field) => `duplicate field "${field}"`),
    ...unknown.map((field) => `unknown field "${field}"`),
  ];
  if (problems.length > 0) {
    if (options.fieldValidation === 'Strict') {
      throw new ApiError('BadRequest', `${handled}: strict decoding error: ${problems.join(', ')}`);
    }
    if (options.fieldValidation === 'Warn') for (const problem of problems) options.warn?.(problem);
  }
  if (options.defaults !== false) defaultObject(json, version.schema);
}

/** Once more after what admission has put in; its nulls are left to validation. */
export function settle(version: ResourceVersionDefinition, object: KubeObject): void {
  const json = object as unknown as JsonObject;
  pruneObject(json, version.schema, 'keep');
  defaultObject(json, version.schema);
}

const goTypes: Record<string, string> = { boolean: 'bool', number: 'number', string: 'string', object: 'object' };

const listTypes: Record<string, string> = {
  finalizers: '[]string',
  ownerReferences: '[]v1.OwnerReference',
  managedFields: '[]v1.ManagedFieldsEntry',
};

/**
 * Types of the metadata, as Go decodes it; nulls and what is empty give way. Of a custom resource the metadata is decoded by itself, so that paths
 * begin below it. @throws ApiError whose words begin with `handled`
 */
export function checkMetadata(object: JsonObject, handled: string, custom: boolean): void {
  const metadata = object['metadata'];
  const refusal = (value: unknown, where: string): ApiError => {
    const got = Array.isArray(value) ? 'array' : (goTypes[typeof value] ?? typeof value);
    return new ApiError('BadRequest', `${handled}: json: cannot unmarshal ${got} into Go ${where}`);
  };
  if (metadata === undefined || metadata === null) {
    object['metadata'] = {};
    return;
  }
  if (!isObject(metadata)) {
    throw refusal(metadata, custom ? 'value of type v1.ObjectMeta' : 'struct field .metadata of type v1.ObjectMeta');
  }
  for (const [key, schema] of Object.entries(objectMetaSchema.properties ?? {})) {
    const value = metadata[key];
    if (value === undefined) continue;
    if (value === null || (value === '' && schema.type === 'string')) {
      delete metadata[key];
      continue;
    }
    const wrong = (found: unknown, type: string) =>
      refusal(found, `struct field ObjectMeta.${custom ? '' : 'metadata.'}${key} of type ${type}`);
    if (schema.type === 'string' && typeof value !== 'string') throw wrong(value, 'string');
    else if (schema.type === 'integer' && typeof value !== 'number') throw wrong(value, 'int64');
    else if (schema.type === 'object') {
      if (!isObject(value)) throw wrong(value, 'map[string]string');
      const items = Object.entries(value);
      if (items.length === 0) delete metadata[key];
      for (const [inner, item] of items) {
        if (item === null) value[inner] = '';
        else if (typeof item !== 'string') throw wrong(item, 'string');
      }
    } else if (schema.type === 'array') {
      if (!Array.isArray(value)) throw wrong(value, listTypes[key] ?? '[]string');
      for (const item of value) {
        if (key === 'finalizers' ? typeof item !== 'string' : !isObject(item)) {
          throw wrong(item, (listTypes[key] ?? '[]string').slice(2));
        }
      }
    }
  }
}
