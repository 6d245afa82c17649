/** Server-side apply (structured merge): what a manager names becomes so and is its own; what it names no more goes. */
import { ApiError } from '../errors.ts';
import { clone, isObject, type JsonObject, own, sameJson, set } from '../json.ts';
import { type KubeObject, rfc3339 } from '../object.ts';
import type { Schema } from '../resource.ts';
import {
  type FieldSet,
  fieldsOf,
  isLeaf,
  itemIdentity,
  listKeys,
  memberOf,
  pathsOf,
  subtract,
  unshared,
} from './fields.ts';
import { type Manager, ownable, readManagers } from './managers.ts';

export interface ApplyBy {
  manager: string;
  force: boolean;
  apiVersion: string;
  subresource: string;
  now: number;
}

/**
 * @returns the object as it should be and its managers, before defaulting and admission.
 * @throws ApiError Conflict when another manager owns a named field with another value and `force` is off.
 */
export function serverSideApply(
  live: KubeObject | undefined,
  applied: KubeObject,
  schema: Schema,
  by: ApplyBy,
): { object: KubeObject; managers: Manager[] } {
  const config = ownable(applied) ?? {};
  const current = ownable(live) ?? {};
  const fields = fieldsOf(config, schema);
  const isMine = (entry: Manager) =>
    entry.operation === 'Apply' && entry.manager === by.manager && (entry.subresource ?? '') === by.subresource;
  const managers = readManagers(live);
  const mine = managers.find(isMine);
  const others = managers.filter((entry) => !isMine(entry));

  let merged = merge(current, config, schema) as JsonObject;
  const conflicts: { manager: Manager; fields: FieldSet }[] = [];
  for (const other of others) {
    const contested = conflicting(fields, other.fields, merged, current, schema);
    if (contested) conflicts.push({ manager: other, fields: contested });
  }
  if (conflicts.length > 0 && !by.force) throw conflictError(conflicts);

  const rest = others.map((other) => {
    const lost = conflicts.find(({ manager }) => manager === other)?.fields;
    return lost ? { ...other, fields: subtract(other.fields, lost) ?? {} } : other;
  });
  const given = mine && subtract(mine.fields, fields);
  if (given) {
    let orphaned: FieldSet | undefined = given;
    for (const other of [fields, ...rest.map((entry) => entry.fields)])
      orphaned = orphaned && unshared(orphaned, other);
    if (orphaned) merged = (without(merged, orphaned, schema) as JsonObject | undefined) ?? {};
  }

  const source = live ?? applied;
  const object = { ...source, metadata: { ...source.metadata } } as unknown as JsonObject & { metadata: JsonObject };
  for (const key of Object.keys(object)) {
    if (key !== 'apiVersion' && key !== 'kind' && key !== 'metadata' && !(key in merged)) delete object[key];
  }
  for (const [key, value] of Object.entries(merged)) if (key !== 'metadata') set(object, key, value);
  const metadata = (merged['metadata'] ?? {}) as JsonObject;
  for (const key of ['labels', 'annotations', 'finalizers', 'ownerReferences']) {
    if (metadata[key] === undefined) delete object.metadata[key];
    else object.metadata[key] = metadata[key];
  }
  const unchanged = mine && sameJson(mine.fields, fields) && sameJson(merged, current);
  const entry: Manager = {
    manager: by.manager,
    operation: 'Apply',
    apiVersion: by.apiVersion,
    time: unchanged && mine.time ? mine.time : rfc3339(by.now),
    ...(by.subresource ? { subresource: by.subresource } : {}),
    fields,
  };
  return { object: clone(object) as unknown as KubeObject, managers: [entry, ...rest] };
}

/** What of `fields` another owns as well and the merge would change. */
function conflicting(
  fields: FieldSet,
  owned: FieldSet,
  merged: unknown,
  live: unknown,
  schema: Schema | undefined,
): FieldSet | undefined {
  if (isLeaf(fields) && isLeaf(owned)) return sameJson(merged, live) ? undefined : {};
  const result: FieldSet = {};
  for (const [element, inner] of Object.entries(fields)) {
    if (element === '.') continue;
    const other = own(owned as JsonObject, element) as FieldSet | undefined;
    if (!other) continue;
    const [a, innerSchema] = step(merged, element, schema);
    const [b] = step(live, element, schema);
    const contested = conflicting(inner, other, a, b, innerSchema);
    if (contested) result[element] = contested;
  }
  return Object.keys(result).length > 0 ? result : undefined;
}

/** The value one element down, and its schema. */
function step(value: unknown, element: string, schema: Schema | undefined): [unknown, Schema | undefined] {
  const name = element.slice(2);
  if (element.startsWith('f:')) return [isObject(value) ? own(value, name) : undefined, memberOf(schema, name)];
  if (!Array.isArray(value)) return [undefined, schema?.items];
  if (element.startsWith('v:')) return [value.find((item) => JSON.stringify(item) === name), schema?.items];
  const keys = listKeys(schema);
  return [value.find((item) => isObject(item) && itemIdentity(item, keys, schema) === name), schema?.items];
}

/** `live` with everything that `config` names. */
function merge(live: unknown, config: unknown, schema: Schema | undefined): unknown {
  if (live === undefined) return clone(config);
  if (Array.isArray(config) && Array.isArray(live)) {
    const listType = schema?.['x-kubernetes-list-type'] ?? (listKeys(schema).length > 0 ? 'map' : 'atomic');
    if (listType === 'set') return [...live, ...config.filter((item) => !live.some((one) => sameJson(one, item)))];
    if (listType === 'map' && config.every(isObject) && live.every(isObject)) return mergeMapList(live, config, schema);
    return clone(config);
  }
  if (!isObject(config) || !isObject(live) || schema?.['x-kubernetes-map-type'] === 'atomic') return clone(config);
  const result: JsonObject = { ...live };
  for (const [key, value] of Object.entries(config))
    set(result, key, merge(own(live, key), value, memberOf(schema, key)));
  return result;
}

/** The order of the configuration for what it names; items of others keep their place before their successor. */
function mergeMapList(live: JsonObject[], config: JsonObject[], schema: Schema | undefined): unknown[] {
  const keys = listKeys(schema);
  const id = (item: JsonObject) => itemIdentity(item, keys, schema);
  const stored = new Map(live.map((item) => [id(item), item]));
  const named = new Set(config.map(id));
  const result: unknown[] = [];
  let next = 0;
  const takeNamed = () => {
    const item = config[next++];
    if (item) result.push(merge(stored.get(id(item)), item, schema?.items));
  };
  for (const item of live) {
    if (named.has(id(item))) takeNamed();
    else result.push(item);
  }
  while (next < config.length) takeNamed();
  return result;
}

/** `value` without the named fields. */
function without(value: unknown, fields: FieldSet, schema: Schema | undefined): unknown {
  if (isLeaf(fields)) return undefined;
  if (Array.isArray(value)) {
    const keys = listKeys(schema);
    const result: unknown[] = [];
    for (const item of value) {
      const element =
        isObject(item) && keys.length > 0 ? `k:${itemIdentity(item, keys, schema)}` : `v:${JSON.stringify(item)}`;
      const gone = own(fields as JsonObject, element) as FieldSet | undefined;
      if (!gone) result.push(item);
      // The item itself was only this manager's: it goes as a whole.
      else if (!isLeaf(gone) && !gone['.']) result.push(without(item, gone, schema?.items));
    }
    return result.length > 0 ? result : undefined;
  }
  if (!isObject(value)) return value;
  const result: JsonObject = { ...value };
  for (const [element, inner] of Object.entries(fields)) {
    if (!element.startsWith('f:')) continue;
    const name = element.slice(2);
    if (own(result, name) === undefined) continue;
    const rest = without(own(result, name), inner, memberOf(schema, name));
    if (rest === undefined || (isObject(rest) && Object.keys(rest).length === 0)) delete result[name];
    else set(result, name, rest);
  }
  return result;
}

function conflictError(conflicts: readonly { manager: Manager; fields: FieldSet }[]): ApiError {
  const entries = conflicts.flatMap(({ manager, fields }) =>
    pathsOf(fields).map((field) => ({
      field,
      message: `conflict with ${managerText(manager)}`,
      manager: managerText(manager),
    })),
  );
  const causes = entries.map(({ field, message }) => ({ reason: 'FieldManagerConflict', message, field }));
  const count = entries.length;
  let text: string;
  if (count === 1) text = `${entries[0]?.message}: ${entries[0]?.field}`;
  else {
    const byManager = Map.groupBy(entries, ({ manager }) => manager);
    text = [...byManager]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([manager, list]) => `conflicts with ${manager}:\n${list.map(({ field }) => `- ${field}`).join('\n')}`)
      .join('\n');
  }
  return new ApiError('Conflict', `Apply failed with ${count} conflict${count === 1 ? '' : 's'}: ${text}`, {
    details: { causes },
  });
}

function managerText({ manager, operation, subresource, apiVersion, time }: Manager): string {
  let text = JSON.stringify(manager);
  if (subresource) text += ` with subresource ${JSON.stringify(subresource)}`;
  if (operation === 'Update') text += ` using ${apiVersion}${time ? ` at ${time}` : ''}`;
  return text;
}
