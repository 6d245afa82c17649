/**
 * Kinds that are another name of a stored one: events.k8s.io/v1 Event is the core Event with some members called otherwise
 * (k8s.io/kubernetes pkg/apis/events/v1/conversion.go). Requests are turned into the stored form, answers back.
 */
import { inServedForm } from '../kernel/decode.ts';
import { isObject, type JsonObject } from '../kernel/json.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { Patch } from '../kernel/objects.ts';
import { apiVersionOf, type ResourceMatch } from '../kernel/registry.ts';
import type { KindAlias } from '../kernel/resource.ts';

/** What a client sent as its stored kind takes it; as it is when the kind is no alias. */
export function storedForm({ definition }: ResourceMatch, object: JsonObject): JsonObject {
  const { alias } = definition;
  if (!alias) return object;
  return { ...renamed(object, alias.members), apiVersion: alias.apiVersion };
}

/** A stored object as a version of its kind, or of an alias, has it. */
export function servedForm({ definition, version }: ResourceMatch, object: KubeObject): KubeObject {
  if (!definition.alias) return inServedForm(definition, version, object);
  const apiVersion = apiVersionOf(definition, version.name);
  const members = Object.fromEntries(Object.entries(definition.alias.members).map(([here, there]) => [there, here]));
  return { ...renamed(object as unknown as JsonObject, members), apiVersion } as unknown as KubeObject;
}

export function storedPatch(match: ResourceMatch, patch: Patch): Patch {
  const { alias } = match.definition;
  if (!alias) return patch;
  switch (patch.type) {
    case 'apply':
      return { ...patch, object: isObject(patch.object) ? storedForm(match, patch.object) : patch.object };
    case 'json':
      return { ...patch, operations: storedOperations(patch.operations, alias) };
    default:
      return { ...patch, patch: isObject(patch.patch) ? renamedPatch(match, patch.patch, alias) : patch.patch };
  }
}

/** `regarding.kind=Pod,reportingController=x` in the members of the stored kind. */
export function storedSelector({ definition }: ResourceMatch, text: string | null): string | null {
  const members = definition.alias?.members;
  if (!members || !text) return text;
  return text.replace(/(^|,)(\w+)(?=[.=!])/g, (whole, before: string, name: string) =>
    Object.hasOwn(members, name) ? `${before}${members[name]}` : whole,
  );
}

function renamedPatch(match: ResourceMatch, patch: JsonObject, { members }: KindAlias): JsonObject {
  return 'apiVersion' in patch ? storedForm(match, patch) : renamed(patch, members);
}

function storedOperations(operations: unknown, { members }: KindAlias): unknown {
  if (!Array.isArray(operations)) return operations;
  const pointer = (text: unknown) =>
    typeof text === 'string'
      ? text.replace(/^\/(\w+)/, (whole, name: string) => (Object.hasOwn(members, name) ? `/${members[name]}` : whole))
      : text;
  return operations.map((operation: unknown) => {
    if (!isObject(operation)) return operation;
    const { path, from } = operation;
    return { ...operation, path: pointer(path), ...(from === undefined ? {} : { from: pointer(from) }) };
  });
}

function renamed(object: JsonObject, members: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [Object.hasOwn(members, key) ? (members[key] ?? key) : key, value]),
  );
}
