/**
 * Sets of fields as managedFields hold them (FieldsV1): a tree whose members are `f:name`, `k:{"name":"x"}` (item of a
 * map list), `v:"x"` (item of a set) and `.` (the item or map itself). A node without members is an owned leaf.
 */
import { isObject, type JsonObject, own, sameJson } from '../json.ts';
import type { Schema } from '../resource.ts';

export interface FieldSet {
  [element: string]: FieldSet;
}

type Children = { kind: 'leaf' } | { kind: 'members'; entries: [string, unknown, Schema | undefined][]; item: boolean };

/** How a value splits into fields by its schema: leaves are scalars, atomic lists and maps, and what has no schema. */
function childrenOf(value: unknown, schema: Schema | undefined): Children {
  if (Array.isArray(value)) {
    const listType =
      schema?.['x-kubernetes-list-type'] ?? (schema?.['x-kubernetes-patch-merge-key'] ? 'map' : 'atomic');
    if (listType === 'set') {
      return {
        kind: 'members',
        item: true,
        entries: value.map((item) => [`v:${JSON.stringify(item)}`, item, schema?.items]),
      };
    }
    const keys = listKeys(schema);
    if (listType === 'map' && value.every(isObject)) {
      return {
        kind: 'members',
        item: true,
        entries: value.map((item) => [`k:${itemIdentity(item as JsonObject, keys, schema)}`, item, schema?.items]),
      };
    }
    return { kind: 'leaf' };
  }
  if (!isObject(value) || schema?.['x-kubernetes-map-type'] === 'atomic') return { kind: 'leaf' };
  return {
    kind: 'members',
    item: false,
    entries: Object.entries(value).map(([key, inner]) => [`f:${key}`, inner, memberOf(schema, key)]),
  };
}

export function listKeys(schema: Schema | undefined): readonly string[] {
  const keys = schema?.['x-kubernetes-list-map-keys'];
  if (keys) return keys;
  const mergeKey = schema?.['x-kubernetes-patch-merge-key'];
  return mergeKey ? [mergeKey] : [];
}

/** `{"containerPort":80,"protocol":"TCP"}`, keys sorted, defaults of the schema filled in. */
export function itemIdentity(item: JsonObject, keys: readonly string[], schema: Schema | undefined): string {
  const pairs = [...keys]
    .sort()
    .map((key) => [key, own(item, key) ?? schema?.items?.properties?.[key]?.default] as const)
    .filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(pairs));
}

export function memberOf(schema: Schema | undefined, key: string): Schema | undefined {
  const property = schema?.properties && (own(schema.properties as JsonObject, key) as Schema | undefined);
  if (property) return property;
  return isObject(schema?.additionalProperties) ? (schema.additionalProperties as Schema) : undefined;
}

/** All fields of a value. */
export function fieldsOf(value: unknown, schema: Schema | undefined): FieldSet {
  const children = childrenOf(value, schema);
  if (children.kind === 'leaf') return {};
  const result: FieldSet = {};
  for (const [element, inner, innerSchema] of children.entries) {
    const fields = fieldsOf(inner, innerSchema);
    result[element] = children.item && isObject(inner) ? { '.': {}, ...fields } : fields;
  }
  return result;
}

/** Fields of `after` that are new or have another value than in `before`; undefined when there is none. */
export function changedFields(before: unknown, after: unknown, schema: Schema | undefined): FieldSet | undefined {
  if (sameJson(before, after)) return undefined;
  const children = childrenOf(after, schema);
  const old = childrenOf(before, schema);
  if (children.kind === 'leaf' || (old.kind === 'leaf' && before !== undefined)) return fieldsOf(after, schema);
  const previous = new Map(old.kind === 'members' ? old.entries.map(([element, inner]) => [element, inner]) : []);
  const result: FieldSet = {};
  if (before === undefined && !children.item) result['.'] = {};
  for (const [element, inner, innerSchema] of children.entries) {
    const known = previous.has(element);
    const fields = known ? changedFields(previous.get(element), inner, innerSchema) : fieldsOf(inner, innerSchema);
    if (fields === undefined) continue;
    result[element] = !known && children.item && isObject(inner) ? { '.': {}, ...fields } : fields;
  }
  return Object.keys(result).length > 0 ? result : undefined;
}

/** What of `set` no longer exists in `value` is left out. */
export function existingFields(set: FieldSet, value: unknown, schema: Schema | undefined): FieldSet | undefined {
  if (value === undefined) return undefined;
  if (isLeaf(set)) return set;
  const children = childrenOf(value, schema);
  if (children.kind === 'leaf') return {};
  const members = new Map(
    children.entries.map(([element, inner, innerSchema]) => [element, [inner, innerSchema] as const]),
  );
  const result: FieldSet = {};
  for (const [element, inner] of Object.entries(set)) {
    if (element === '.') {
      result['.'] = {};
      continue;
    }
    const member = members.get(element);
    if (!member) continue;
    const kept = existingFields(inner, member[0], member[1]);
    if (kept) result[element] = kept;
  }
  return Object.keys(result).length > 0 ? result : undefined;
}

export function isLeaf(set: FieldSet): boolean {
  return Object.keys(set).length === 0;
}

/** Whether the path of a node is owned, not only something below it. */
function ownsItself(set: FieldSet): boolean {
  return isLeaf(set) || set['.'] !== undefined;
}

/** The paths of `a` that are not in `b`; undefined when none is left. */
export function subtract(a: FieldSet, b: FieldSet | undefined): FieldSet | undefined {
  if (!b) return a;
  const result: FieldSet = {};
  for (const [element, inner] of Object.entries(a)) {
    if (element === '.') continue;
    const rest = subtract(inner, own(b as JsonObject, element) as FieldSet | undefined);
    if (rest !== undefined) result[element] = rest;
  }
  const itself = ownsItself(a) && !ownsItself(b);
  const below = Object.keys(result).length > 0;
  if (itself && below) result['.'] = {};
  return itself || below ? result : undefined;
}

/** As `subtract`, and a leaf of `a` under which `b` has anything is left out too: others live there. */
export function unshared(a: FieldSet, b: FieldSet): FieldSet | undefined {
  if (isLeaf(a)) return undefined;
  const result: FieldSet = {};
  for (const [element, inner] of Object.entries(a)) {
    if (element === '.') continue;
    const other = own(b as JsonObject, element) as FieldSet | undefined;
    const rest = other === undefined ? inner : unshared(inner, other);
    if (rest !== undefined) result[element] = rest;
  }
  return Object.keys(result).length > 0 ? result : undefined;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const result: FieldSet = { ...a };
  for (const [element, inner] of Object.entries(b)) {
    const other = own(result as JsonObject, element) as FieldSet | undefined;
    result[element] = other ? union(other, inner) : inner;
  }
  return result;
}

/** Paths of the owned nodes: `.spec.containers[name="x"].image`. */
export function pathsOf(set: FieldSet, path = ''): string[] {
  const elements = Object.entries(set);
  if (elements.length === 0) return [path];
  return elements.flatMap(([element, inner]) =>
    element === '.' ? [path] : pathsOf(inner, path + elementText(element)),
  );
}

function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  const pairs = Object.entries(JSON.parse(rest) as JsonObject);
  return `[${pairs.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}
