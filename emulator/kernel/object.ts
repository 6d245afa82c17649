/** The shapes every Kubernetes object shares (k8s.io/apimachinery meta/v1). JSON values only. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  generateName?: string;
  namespace?: string;
  uid: string;
  /** Decimal, monotonic over all kinds of one store. */
  resourceVersion: string;
  /** Rises on spec changes only. */
  generation?: number;
  /** RFC 3339, whole seconds, `Z`. */
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: Json[];
}

/** A stored object. Treat every object read from a store as frozen: copy before changing. */
export interface KubeObject<Spec = unknown, Status = unknown> {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: Spec;
  status?: Status;
}

/** An object as a client or a builder writes it: the server fills the rest of the metadata. */
export interface DraftObject<Spec = unknown, Status = unknown> {
  apiVersion: string;
  kind: string;
  metadata: Partial<ObjectMeta> & ({ name: string } | { generateName: string });
  spec?: Spec;
  status?: Status;
}

/** Knative's and Kubernetes' condition (knative.dev/pkg/apis Condition). Sorted by type in a status. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  severity?: 'Info' | 'Warning' | 'Error';
  /** RFC 3339, whole seconds. */
  lastTransitionTime?: string;
}

/** Identifies a resource (not a version): `services.serving.knative.dev`, core ones as `pods`. */
export type GroupResource = string;

/** `namespace/name`, or `name` for cluster scope. */
export type ObjectKey = string;

export function objectKey(namespace: string | undefined, name: string): ObjectKey {
  return namespace ? `${namespace}/${name}` : name;
}

export function keyOf(object: { metadata: { namespace?: string; name: string } }): ObjectKey {
  return objectKey(object.metadata.namespace, object.metadata.name);
}

/** RFC 3339 in whole seconds, as Kubernetes writes metav1.Time. */
export function rfc3339(epochMs: number): string {
  return `${new Date(Math.floor(epochMs / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}
