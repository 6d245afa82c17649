/** Pruning and defaulting by a structural schema (apiextensions v1: pruning, then defaults; nulls give way to defaults). */
import { clone, isObject, type JsonObject, own, set } from '../json.ts';
import type { Schema } from '../resource.ts';
import { objectMetaSchema } from './object-meta.ts';

/**
 * Removes in place what the schema of a whole object does not know, and unless they are to be kept (what a webhook wrote is not read
 * again) nulls where it has neither a default nor room for them.
 * @returns the paths that were removed, sorted, as strict decoding names them: `spec.containers[0].imagePolicy`.
 */
export function pruneObject(object: JsonObject, schema: Schema, nulls: 'keep' | 'drop' = 'drop'): string[] {
  const unknown: string[] = [];
  prune(object, withRoot(schema), '', unknown, nulls === 'drop');
  return unknown.sort();
}

/** Fills in place what the schema has defaults for. */
export function defaultObject(object: JsonObject, schema: Schema): void {
  fill(object, schema);
}

const stringSchema: Schema = { type: 'string' };
const roots = new WeakMap<Schema, Schema>();

/** The schema with the members that every object has. */
export function withRoot(schema: Schema): Schema {
  let root = roots.get(schema);
  if (!root) {
    root = {
      ...schema,
      type: 'object',
      properties: { ...schema.properties, apiVersion: stringSchema, kind: stringSchema, metadata: objectMetaSchema },
    };
    roots.set(schema, root);
  }
  return root;
}

function prune(value: unknown, schema: Schema, path: string, unknown: string[], nulls: boolean): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items) for (const [index, item] of value.entries()) prune(item, items, `${path}[${index}]`, unknown, nulls);
    return;
  }
  if (!isObject(value)) return;
  const embedded = schema['x-kubernetes-embedded-resource'];
  const properties = (embedded ? withRoot(schema) : schema).properties ?? {};
  const { additionalProperties } = schema;
  const keep = schema['x-kubernetes-preserve-unknown-fields'] || additionalProperties === true;
  for (const key of Object.keys(value)) {
    const inner = path ? `${path}.${key}` : key;
    const known = own(properties as JsonObject, key) as Schema | undefined;
    const inside = known ?? (isObject(additionalProperties) ? (additionalProperties as Schema) : undefined);
    if (inside) {
      if (nulls && value[key] === null && !inside.nullable && inside.default === undefined) delete value[key];
      else prune(value[key], inside, inner, unknown, nulls);
    } else if (!keep) {
      unknown.push(inner);
      delete value[key];
    }
  }
}

function fill(value: unknown, schema: Schema): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return;
    for (const [index, item] of value.entries()) {
      if (item === null && items.default !== undefined && !items.nullable) value[index] = clone(items.default);
      else fill(item, items);
    }
    return;
  }
  if (!isObject(value)) return;
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const present = own(value, key);
    if (property.default !== undefined && (present === undefined || (present === null && !property.nullable))) {
      set(value, key, clone(property.default));
    }
    const filled = own(value, key);
    if (filled !== undefined && filled !== null) fill(filled, property);
  }
  if (isObject(schema.additionalProperties)) {
    for (const [key, inner] of Object.entries(value)) {
      if (!schema.properties?.[key]) fill(inner, schema.additionalProperties as Schema);
    }
  }
}
