/** managedFields: who owns which fields. Written by every request of a named manager, read by server-side apply. */
import { clone, isObject, type JsonObject } from '../json.ts';
import { type KubeObject, rfc3339 } from '../object.ts';
import type { Schema } from '../resource.ts';
import { changedFields, existingFields, type FieldSet, subtract, union } from './fields.ts';

export interface Manager {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time?: string;
  subresource?: string;
  fields: FieldSet;
}

export function readManagers(object: KubeObject | undefined): Manager[] {
  const managers: Manager[] = [];
  for (const entry of object?.metadata.managedFields ?? []) {
    if (!isObject(entry) || !isObject(entry['fieldsV1'])) continue;
    const { manager, operation, apiVersion, time, subresource } = entry as Record<string, string>;
    managers.push({
      manager: manager ?? '',
      operation: operation === 'Apply' ? 'Apply' : 'Update',
      apiVersion: apiVersion ?? '',
      ...(time ? { time } : {}),
      ...(subresource ? { subresource } : {}),
      fields: entry['fieldsV1'] as FieldSet,
    });
  }
  return managers;
}

export function writeManagers(object: KubeObject, managers: readonly Manager[]): void {
  const kept = managers.filter(({ fields }) => Object.keys(fields).length > 0);
  if (kept.length === 0) {
    delete object.metadata.managedFields;
    return;
  }
  object.metadata.managedFields = kept
    .toSorted(compareManagers)
    .map(({ manager, operation, apiVersion, time, subresource, fields }) => ({
      manager,
      operation,
      apiVersion,
      ...(time ? { time } : {}),
      fieldsType: 'FieldsV1',
      fieldsV1: fields,
      ...(subresource ? { subresource } : {}),
    }));
}

/** Apply before Update, then by time, then by name. */
function compareManagers(a: Manager, b: Manager): number {
  if (a.operation !== b.operation) return a.operation === 'Apply' ? -1 : 1;
  if ((a.time ?? '') !== (b.time ?? '')) return (a.time ?? '') < (b.time ?? '') ? -1 : 1;
  return a.manager < b.manager ? -1 : a.manager > b.manager ? 1 : 0;
}

/** The part of an object that has owners: without what the server sets. */
export function ownable(object: KubeObject | undefined): JsonObject | undefined {
  if (!object) return undefined;
  const { apiVersion: _, kind: __, ...rest } = object as unknown as JsonObject & { metadata: JsonObject };
  const metadata: JsonObject = {};
  for (const key of ['labels', 'annotations', 'finalizers', 'ownerReferences', 'generateName']) {
    if (rest.metadata[key] !== undefined) metadata[key] = rest.metadata[key];
  }
  const { metadata: ___, ...top } = rest;
  return { ...top, ...(Object.keys(metadata).length > 0 ? { metadata } : {}) };
}

export interface UpdateOf {
  manager: string;
  apiVersion: string;
  subresource: string;
  now: number;
}

/** Records an update: what changed belongs to its manager alone, what is gone belongs to nobody. */
export function recordUpdate(object: KubeObject, old: KubeObject | undefined, schema: Schema, by: UpdateOf): void {
  // A client that sends an empty list resets the record (kubectl and controllers do so on purpose).
  const managers = readManagers(old);
  const [before, after] = [ownable(old), ownable(object)];
  const changed = changedFields(before ?? {}, after, schema);
  const result: Manager[] = [];
  let found = false;
  for (const entry of managers) {
    const mine =
      entry.operation === 'Update' && entry.manager === by.manager && (entry.subresource ?? '') === by.subresource;
    let fields = existingFields(entry.fields, after, schema) ?? {};
    if (mine) {
      found = true;
      if (changed) fields = union(fields, changed);
      const time = changed ? rfc3339(by.now) : entry.time;
      result.push({ ...entry, apiVersion: by.apiVersion, fields, ...(time ? { time } : {}) });
    } else {
      result.push({ ...entry, fields: subtract(fields, changed) ?? {} });
    }
  }
  if (!found && changed) {
    result.push({
      manager: by.manager,
      operation: 'Update',
      apiVersion: by.apiVersion,
      time: rfc3339(by.now),
      ...(by.subresource ? { subresource: by.subresource } : {}),
      fields: changed,
    });
  }
  writeManagers(object, clone(result));
}
