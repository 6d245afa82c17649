/** Deployments: a ReplicaSet for each template, the newest rolled out step by step (kubernetes pkg/controller/deployment). */
import type { Child, Controller, Outcome } from '../../kernel/controller.ts';
import { type KubeObject, objectKey } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { annotationsOf, controllerOf, sameJson, without } from '../objects.ts';
import { deploymentStatus } from './deployment-status.ts';
import { templateHash } from './hash.ts';
import { isActivePod } from './pods.ts';
import { workloads } from './resources.ts';
import type { Deployment, Pod, ReplicaSet } from './types.ts';

const hashLabel = 'pod-template-hash';
const revisionAnnotation = 'deployment.kubernetes.io/revision';
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maximumAnnotation = 'deployment.kubernetes.io/max-replicas';

export function deploymentController(): Controller<Deployment> {
  return {
    name: 'deployment',
    resource: workloads.deployments,
    owns: [workloads.replicaSets],
    // Recreate waits until the old pods are gone.
    watches: [{ resource: workloads.pods, keys: deploymentOfPod }],
    reconcile: reconcileDeployment,
  };
}

function deploymentOfPod(pod: KubeObject, view: View): string[] {
  if (!pod.metadata.deletionTimestamp) return [];
  const set = controllerOf(pod);
  if (set?.kind !== 'ReplicaSet') return [];
  const owner = view.get(workloads.replicaSets, pod.metadata.namespace, set.name);
  const deployment = owner && controllerOf(owner);
  return deployment?.kind === 'Deployment' ? [objectKey(pod.metadata.namespace, deployment.name)] : [];
}

export function reconcileDeployment(deployment: Deployment, view: View, now: number): Outcome {
  const { spec, metadata } = deployment;
  if (metadata.deletionTimestamp || !spec) return {};
  const sets = view.list<ReplicaSet>(workloads.replicaSets, { ownerUid: metadata.uid });
  const newest = sets.find((set) => sameJson(withoutHash(set), spec.template));
  const old = sets.filter((set) => set !== newest);
  const name = newest?.metadata.name ?? freshName(deployment, sets);
  const revision = newest
    ? revisionOf(newest) || 1 + Math.max(0, ...old.map(revisionOf))
    : 1 + Math.max(0, ...old.map(revisionOf));

  const scale = spec.paused
    ? { newest: newest?.spec?.replicas ?? 0, old: old.map((set) => set.spec?.replicas ?? 0) }
    : rollout(deployment, newest, old, view);
  const children: Child[] = [];
  if (newest || !spec.paused) {
    children.push({
      resource: workloads.replicaSets,
      object: newReplicaSet(deployment, name, newest, revision, scale.newest),
    });
  }
  const kept = keptHistory(deployment, old, scale.old);
  old.forEach((set, index) => {
    if (kept.has(set)) children.push({ resource: workloads.replicaSets, object: scaled(set, scale.old[index] ?? 0) });
  });

  const { status, requeueAfter } = deploymentStatus(deployment, { newest, name, all: sets }, now);
  return {
    children,
    status: { ...status },
    metadata: { annotations: { [revisionAnnotation]: String(revision) } },
    events: scalingEvents(name, newest, scale.newest, old, scale.old),
    ...(requeueAfter === undefined ? {} : { requeueAfter }),
  };
}

function withoutHash(set: ReplicaSet): unknown {
  const template = set.spec?.template;
  if (!template) return undefined;
  const labels = without(template.metadata?.labels ?? {}, (key) => key === hashLabel);
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** The hash of the template; counted up where another ReplicaSet has that name. */
function freshName(deployment: Deployment, sets: readonly ReplicaSet[]): string {
  const taken = new Set(sets.map(({ metadata }) => metadata.name));
  for (let collisions = 0; ; collisions++) {
    const hash = templateHash(collisions === 0 ? deployment.spec?.template : [deployment.spec?.template, collisions]);
    const name = `${deployment.metadata.name}-${hash}`;
    if (!taken.has(name)) return name;
  }
}

function revisionOf(set: ReplicaSet): number {
  return Number(annotationsOf(set)[revisionAnnotation] ?? 0) || 0;
}

interface Scale {
  newest: number;
  /** In the order of the old ones. */
  old: number[];
}

function rollout(
  deployment: Deployment,
  newest: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  view: View,
): Scale {
  const wanted = deployment.spec?.replicas ?? 1;
  const current = newest?.spec?.replicas ?? 0;
  const oldCounts = old.map((set) => set.spec?.replicas ?? 0);
  const oldTotal = sum(oldCounts);
  if (deployment.spec?.strategy?.type === 'Recreate') {
    const running = old.some((set) =>
      view
        .list<Pod>(workloads.pods, { ownerUid: set.metadata.uid })
        .some((pod) => isActivePod(pod) || pod.metadata.deletionTimestamp),
    );
    return { newest: oldTotal === 0 && !running ? wanted : current, old: oldCounts.map(() => 0) };
  }
  if (oldTotal === 0) return { newest: wanted, old: oldCounts };

  const { surge, unavailable } = rollingBounds(deployment, wanted);
  const room = wanted + surge - oldTotal - current;
  const next = current >= wanted ? wanted : Math.min(wanted, current + Math.max(0, room));
  // Old ones go as far as enough stay available; what never became ready goes first.
  let spare =
    sum([newest, ...old].map((set) => set?.spec?.replicas ?? 0)) -
    (wanted - unavailable) -
    (current - (newest?.status?.availableReplicas ?? 0));
  const counts = oldCounts.map((count, index) => {
    const unhealthy = Math.max(0, count - (old[index]?.status?.availableReplicas ?? 0));
    const gone = Math.max(0, Math.min(unhealthy, spare));
    spare -= gone;
    return count - gone;
  });
  const available = sum([newest, ...old].map((set) => set?.status?.availableReplicas ?? 0));
  let surplus = Math.min(spare, available - (wanted - unavailable));
  const left = counts.map((count) => {
    const gone = Math.max(0, Math.min(count, surplus));
    surplus -= gone;
    return count - gone;
  });
  return { newest: next, old: left };
}

function rollingBounds(deployment: Deployment, wanted: number): { surge: number; unavailable: number } {
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec?.strategy?.rollingUpdate ?? {};
  const surge = resolve(maxSurge, wanted, Math.ceil);
  const unavailable = resolve(maxUnavailable, wanted, Math.floor);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

function resolve(value: number | string, total: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  return value.endsWith('%') ? round((Number.parseFloat(value) / 100) * total) : Number.parseInt(value, 10) || 0;
}

function newReplicaSet(
  deployment: Deployment,
  name: string,
  stored: ReplicaSet | undefined,
  revision: number,
  replicas: number,
): Child['object'] {
  const { spec, metadata } = deployment;
  const wanted = spec?.replicas ?? 1;
  const hash = stored?.metadata.labels?.[hashLabel] ?? name.slice(metadata.name.length + 1);
  const labels = { ...spec?.template.metadata?.labels, [hashLabel]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
      labels,
      annotations: {
        ...without(annotationsOf(deployment), isKeptByDeployment),
        [desiredAnnotation]: String(wanted),
        [maximumAnnotation]: String(wanted + rollingBounds(deployment, wanted).surge),
        [revisionAnnotation]: String(revision),
      },
    },
    spec: {
      replicas,
      ...(spec?.minReadySeconds ? { minReadySeconds: spec.minReadySeconds } : {}),
      selector: { ...spec?.selector, matchLabels: { ...spec?.selector.matchLabels, [hashLabel]: hash } },
      template: { ...spec?.template, metadata: { ...spec?.template.metadata, labels } },
    },
  };
}

function isKeptByDeployment(key: string): boolean {
  return (
    key === 'kubectl.kubernetes.io/last-applied-configuration' ||
    key === revisionAnnotation ||
    key === desiredAnnotation ||
    key === maximumAnnotation
  );
}

function scaled(set: ReplicaSet, replicas: number): Child['object'] {
  return {
    apiVersion: set.apiVersion,
    kind: set.kind,
    metadata: {
      name: set.metadata.name,
      ...(set.metadata.namespace ? { namespace: set.metadata.namespace } : {}),
    },
    spec: { ...set.spec, replicas },
  };
}

/** Old ones with pods, and the newest of the empty ones up to `revisionHistoryLimit`. */
function keptHistory(deployment: Deployment, old: readonly ReplicaSet[], counts: readonly number[]): Set<ReplicaSet> {
  const limit = deployment.spec?.revisionHistoryLimit ?? 10;
  const isEmpty = (set: ReplicaSet, index: number) => (counts[index] ?? 0) === 0 && (set.status?.replicas ?? 0) === 0;
  const empty = old.filter(isEmpty).toSorted((a, b) => revisionOf(b) - revisionOf(a));
  return new Set([...old.filter((set, index) => !isEmpty(set, index)), ...empty.slice(0, limit)]);
}

function scalingEvents(
  name: string,
  newest: ReplicaSet | undefined,
  wanted: number,
  old: readonly ReplicaSet[],
  counts: readonly number[],
): NonNullable<Outcome['events']> {
  const event = (set: string, from: number, to: number) =>
    from === to
      ? []
      : [
          {
            type: 'Normal' as const,
            reason: 'ScalingReplicaSet',
            message: `Scaled ${to > from ? 'up' : 'down'} replica set ${set} from ${from} to ${to}`,
          },
        ];
  return [
    ...event(name, newest?.spec?.replicas ?? 0, wanted),
    ...old.flatMap((set, index) => event(set.metadata.name, set.spec?.replicas ?? 0, counts[index] ?? 0)),
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
