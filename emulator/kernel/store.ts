/**
 * The store port: versioned objects with a change history. Synchronous: a call that returned is durable against
 * SIGKILL of the process. It knows nothing of kinds, schemas or admission; `kernel/objects.ts` (the registry-aware
 * layer) stands above it.
 */
import type { GroupResource, KubeObject, ObjectKey } from './object.ts';
import type { View } from './resource.ts';

export type WatchType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface Change {
  type: WatchType;
  resource: GroupResource;
  key: ObjectKey;
  /** The revision of this change; equal to the object's resourceVersion (also for DELETED). */
  revision: number;
  object: KubeObject;
  /** The object before, absent for ADDED: a watcher with a selector turns a change into ADDED or DELETED by it. */
  previous?: KubeObject;
}

export interface Store extends View {
  /** The revision of the newest change; 0 when empty. */
  readonly revision: number;
  /** Oldest revision from which `changesSince` can still answer. */
  readonly oldestRevision: number;

  /**
   * Writes an object (create or replace) and returns it with its new resourceVersion, deep-frozen.
   * `expected`: the resourceVersion that must be stored now; '' = must not exist; undefined = whatever is there.
   * @throws StoreConflict when `expected` does not hold, StoreFull when the disk is.
   */
  put<T extends KubeObject>(resource: GroupResource, object: T, expected: string | undefined): T;
  /** Removes an object; returns its last state carrying the revision of the removal. @throws StoreConflict as `put`. */
  remove(
    resource: GroupResource,
    namespace: string | undefined,
    name: string,
    expected?: string,
  ): KubeObject | undefined;

  /** Changes after `revision`, of one resource or all. @throws StoreExpired when they are gone. */
  changesSince(revision: number, resource?: GroupResource): readonly Change[];
  /** Called synchronously after each committed change, in order. */
  subscribe(listener: (change: Change) => void): Disposable;
  /** The JSON bytes of an object version, serialized once and shared. */
  bytes(object: KubeObject): Uint8Array;
  /** Runs several writes as one durable transaction; listeners hear of them after the commit. */
  transaction<T>(work: () => T): T;
  close(): void;
}

export class StoreConflict extends Error {
  readonly current: KubeObject | undefined;
  constructor(current: KubeObject | undefined) {
    super('the stored resourceVersion is another one');
    this.name = 'StoreConflict';
    this.current = current;
  }
}

export class StoreExpired extends Error {
  constructor(revision: number, oldest: number) {
    super(`too old resource version: ${revision} (${oldest})`);
    this.name = 'StoreExpired';
  }
}

/** The disk has no room for the change: nothing of it was written, and what was acknowledged before is as it was. */
export class StoreFull extends Error {
  constructor(cause: unknown) {
    super("no space left for the platform's state: free some and try again; nothing that was acknowledged is lost", {
      cause,
    });
    this.name = 'StoreFull';
  }
}

export type { View };
