/**
 * Runs controllers: one generic loop that loads an object, asks its pure controller what should be, and writes the
 * difference. Level-based: keys are queued, never events. One thread; works in short batches so that the API answers.
 */
import type { Clock } from './clock.ts';
import type { Child, Controller, Outcome } from './controller.ts';
import { ApiError } from './errors.ts';
import { recordEvent } from './events.ts';
import { mergePatch, sameJson } from './json.ts';
import {
  type Condition,
  type DraftObject,
  type GroupResource,
  type KubeObject,
  keyOf,
  type ObjectKey,
  type OwnerReference,
  objectKey,
  rfc3339,
} from './object.ts';
import type { Objects } from './objects.ts';
import type { UserInfo } from './resource.ts';
import { type Change, type Store, StoreConflict } from './store.ts';
import { workInBatches } from './workqueue.ts';

export interface RunnerPorts {
  objects: Pick<Objects, 'create' | 'update' | 'delete'>;
  store: Store;
  clock: Clock;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
}

export interface RunnerOptions {
  /** As whom controllers write. Default `system:serviceaccount:knative-serving:controller`. */
  user?: UserInfo;
}

export interface Runner extends AsyncDisposable {
  /** Resolves when nothing is queued or running. Waits for the clock (requeueAfter, back-off) do not count. */
  idle(): Promise<void>;
  /** Looks at an object again, e.g. because something outside of the store changed. */
  enqueue(controller: string, key: string): void;
}

const controllerUser: UserInfo = {
  username: 'system:serviceaccount:knative-serving:controller',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:knative-serving', 'system:authenticated'],
};

export function runControllers(
  // biome-ignore lint/suspicious/noExplicitAny: controllers of different kinds in one list
  controllers: readonly Controller<any>[],
  { objects, store, clock, log }: RunnerPorts,
  { user = controllerUser }: RunnerOptions = {},
): Runner {
  const worker = workInBatches<string>(clock, work);
  const { queue } = worker;
  const byName = new Map(controllers.map((controller) => [controller.name, controller as Controller]));
  const interest = interestOf(controllers);
  /** uid of a child → what was asked for and what came of it: nothing to do while both stand. */
  const applied = new Map<string, { wanted: string; resourceVersion: string }>();

  const subscription = store.subscribe(observe);
  for (const controller of byName.values()) {
    for (const object of store.list(controller.resource)) queue.add(queueKey(controller, keyOf(object)));
  }

  return {
    idle: worker.idle,
    enqueue(name, key) {
      const controller = byName.get(name);
      if (!controller) throw new Error(`no controller ${name}`);
      queue.add(queueKey(controller, key));
    },
    async [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]();
      worker[Symbol.dispose]();
    },
  };

  function observe(change: Change): void {
    if (change.type === 'DELETED') applied.delete(change.object.metadata.uid);
    for (const { controller, how, keys } of interest.get(change.resource) ?? []) {
      if (how === 'self') {
        queue.add(queueKey(controller, change.key));
        continue;
      }
      for (const object of [change.object, change.previous]) {
        if (!object) continue;
        if (how === 'watched') {
          for (const key of keys(object, store)) queue.add(queueKey(controller, key));
          continue;
        }
        const owner = object.metadata.ownerReferences?.find((reference) => reference.controller);
        if (!owner) continue;
        const found =
          store.get(controller.resource, object.metadata.namespace, owner.name) ??
          store.get(controller.resource, undefined, owner.name);
        if (found?.metadata.uid === owner.uid) queue.add(queueKey(controller, keyOf(found)));
      }
    }
  }

  function work(item: string): void {
    const split = item.indexOf('|');
    const controller = byName.get(item.slice(0, split));
    const key = item.slice(split + 1);
    const object = controller && store.get(controller.resource, ...splitKey(key));
    if (!controller || !object) {
      queue.succeeded(item);
      return;
    }
    try {
      const outcome = controller.reconcile(object, store, clock.now());
      const failed = store.transaction(() => apply(controller, object, outcome));
      if (outcome.requeueAfter !== undefined) queue.addAfter(item, outcome.requeueAfter);
      if (failed) queue.retry(item);
      else queue.succeeded(item);
    } catch (error) {
      if (!isConflict(error)) log('error', `${controller.name} ${key}: ${(error as Error).stack ?? String(error)}`);
      queue.retry(item);
    }
  }

  /** @returns whether a child could not be written (it was told in an event; try again). */
  function apply(controller: Controller, object: KubeObject, outcome: Outcome): boolean {
    const { resource } = controller;
    if (outcome.metadata) {
      const changed = withMetadata(object, outcome.metadata);
      if (!sameJson(changed.metadata, object.metadata)) objects.update(resource, changed, { user });
    }
    const events = [...(outcome.events ?? [])];
    let failed = false;
    const attempt = (what: string, write: () => void, child?: DraftObject) => {
      try {
        write();
      } catch (error) {
        if (!(error instanceof ApiError) || isConflict(error)) throw error;
        failed = true;
        events.push(
          (child && controller.refused?.(child, error.message)) ?? {
            type: 'Warning',
            reason: 'FailedCreate',
            message: `Error creating: ${error.message}`,
          },
        );
        log('debug', `${controller.name} ${keyOf(object)}: ${what}: ${error.message}`);
      }
    };
    if (outcome.children && !object.metadata.deletionTimestamp) {
      for (const child of outcome.children) attempt(child.resource, () => applyChild(object, child), child.object);
      removeUnlisted(controller, object, outcome.children);
    }
    for (const { resource: other, object: draft } of outcome.ensure ?? []) {
      const { namespace, name } = draft.metadata;
      if (!name) throw new Error(`${controller.name}: what is ensured needs a name`);
      if (!store.get(other, namespace, name)) attempt(other, () => void objects.create(other, draft, { user }));
    }
    for (const patch of outcome.patches ?? []) applyPatch(patch);
    for (const { resource: other, key } of outcome.deletes ?? []) remove(other, ...splitKey(key));
    if (outcome.status) {
      // It may have gone by its own hand: the last finalizer taken off a deleted object.
      const current = store.get(resource, object.metadata.namespace, object.metadata.name);
      if (current) {
        const status = nextStatus(current, outcome.status, clock.now());
        if (!sameJson(status, current.status)) {
          objects.update(resource, { ...current, status }, { user, subresource: 'status' });
        }
      }
    }
    for (const event of events) recordEvent({ objects, store, clock }, controller.name, object, event, user);
    return failed;
  }

  function applyChild(owner: KubeObject, { resource, object: draft, update = 'spec' }: Child): void {
    const { name } = draft.metadata;
    if (!name) throw new Error(`a child of ${owner.kind} ${owner.metadata.name} has no name`);
    const namespace = draft.metadata.namespace ?? owner.metadata.namespace;
    const existing = store.get(resource, namespace, name);
    if (!existing) {
      const ownerReferences = [ownerOf(owner)];
      const metadata = { ...draft.metadata, name, ...(namespace ? { namespace } : {}), ownerReferences };
      const created = objects.create(resource, { ...draft, metadata }, { user });
      applied.set(created.metadata.uid, {
        wanted: JSON.stringify(draft),
        resourceVersion: created.metadata.resourceVersion,
      });
      return;
    }
    const controllerReference = existing.metadata.ownerReferences?.find((reference) => reference.controller);
    if (controllerReference?.uid !== owner.metadata.uid || update === 'create-only') return;
    const wanted = JSON.stringify(draft);
    const memory = applied.get(existing.metadata.uid);
    if (memory?.wanted === wanted && memory.resourceVersion === existing.metadata.resourceVersion) return;
    const { apiVersion: _a, kind: _k, metadata: _m, status: _s, ...fields } = draft;
    const next: KubeObject = {
      ...existing,
      ...fields,
      metadata: {
        ...existing.metadata,
        ...(draft.metadata.labels ? { labels: { ...existing.metadata.labels, ...draft.metadata.labels } } : {}),
        ...(draft.metadata.annotations
          ? { annotations: { ...existing.metadata.annotations, ...draft.metadata.annotations } }
          : {}),
      },
    };
    const written = sameJson(next, existing) ? existing : objects.update(resource, next, { user });
    applied.set(existing.metadata.uid, { wanted, resourceVersion: written.metadata.resourceVersion });
  }

  function removeUnlisted(controller: Controller, owner: KubeObject, children: readonly Child[]): void {
    const listed = new Set(
      children.map(
        ({ resource, object }) =>
          `${resource} ${objectKey(object.metadata.namespace ?? owner.metadata.namespace, object.metadata.name ?? '')}`,
      ),
    );
    for (const resource of controller.owns ?? []) {
      for (const object of store.list(resource, { ownerUid: owner.metadata.uid })) {
        if (listed.has(`${resource} ${keyOf(object)}`)) continue;
        remove(resource, object.metadata.namespace, object.metadata.name);
      }
    }
  }

  function remove(resource: GroupResource, namespace: string | undefined, name: string): void {
    const existing = store.get(resource, namespace, name);
    if (existing && !existing.metadata.deletionTimestamp) objects.delete(resource, namespace, name, { user });
  }

  function applyPatch({ resource, key, patch, subresource }: NonNullable<Outcome['patches']>[number]): void {
    const current = store.get(resource, ...splitKey(key));
    if (!current) return;
    const next = mergePatch(current, patch) as KubeObject;
    if (!sameJson(next, current)) objects.update(resource, next, { user, subresource: subresource ?? '' });
  }
}

/** Conditions sorted by type; one whose status, reason, message and severity stayed keeps its time. */
export function nextStatus(object: KubeObject, status: NonNullable<Outcome['status']>, now: number): unknown {
  const before = (object.status as { conditions?: Condition[] } | undefined)?.conditions ?? [];
  const conditions = status.conditions?.map((condition) => {
    const { lastTransitionTime: _, ...rest } = condition;
    const old = before.find(({ type }) => type === condition.type);
    if (old?.lastTransitionTime) {
      const { lastTransitionTime, ...oldRest } = old;
      if (sameJson(rest, oldRest)) return { ...rest, lastTransitionTime };
    }
    return { ...rest, lastTransitionTime: rfc3339(now) };
  });
  conditions?.sort((a, b) => (a.type < b.type ? -1 : a.type > b.type ? 1 : 0));
  return {
    ...status,
    ...(conditions ? { conditions } : {}),
    ...(object.metadata.generation === undefined ? {} : { observedGeneration: object.metadata.generation }),
  };
}

export function ownerOf(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

interface Interest {
  controller: Controller;
  how: 'self' | 'owned' | 'watched';
  keys: NonNullable<Controller['watches']>[number]['keys'];
}

function interestOf(controllers: readonly Controller[]): Map<GroupResource, Interest[]> {
  const interest = new Map<GroupResource, Interest[]>();
  const add = (resource: GroupResource, entry: Interest) => {
    interest.set(resource, [...(interest.get(resource) ?? []), entry]);
  };
  for (const controller of controllers) {
    add(controller.resource, { controller, how: 'self', keys: () => [] });
    for (const resource of controller.owns ?? []) add(resource, { controller, how: 'owned', keys: () => [] });
    for (const { resource, keys } of controller.watches ?? []) add(resource, { controller, how: 'watched', keys });
  }
  // Others look at a changed object before it goes on itself: they see each of its states, however busy the thread is.
  for (const entries of interest.values()) entries.sort((a, b) => Number(a.how === 'self') - Number(b.how === 'self'));
  return interest;
}

function withMetadata(object: KubeObject, wanted: NonNullable<Outcome['metadata']>): KubeObject {
  const metadata = { ...object.metadata };
  for (const field of ['labels', 'annotations'] as const) {
    const patch = wanted[field];
    if (patch) metadata[field] = mergePatch(metadata[field] ?? {}, patch) as Record<string, string>;
  }
  if (wanted.finalizers) metadata.finalizers = wanted.finalizers;
  return { ...object, metadata };
}

function isConflict(error: unknown): boolean {
  return error instanceof StoreConflict || (error instanceof ApiError && error.reason === 'Conflict');
}

function queueKey(controller: Controller, key: ObjectKey): string {
  return `${controller.name}|${key}`;
}

function splitKey(key: ObjectKey): [namespace: string | undefined, name: string] {
  const slash = key.indexOf('/');
  return slash < 0 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
}
