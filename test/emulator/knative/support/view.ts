/** A view over given objects, and a short form of conditions to compare. */
import type { Outcome } from '../../../../emulator/kernel/controller.ts';
import type { Condition, KubeObject } from '../../../../emulator/kernel/object.ts';
import type { ListOptions, View } from '../../../../emulator/kernel/resource.ts';

const plurals: Record<string, string> = {
  Pod: 'pods',
  Endpoints: 'endpoints',
  ConfigMap: 'configmaps',
  ResourceQuota: 'resourcequotas',
  Deployment: 'deployments.apps',
  ReplicaSet: 'replicasets.apps',
  Ingress: 'ingresses.networking.internal.knative.dev',
};

function resourceOf({ apiVersion, kind }: KubeObject): string {
  const known = plurals[kind];
  if (known) return known;
  const slash = apiVersion.indexOf('/');
  const plural = `${kind.toLowerCase()}s`;
  return slash < 0 ? plural : `${plural}.${apiVersion.slice(0, slash)}`;
}

export function viewOf(...objects: KubeObject[]): View {
  const matches = ({ metadata }: KubeObject, { namespace, labels, ownerUid }: ListOptions) =>
    (namespace === undefined || metadata.namespace === namespace) &&
    Object.entries(labels ?? {}).every(([key, value]) => metadata.labels?.[key] === value) &&
    (ownerUid === undefined || metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === ownerUid));
  return {
    get: <T extends KubeObject>(resource: string, namespace: string | undefined, name: string) =>
      objects.find(
        (object) =>
          resourceOf(object) === resource && object.metadata.namespace === namespace && object.metadata.name === name,
      ) as T | undefined,
    list: <T extends KubeObject>(resource: string, options: ListOptions = {}) =>
      objects.filter((object) => resourceOf(object) === resource && matches(object, options)) as T[],
  };
}

/** `{Ready: 'False RevisionFailed: …'}`. */
export function conditionsOf(status: { conditions?: Condition[] } | undefined): Record<string, string> {
  return Object.fromEntries(
    (status?.conditions ?? []).map(({ type, status: value, reason, message }) => [
      type,
      `${value}${reason ? ` ${reason}` : ''}${message ? `: ${message}` : ''}`,
    ]),
  );
}

/** Kind and name of each child. */
export function childrenOf(outcome: Outcome): string[] {
  return (outcome.children ?? []).map(({ object }) => `${object.kind}/${object.metadata.name}`);
}

/** The object that a child is to be, by kind and name. */
export function child<T>(outcome: Outcome, kind: string, name?: string): T {
  const found = outcome.children?.find(
    ({ object }) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  if (!found) throw new Error(`no ${kind} ${name ?? ''} among ${childrenOf(outcome).join(', ')}`);
  return found.object as T;
}
