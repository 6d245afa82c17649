/**
 * What Kubernetes' garbage collector and namespace controller do: dependents go when all of their owners are gone (also
 * when that happened while the platform was down), foreground and orphan deletions are finished, a namespace that ends
 * takes its contents along, and a new one gets its default service account.
 */
import type { Clock } from './clock.ts';
import { deleteObject, foregroundFinalizer, orphanFinalizer } from './deletion.ts';
import { ApiError } from './errors.ts';
import { recordEvent } from './events.ts';
import { type GroupResource, type KubeObject, keyOf, type ObjectKey, type OwnerReference } from './object.ts';
import type { Objects } from './objects.ts';
import { groupResource, type UserInfo } from './resource.ts';
import type { Change, Store } from './store.ts';
import { workInBatches } from './workqueue.ts';

export interface GarbagePorts {
  objects: Objects;
  store: Store;
  clock: Clock;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
}

export interface GarbageCollector extends AsyncDisposable {
  /** Resolves when there is nothing left to look at. Back-off after a failure does not count. */
  idle(): Promise<void>;
}

interface Place {
  resource: GroupResource;
  key: ObjectKey;
}

const collector: UserInfo = systemAccount('generic-garbage-collector');
const namespaceController: UserInfo = systemAccount('namespace-controller');

export function collectGarbage({ objects, store, clock, log }: GarbagePorts): GarbageCollector {
  const { registry } = objects;
  const worker = workInBatches<string>(clock, attempt);
  const { queue } = worker;
  const live = new Map<string, Place>();
  /** uid of an owner → who names it. */
  const dependents = new Map<string, Map<string, Place>>();
  /** Owners that were seen to go, while somebody names them: also those whose kind went with them. */
  const gone = new Set<string>();

  for (const definition of registry.all()) {
    const resource = groupResource(definition);
    for (const object of store.list(resource)) {
      index(resource, object);
      if (concerns(resource, object)) queue.add(itemOf(resource, keyOf(object)));
    }
  }
  const subscription = store.subscribe(observe);

  return {
    idle: worker.idle,
    async [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]();
      worker[Symbol.dispose]();
    },
  };

  function observe({ type, resource, key, object, previous }: Change): void {
    if (previous) unindex(resource, previous);
    if (type !== 'DELETED') {
      index(resource, object);
      if (concerns(resource, object)) queue.add(itemOf(resource, key));
      return;
    }
    const named = dependents.get(object.metadata.uid);
    if (named) gone.add(object.metadata.uid);
    for (const item of named?.keys() ?? []) queue.add(item);
    // An owner may wait for this one (foreground), and so may its namespace.
    for (const owner of object.metadata.ownerReferences ?? []) {
      const place = live.get(owner.uid);
      if (place) queue.add(itemOf(place.resource, place.key));
    }
    const { namespace } = object.metadata;
    if (namespace && store.get('namespaces', undefined, namespace)?.metadata.deletionTimestamp) {
      queue.add(itemOf('namespaces', namespace));
    }
  }

  function attempt(item: string): void {
    try {
      work(item);
      queue.succeeded(item);
    } catch (error) {
      if (!(error instanceof ApiError)) log('error', `garbage: ${item}: ${(error as Error).stack ?? String(error)}`);
      else if (error.reason !== 'Conflict') log('warn', `garbage: ${item}: ${error.message}`);
      queue.retry(item);
    }
  }

  function work(item: string): void {
    const { resource, key } = placeOf(item);
    const object = read(resource, key);
    if (!object) return;
    if (resource === 'namespaces') tendNamespace(object);
    const finalizers = object.metadata.finalizers ?? [];
    if (object.metadata.deletionTimestamp) {
      if (finalizers.includes(orphanFinalizer)) orphan(resource, object);
      else if (finalizers.includes(foregroundFinalizer)) foreground(resource, object);
      return;
    }
    const owners = object.metadata.ownerReferences ?? [];
    const standings = owners.map((owner) => standingOf(owner, object));
    // Of a kind that is not served: nobody can tell whether it is there, so the dependent is left alone.
    if (standings.includes('unknown')) return;
    const solid = owners.filter((_, index) => standings[index] === 'solid');
    if (owners.length === 0 || solid.length === owners.length) return;
    if (solid.length === 0) remove(resource, object, 'Background');
    else objects.update(resource, withOwners(object, solid), { user: collector });
  }

  /** Owners live in the namespace of their dependents or in none; a reference elsewhere leads nowhere. */
  function standingOf(owner: OwnerReference, dependent: KubeObject): 'solid' | 'absent' | 'unknown' {
    if (gone.has(owner.uid)) return 'absent';
    const definition = registry.byKind(owner.apiVersion, owner.kind)?.definition;
    if (!definition) return 'unknown';
    const { namespace } = dependent.metadata;
    // What belongs to no namespace cannot be owned from within one: such a reference is never resolved.
    if (definition.namespaced && namespace === undefined) {
      tellElsewhere(owner, dependent);
      return 'solid';
    }
    const found = store.get(groupResource(definition), definition.namespaced ? namespace : undefined, owner.name);
    if (found?.metadata.uid === owner.uid) return 'solid';
    if (live.has(owner.uid)) tellElsewhere(owner, dependent);
    return 'absent';
  }

  function tellElsewhere({ apiVersion, kind, name, uid }: OwnerReference, dependent: KubeObject): void {
    const { namespace = '' } = dependent.metadata;
    const reference = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
    const message = `ownerRef ${reference} does not exist in namespace "${namespace}"`;
    const event = { type: 'Warning', reason: 'OwnerRefInvalidNamespace', message } as const;
    recordEvent({ objects, store, clock }, 'garbage-collector-controller', dependent, event, collector);
  }

  function orphan(resource: GroupResource, owner: KubeObject): void {
    for (const dependent of dependentsOf(owner)) {
      const rest = (dependent.object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
      objects.update(dependent.resource, withOwners(dependent.object, rest), { user: collector });
    }
    withoutFinalizer(resource, owner, orphanFinalizer);
  }

  function foreground(resource: GroupResource, owner: KubeObject): void {
    let waits = false;
    for (const { resource: other, object } of dependentsOf(owner)) {
      const references = object.metadata.ownerReferences ?? [];
      const others = references.filter((one) => one.uid !== owner.metadata.uid && standingOf(one, object) !== 'absent');
      if (others.length > 0) {
        objects.update(other, withOwners(object, others), { user: collector });
        continue;
      }
      if (!object.metadata.deletionTimestamp) {
        remove(other, object, dependents.has(object.metadata.uid) ? 'Foreground' : 'Background');
      }
      const blocks = references.some(
        (reference) => reference.uid === owner.metadata.uid && reference.blockOwnerDeletion,
      );
      if (blocks && read(other, keyOf(object))?.metadata.uid === object.metadata.uid) waits = true;
    }
    if (!waits) withoutFinalizer(resource, owner, foregroundFinalizer);
  }

  function dependentsOf(owner: KubeObject): { resource: GroupResource; object: KubeObject }[] {
    return [...(dependents.get(owner.metadata.uid)?.values() ?? [])].flatMap(({ resource, key }) => {
      const object = read(resource, key);
      return object ? [{ resource, object }] : [];
    });
  }

  function withoutFinalizer(resource: GroupResource, object: KubeObject, finalizer: string): void {
    const finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== finalizer);
    objects.update(resource, { ...object, metadata: { ...object.metadata, finalizers } }, { user: collector });
  }

  function tendNamespace(namespace: KubeObject): void {
    const { name } = namespace.metadata;
    if (!namespace.metadata.deletionTimestamp) {
      if (!registry.get('serviceaccounts') || store.get('serviceaccounts', name, 'default')) return;
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } };
      objects.create('serviceaccounts', account, { user: namespaceController });
      return;
    }
    let left = 0;
    for (const definition of registry.all()) {
      if (!definition.namespaced) continue;
      const resource = groupResource(definition);
      for (const object of store.list(resource, { namespace: name })) {
        if (!object.metadata.deletionTimestamp) remove(resource, object, 'Background');
        if (read(resource, keyOf(object))) left++;
      }
    }
    if (left > 0) return;
    const current = read('namespaces', name);
    if (!current) return;
    const spec = { ...(current.spec as Record<string, unknown>), finalizers: [] };
    objects.update('namespaces', { ...current, spec }, { user: namespaceController });
  }

  /** Past admission: a collector's delete is not asked whether it may. */
  function remove(resource: GroupResource, object: KubeObject, propagation: 'Background' | 'Foreground'): void {
    const definition = registry.get(resource);
    const current = read(resource, keyOf(object));
    if (!definition || current?.metadata.uid !== object.metadata.uid) return;
    const { admission: _, ...plain } = definition;
    deleteObject({ store, clock }, plain, resource, current, { user: collector, propagation });
  }

  function read(resource: GroupResource, key: ObjectKey): KubeObject | undefined {
    const slash = key.indexOf('/');
    return slash < 0
      ? store.get(resource, undefined, key)
      : store.get(resource, key.slice(0, slash), key.slice(slash + 1));
  }

  function index(resource: GroupResource, object: KubeObject): void {
    const place = { resource, key: keyOf(object) };
    live.set(object.metadata.uid, place);
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const known = dependents.get(uid) ?? new Map<string, Place>();
      dependents.set(uid, known.set(itemOf(resource, place.key), place));
    }
  }

  function unindex(resource: GroupResource, object: KubeObject): void {
    live.delete(object.metadata.uid);
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const known = dependents.get(uid);
      known?.delete(itemOf(resource, keyOf(object)));
      if (known?.size !== 0) continue;
      dependents.delete(uid);
      gone.delete(uid);
    }
  }
}

function concerns(resource: GroupResource, object: KubeObject): boolean {
  if (resource === 'namespaces' || (object.metadata.ownerReferences?.length ?? 0) > 0) return true;
  return object.metadata.deletionTimestamp !== undefined;
}

function withOwners(
  object: KubeObject,
  ownerReferences: NonNullable<KubeObject['metadata']['ownerReferences']>,
): KubeObject {
  const { ownerReferences: _, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, ...(ownerReferences.length > 0 ? { ownerReferences } : {}) } };
}

function itemOf(resource: GroupResource, key: ObjectKey): string {
  return `${resource}|${key}`;
}

function placeOf(item: string): Place {
  const split = item.indexOf('|');
  return { resource: item.slice(0, split), key: item.slice(split + 1) };
}

function systemAccount(name: string): UserInfo {
  return {
    username: `system:serviceaccount:kube-system:${name}`,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
  };
}
