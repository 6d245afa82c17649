/**
 * The registry-aware object layer: what a Kubernetes API server does between a request and its store. The API server and
 * the controllers write through it, so that both get the same metadata, defaults, validation and admission. Synchronous,
 * as the store is: a call that returned is durable.
 */
import type { Clock } from './clock.ts';
import type { DraftObject, GroupResource, KubeObject } from './object.ts';
import type { Registry } from './registry.ts';
import type { UserInfo, View } from './resource.ts';
import type { Store } from './store.ts';

export interface WriteOptions {
  user: UserInfo;
  dryRun?: boolean;
  /** Recorded in managedFields. Absent: nothing is recorded (controllers). */
  fieldManager?: string;
  /** What unknown and duplicate fields do. Default Ignore (they are pruned silently). */
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Gets the warnings of admission and of field validation. */
  warn?(message: string): void;
  subresource?: '' | 'status' | 'scale';
  /** The version the object is written in, when it does not say so itself (patches). Default: the stored one. */
  version?: string;
}

export interface DeleteOptions extends WriteOptions {
  /** Default Background. */
  propagation?: 'Foreground' | 'Background' | 'Orphan';
  /** Pods only; default what their spec says. 0 removes at once. */
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
}

export type Patch =
  | { type: 'json'; operations: unknown }
  | { type: 'merge'; patch: unknown }
  | { type: 'strategic'; patch: unknown }
  /** Server-side apply; needs `fieldManager`. Creates what is absent. */
  | { type: 'apply'; object: unknown; force: boolean };

/** Every method throws ApiError. Objects that are returned are frozen. */
export interface Objects {
  readonly view: View;
  readonly registry: Registry;
  create<T extends KubeObject = KubeObject>(resource: GroupResource, object: DraftObject, options: WriteOptions): T;
  /** Replaces; a resourceVersion in the object must be the stored one, absent means whatever is there. */
  update<T extends KubeObject>(resource: GroupResource, object: T, options: WriteOptions): T;
  patch(
    resource: GroupResource,
    namespace: string | undefined,
    name: string,
    patch: Patch,
    options: WriteOptions,
  ): { object: KubeObject; created: boolean };
  /** `gone`: removed now; otherwise it carries a deletionTimestamp and waits for its finalizers, children or kubelet. */
  delete(
    resource: GroupResource,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions,
  ): { object: KubeObject; gone: boolean };
}

export interface ObjectsPorts {
  store: Store;
  registry: Registry;
  clock: Clock;
}

export function createObjects(_ports: ObjectsPorts): Objects {
  throw new Error('the object layer is being written');
}
