/** `reset`: forgets every object that users made. Namespaces of the platform itself stay, with their ConfigMaps. */
import { ApiError } from '../kernel/errors.ts';
import type { Objects } from '../kernel/objects.ts';
import type { Registry } from '../kernel/registry.ts';
import { groupResource } from '../kernel/resource.ts';
import type { Store } from '../kernel/store.ts';
import { seededNamespaces } from './seed.ts';
import { systemUser as user } from './users.ts';

/** Namespaces in which users work; the others hold the platform's own objects. */
const usersNamespaces = new Set(['default', 'dev']);
/** What the platform makes by itself in every namespace. */
const furniture = new Set(['serviceaccounts', 'events', 'events.events.k8s.io']);

/** @returns how many objects it deleted (what they owned went with them). */
export async function resetPlatform(ports: {
  objects: Objects;
  registry: Registry;
  store: Store;
  idle(): Promise<void>;
}): Promise<number> {
  const { objects, registry, store } = ports;
  let removed = 0;
  const remove = (resource: string, namespace: string | undefined, name: string) => {
    try {
      objects.delete(resource, namespace, name, { user });
      removed++;
    } catch (error) {
      // Gone meanwhile, with its owner.
      if (!(error instanceof ApiError && error.reason === 'NotFound')) throw error;
    }
  };
  for (const definition of registry.all()) {
    const resource = groupResource(definition);
    if (resource === 'namespaces' || furniture.has(resource) || !definition.namespaced) continue;
    for (const { metadata } of store.list(resource)) {
      if (!usersNamespaces.has(metadata.namespace ?? '') || metadata.ownerReferences?.length) continue;
      remove(resource, metadata.namespace, metadata.name);
    }
  }
  for (const { metadata } of store.list('clusterdomainclaims.networking.internal.knative.dev')) {
    remove('clusterdomainclaims.networking.internal.knative.dev', undefined, metadata.name);
  }
  for (const { metadata } of store.list('namespaces')) {
    if (!(seededNamespaces as readonly string[]).includes(metadata.name))
      remove('namespaces', undefined, metadata.name);
  }
  await ports.idle();
  return removed;
}
