/**
 * Strategic merge patch of core kinds: as a merge patch, but lists merge by key or as sets where the schema says so
 * (`x-kubernetes-patch-strategy`), with the directives $patch, $retainKeys, $setElementOrder and $deleteFromPrimitiveList.
 */
import { ApiError } from '../errors.ts';
import { clone, isObject, type JsonObject, own, sameJson, set } from '../json.ts';
import type { Schema } from '../resource.ts';
import { withRoot } from '../schema/prune.ts';

/** The object after the patch; the inputs stay as they are. @throws ApiError BadRequest on a broken directive. */
export function strategicMergePatch(target: unknown, patch: unknown, schema: Schema): unknown {
  if (!isObject(patch)) throw bad('cannot unmarshal the patch into an object');
  return mergeObject(isObject(target) ? target : {}, patch, withRoot(schema));
}

const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

function mergeObject(target: JsonObject, patch: JsonObject, schema: Schema | undefined): JsonObject {
  const directive = own(patch, '$patch');
  if (directive === 'replace') return plain(withoutDirectives(patch)) as JsonObject;
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge')
    throw bad(`unrecognized directive $patch: ${String(directive)}`);

  const result: JsonObject = { ...target };
  const retained = own(patch, '$retainKeys');
  if (Array.isArray(retained)) for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];

  for (const [key, value] of Object.entries(patch)) {
    if (key === '$patch' || key === '$retainKeys' || key.startsWith(orderPrefix)) continue;
    if (key.startsWith(deletePrefix)) {
      const name = key.slice(deletePrefix.length);
      const current = own(result, name);
      if (Array.isArray(current) && Array.isArray(value)) {
        set(
          result,
          name,
          current.filter((item) => !value.some((gone) => sameJson(gone, item))),
        );
      }
      continue;
    }
    if (value === null) delete result[key];
    else
      set(result, key, mergeValue(own(result, key), value, memberSchema(schema, key), own(patch, orderPrefix + key)));
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(orderPrefix) || !Array.isArray(order)) continue;
    const name = key.slice(orderPrefix.length);
    // Lists that the patch brings are in order already.
    const current = Object.hasOwn(patch, name) ? undefined : own(result, name);
    if (Array.isArray(current))
      set(result, name, arrange(current, order, current, mergeKey(memberSchema(schema, name))));
  }
  return result;
}

function mergeValue(target: unknown, value: unknown, schema: Schema | undefined, order: unknown): unknown {
  if (isObject(value)) {
    if (replaces(schema) && own(value, '$patch') === undefined) return plain(value);
    return mergeObject(isObject(target) ? target : {}, value, schema);
  }
  if (!Array.isArray(value)) return value;
  const merges = schema?.['x-kubernetes-patch-strategy']?.split(',').includes('merge');
  if (!merges) return plain(value.filter((item) => !isDirectiveOnly(item)));
  const key = mergeKey(schema);
  const current = Array.isArray(target) ? target : [];
  const merged =
    key === undefined
      ? [...current, ...value.filter((item) => !current.some((one) => sameJson(one, item)))]
      : mergeList(current, value, key, schema?.items);
  return arrange(merged, Array.isArray(order) ? order : value, current, key);
}

function mergeList(current: unknown[], patch: unknown[], key: string, items: Schema | undefined): unknown[] {
  if (patch.some((item) => isObject(item) && own(item, '$patch') === 'replace')) {
    return plain(patch.filter((item) => !isDirectiveOnly(item)).map(withoutDirectives)) as unknown[];
  }
  const result = [...current];
  for (const item of patch) {
    if (!isObject(item)) throw bad('a list that merges by key holds objects only');
    const identity = own(item, key);
    if (identity === undefined) throw bad(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    const index = result.findIndex((one) => isObject(one) && sameJson(own(one, key), identity));
    if (own(item, '$patch') === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (index >= 0) {
      result[index] = mergeObject(result[index] as JsonObject, item, items);
    } else result.push(mergeObject({}, item, items));
  }
  return result;
}

/**
 * The order of a merged list (strategicpatch's normalizeElementOrder): items that the patch names in its order, others in the
 * server's; of the two, a server's item goes first only where both were there and it stood before. So a new item that the
 * patch names comes before what it does not name.
 */
function arrange(merged: unknown[], order: unknown[], server: unknown[], key: string | undefined): unknown[] {
  const identity = (item: unknown) => (key && isObject(item) ? own(item, key) : item);
  const rankIn = (list: unknown[]) => (item: unknown) =>
    list.findIndex((one) => sameJson(identity(one), identity(item)));
  const [wanted, stood] = [rankIn(order), rankIn(server)];
  const named = merged.filter((item) => wanted(item) >= 0).sort((a, b) => wanted(a) - wanted(b));
  const others = merged.filter((item) => wanted(item) < 0);
  const result: unknown[] = [];
  for (const item of named) {
    while (others[0] !== undefined && stood(item) > stood(others[0])) result.push(others.shift());
    result.push(item);
  }
  return [...result, ...others];
}

function memberSchema(schema: Schema | undefined, key: string): Schema | undefined {
  const property = schema?.properties && (own(schema.properties as JsonObject, key) as Schema | undefined);
  if (property) return property;
  return isObject(schema?.additionalProperties) ? (schema.additionalProperties as Schema) : undefined;
}

function mergeKey(schema: Schema | undefined): string | undefined {
  return schema?.['x-kubernetes-patch-merge-key'];
}

function replaces(schema: Schema | undefined): boolean {
  return schema?.['x-kubernetes-patch-strategy']?.split(',').includes('replace') ?? false;
}

function isDirectiveOnly(item: unknown): boolean {
  return isObject(item) && own(item, '$patch') === 'replace' && Object.keys(item).length === 1;
}

function withoutDirectives(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { $patch: _, $retainKeys: __, ...rest } = value;
  return rest;
}

/** A copy in which nulls of objects (deletions) are gone: there is nothing to delete from. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return clone(value);
  const result: JsonObject = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== null && !key.startsWith('$')) set(result, key, plain(inner));
  }
  return result;
}

function bad(message: string): ApiError {
  return new ApiError('BadRequest', message);
}
