/**
 * Controllers are pure: they get an object, a view and the time, and say what should be. One generic runner
 * (`runner.ts`) loads, diffs, writes, retries conflicts and sets observedGeneration. Level-based: a key is queued,
 * never an event.
 */
import type { Condition, DraftObject, GroupResource, KubeObject, ObjectKey } from './object.ts';
import type { View } from './resource.ts';

export interface EventDraft {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

export interface Outcome {
  /**
   * What this object should own, complete for the resources in `Controller.owns`: missing ones are created, differing
   * ones updated, owned ones that are not named any more are deleted. Names are fixed (no generateName). The runner adds
   * the controlling ownerReference. Undefined = leave all children as they are.
   */
  children?: Child[];
  /** The whole status but observedGeneration, which the runner sets. `lastTransitionTime` of an unchanged condition is kept by the runner. */
  status?: { conditions?: Condition[]; [field: string]: unknown };
  /** Labels or annotations of the object itself to set (null removes); written before the status. */
  metadata?: {
    labels?: Record<string, string | null>;
    annotations?: Record<string, string | null>;
    finalizers?: string[];
  };
  /** Changes to objects that are not children, e.g. labels of a revision set by its route. Merge patches. */
  patches?: { resource: GroupResource; key: ObjectKey; patch: unknown; subresource?: 'status' }[];
  /** Objects that are no children (other namespace or another owner) to create when absent. */
  ensure?: { resource: GroupResource; object: DraftObject }[];
  deletes?: { resource: GroupResource; key: ObjectKey }[];
  events?: EventDraft[];
  /** Look again after this many ms of platform time. */
  requeueAfter?: number;
}

export interface Child {
  resource: GroupResource;
  object: DraftObject;
  /**
   * How an existing child is brought to `object`. 'spec' (default): labels and annotations that are named are set, every
   * other top-level field that `object` has replaces the stored one (`status` never). 'create-only': never changed.
   */
  update?: 'spec' | 'create-only';
}

export interface Controller<T extends KubeObject = KubeObject> {
  name: string;
  resource: GroupResource;
  /** Kinds whose objects the children are; a change of one queues its owner. */
  owns?: GroupResource[];
  /** Other kinds whose changes matter: which keys of `resource` a changed object concerns. */
  watches?: { resource: GroupResource; keys(object: KubeObject, view: View): ObjectKey[] }[];
  /** How it is told that a child could not be written; default: a warning `FailedCreate`, as a ReplicaSet's. */
  refused?(child: DraftObject, why: string): EventDraft;
  /** Pure. Called for objects that carry a deletionTimestamp too (for finalizers). Throws only on a bug. */
  reconcile(object: T, view: View, now: number): Outcome;
}
