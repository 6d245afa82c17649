/** Small helpers every reconciler needs: owners, and metadata that is copied from an object to its children. */
import type { Child, Outcome } from '../kernel/controller.ts';
import type { DraftObject, GroupResource, KubeObject, OwnerReference } from '../kernel/object.ts';
import { keyOf, objectKey } from '../kernel/object.ts';
import type { LabelSelector } from './duck.ts';

type Map_ = Readonly<Record<string, string>>;

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller);
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** The reference that makes `owner` the controller of what carries it. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Name and namespace of an object in the same namespace as `near`. */
export function placed(near: KubeObject, name: string): { name: string; namespace?: string } {
  return { name, ...(near.metadata.namespace ? { namespace: near.metadata.namespace } : {}) };
}

/** What is kept of a status that is written anew: what others have put there. */
export function foreignStatus(object: KubeObject): { annotations?: Record<string, string> } {
  const { annotations } = (object.status ?? {}) as { annotations?: Record<string, string> };
  return annotations ? { annotations } : {};
}

/**
 * Keys of `<namespace>/<value of a label>`: for objects of a name that another had before, which stand in the way until
 * they are gone.
 */
export function byLabel(label: string): (object: KubeObject) => string[] {
  return (object) => {
    const name = object.metadata.labels?.[label];
    return name ? [objectKey(object.metadata.namespace, name)] : [];
  };
}

export function labelsOf(object: KubeObject): Map_ {
  return object.metadata.labels ?? {};
}

export function annotationsOf(object: KubeObject): Map_ {
  return object.metadata.annotations ?? {};
}

/** All but those whose key `drop` names. */
export function without(map: Map_, drop: (key: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !drop(key)));
}

/**
 * A child whose labels and annotations are exactly those of `object`. The runner only sets what is named, so what is to go
 * comes as a patch beside it.
 */
export function exactChild(
  resource: GroupResource,
  object: DraftObject,
  stored: KubeObject | undefined,
): { child: Child; patches: NonNullable<Outcome['patches']> } {
  const removed = (before: Map_ = {}, after: Map_ = {}) => {
    const keys = Object.keys(before).filter((key) => !(key in after));
    return keys.length > 0 ? Object.fromEntries(keys.map((key) => [key, null])) : undefined;
  };
  const labels = removed(stored?.metadata.labels, object.metadata.labels);
  const annotations = removed(stored?.metadata.annotations, object.metadata.annotations);
  const patches =
    stored && (labels || annotations)
      ? [
          {
            resource,
            key: keyOf(stored),
            patch: { metadata: { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) } },
          },
        ]
      : [];
  return { child: { resource, object }, patches };
}

/** A child that stays as it is: not named, the runner would take it away. */
export function keptChild(resource: GroupResource, stored: KubeObject): Child {
  const { name, namespace } = stored.metadata;
  const metadata = { name, ...(namespace ? { namespace } : {}) };
  return { resource, object: { apiVersion: stored.apiVersion, kind: stored.kind, metadata }, update: 'create-only' };
}

/** Deep equality of JSON values; an absent field and `undefined` are the same. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of keys) if (!sameJson(left[key], right[key])) return false;
  return true;
}

/** There is an existing object of that name which somebody else owns. */
export function notOwnedMessage(kind: string, name: string): string {
  return `There is an existing ${kind} "${name}" that we do not own.`;
}

/** Whether a label selector takes an object; one that is absent or empty takes all. */
export function selects(selector: LabelSelector | undefined, { metadata }: KubeObject): boolean {
  const labels = metadata.labels ?? {};
  const isEqual = Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return (
    isEqual &&
    (selector?.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      const isIn = value !== undefined && values.includes(value);
      return operator === 'In' ? isIn : !isIn;
    })
  );
}
