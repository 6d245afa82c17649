/** Deleting an object: preconditions, grace, finalizers and propagation. Dependents are the garbage collector's. */
import type { Clock } from './clock.ts';
import { ApiError } from './errors.ts';
import { clone, isObject } from './json.ts';
import { type GroupResource, type KubeObject, rfc3339 } from './object.ts';
import type { DeleteOptions } from './objects.ts';
import type { ResourceDefinition } from './resource.ts';
import type { Store } from './store.ts';

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

export function deleteObject(
  { store, clock }: { store: Store; clock: Clock },
  definition: ResourceDefinition,
  resource: GroupResource,
  old: KubeObject,
  options: DeleteOptions,
): { object: KubeObject; gone: boolean } {
  checkPreconditions(definition, old, options.preconditions);
  const now = clock.now();
  const request = {
    operation: 'DELETE' as const,
    subresource: '' as const,
    object: clone(old),
    old,
    user: options.user,
    dryRun: options.dryRun ?? false,
    view: store,
    now,
  };
  for (const warning of definition.admission?.validate?.(request) ?? []) options.warn?.(warning);

  const object = clone(old);
  const { metadata } = object;
  // 0 when there is nobody who would end it: a pod that runs nowhere, and kinds without grace.
  const usual = definition.strategy?.gracePeriodSeconds?.(old) ?? 0;
  const graceful = usual === 0 ? 0 : Math.max(0, options.gracePeriodSeconds ?? usual);
  const finalizers = new Set(metadata.finalizers ?? []);
  if (options.propagation === 'Foreground') {
    finalizers.delete(orphanFinalizer);
    finalizers.add(foregroundFinalizer);
  } else if (options.propagation === 'Orphan') {
    finalizers.delete(foregroundFinalizer);
    finalizers.add(orphanFinalizer);
  } else if (options.propagation === 'Background') {
    finalizers.delete(foregroundFinalizer);
    finalizers.delete(orphanFinalizer);
  }
  if (finalizers.size > 0) metadata.finalizers = [...finalizers];
  else delete metadata.finalizers;

  const waits = finalizers.size > 0 || graceful > 0 || hasSpecFinalizers(object);
  if (!waits) {
    if (options.dryRun) return { object: old, gone: true };
    return { object: store.remove(resource, metadata.namespace, metadata.name) ?? old, gone: true };
  }
  const already = metadata.deletionTimestamp !== undefined;
  // A second delete may shorten the grace, never lengthen it.
  if (!already || graceful < (metadata.deletionGracePeriodSeconds ?? 0)) {
    metadata.deletionTimestamp = rfc3339(now + graceful * 1000);
    metadata.deletionGracePeriodSeconds = graceful;
    if (!already && metadata.generation !== undefined) metadata.generation++;
  }
  if (definition.group === '' && definition.plural === 'namespaces') object.status = { phase: 'Terminating' };
  if (options.dryRun) return { object, gone: false };
  if (
    already &&
    sameFinalizers(object, old) &&
    metadata.deletionGracePeriodSeconds === old.metadata.deletionGracePeriodSeconds
  ) {
    return { object: old, gone: false };
  }
  return { object: store.put(resource, object, old.metadata.resourceVersion), gone: false };
}

function hasSpecFinalizers({ spec }: KubeObject): boolean {
  const finalizers = isObject(spec) ? spec['finalizers'] : undefined;
  return Array.isArray(finalizers) && finalizers.length > 0;
}

function sameFinalizers(a: KubeObject, b: KubeObject): boolean {
  return (a.metadata.finalizers ?? []).join() === (b.metadata.finalizers ?? []).join();
}

function checkPreconditions(
  definition: ResourceDefinition,
  old: KubeObject,
  preconditions: DeleteOptions['preconditions'],
): void {
  const { name, uid, resourceVersion } = old.metadata;
  const kind = definition.group ? `${definition.kind}.${definition.group}` : definition.kind;
  const refuse = (why: string) => {
    throw new ApiError('Conflict', `Operation cannot be fulfilled on ${kind} "${name}": ${why}`, {
      details: { name, ...(definition.group ? { group: definition.group } : {}), kind: definition.kind },
    });
  };
  if (preconditions?.uid && preconditions.uid !== uid) {
    refuse(
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (preconditions?.resourceVersion && preconditions.resourceVersion !== resourceVersion) {
    refuse(
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
}
