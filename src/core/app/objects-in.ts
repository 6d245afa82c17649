/** Which of a file's YAML describes Kubernetes objects. Pure. */
import { nearestWord } from './check.ts';
import type { Path } from './document.ts';
import { isObject } from './values.ts';

export interface ObjectIn {
  value: unknown;
  /** Where it stands in its document: `[]`, or `['items', 0]` of a list. */
  at: Path;
}

/** A document's objects: itself, or the items of a list (`kind: List`, `ServiceList`), which kubectl takes one by one. */
export function objectsIn(value: unknown): ObjectIn[] {
  if (value === null || isForeign(value)) return [];
  return isObjectList(value) ? itemsOf(value.items ?? []) : [{ value, at: [] }];
}

function itemsOf(items: readonly unknown[]): ObjectIn[] {
  return items.flatMap((item, index) => {
    const inside = isObjectList(item) ? itemsOf(item.items ?? []) : [{ value: item, at: [] }];
    return inside.map((each) => ({ ...each, at: ['items', index, ...each.at] }));
  });
}

/** Also a `kind: List` with nothing in it yet; another kind may end in that word by itself (`IPAllowList`). */
export function isObjectList(value: unknown): value is { items?: unknown[] | null } {
  if (!isObject(value) || !/^\w*List$/.test(String(value['kind']))) return false;
  const { items } = value;
  return Array.isArray(items) || (value['kind'] === 'List' && (items === undefined || items === null));
}

/** Files of tools that lie beside manifests and have heads like theirs. */
const ofTools = /^(skaffold|kustomize\.config\.k8s\.io|kind\.x-k8s\.io|k3d\.io|eksctl\.io|ctlptl\.dev)\//;

/**
 * It is no Kubernetes object and is not meant to be one: what Compose, Helm, Ansible, a build service or the like reads. What has a key that
 * only objects have, also a misspelt one, is one with a mistake.
 */
export function isForeign(value: unknown): boolean {
  if (Array.isArray(value)) return !value.some((item) => isObject(item) && hasHead(item));
  if (!isObject(value)) return false;
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion === 'string' && ofTools.test(apiVersion)) return true;
  // A chart of Helm, and a kubeconfig.
  if (/^v[12]$/.test(String(apiVersion)) && kind === undefined && metadata === undefined && 'version' in value)
    return true;
  if (apiVersion === 'v1' && kind === 'Config' && 'clusters' in value) return true;
  return !hasHead(value);
}

function hasHead(value: Record<string, unknown>): boolean {
  return 'spec' in value || Object.keys(value).some(isHeadKey);
}

function isHeadKey(key: string): boolean {
  // Of the words of four letters too many are near to another.
  return key.toLowerCase() === 'kind' || nearestWord(key, ['apiVersion', 'metadata']) !== undefined;
}

/** Whether there is a word in it that objects have: without one a mistake in it is nobody's here. */
export function mayHaveObjects(text: string): boolean {
  return /apiVersion|kind|metadata|spec/i.test(text);
}
