/**
 * What a Deployment says of itself: Available, Progressing with its deadline, ReplicaFailure (kubernetes
 * pkg/controller/deployment/progress.go). Knative reads a revision's fate from it.
 */
import { rfc3339 } from '../../kernel/object.ts';
import type { Deployment, DeploymentStatus, ReplicaSet, WorkloadCondition } from './types.ts';

export interface DeploymentSets {
  newest: ReplicaSet | undefined;
  /** Of the newest, which may be about to be made. */
  name: string;
  all: readonly ReplicaSet[];
}

/** `requeueAfter`: ms until the progress deadline has to be looked at. */
export function deploymentStatus(
  deployment: Deployment,
  sets: DeploymentSets,
  now: number,
): { status: DeploymentStatus; requeueAfter?: number } {
  const wanted = deployment.spec?.replicas ?? 1;
  const before = deployment.status ?? {};
  const count = (pick: (set: ReplicaSet) => number | undefined, of: readonly ReplicaSet[] = sets.all) =>
    of.reduce((total, set) => total + (pick(set) ?? 0), 0);
  const counts = {
    replicas: count((set) => set.status?.replicas),
    updatedReplicas: count((set) => set.status?.replicas, sets.newest ? [sets.newest] : []),
    readyReplicas: count((set) => set.status?.readyReplicas),
    availableReplicas: count((set) => set.status?.availableReplicas),
  };
  const unavailableReplicas = Math.max(0, count((set) => set.spec?.replicas) - counts.availableReplicas);

  const conditions = new Map((before.conditions ?? []).map((condition) => [condition.type, condition]));
  const put = (condition: Omit<WorkloadCondition, 'lastUpdateTime' | 'lastTransitionTime'>, renew = false) => {
    const standing = conditions.get(condition.type);
    if (!renew && standing?.status === condition.status && standing.reason === condition.reason) return;
    const time = rfc3339(now);
    const kept = standing?.status === condition.status ? (standing.lastTransitionTime ?? time) : time;
    conditions.set(condition.type, { ...condition, lastUpdateTime: time, lastTransitionTime: kept });
  };

  put(availability(counts.availableReplicas, wanted, maximumUnavailable(deployment, wanted)));
  const requeueAfter = progress();
  const failure = sets.all
    .flatMap((set) => set.status?.conditions ?? [])
    .find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  if (failure) {
    put({
      type: 'ReplicaFailure',
      status: 'True',
      reason: failure.reason ?? 'FailedCreate',
      message: failure.message ?? '',
    });
  } else {
    conditions.delete('ReplicaFailure');
  }

  const numbers = Object.fromEntries(
    Object.entries({ ...counts, unavailableReplicas }).filter(([, value]) => value > 0),
  );
  return {
    status: { ...numbers, conditions: [...conditions.values()].sort((a, b) => (a.type < b.type ? -1 : 1)) },
    ...(requeueAfter === undefined ? {} : { requeueAfter }),
  };

  function progress(): number | undefined {
    const deadline = deployment.spec?.progressDeadlineSeconds ?? 600;
    const set = `ReplicaSet "${sets.name}"`;
    const standing = conditions.get('Progressing');
    if (!sets.newest) {
      const message = `Created new replica set "${sets.name}"`;
      put({ type: 'Progressing', status: 'True', reason: 'NewReplicaSetCreated', message }, true);
      return deadline * 1000;
    }
    const complete = standing?.reason === 'NewReplicaSetAvailable' && counts.replicas === counts.updatedReplicas;
    if (complete) return undefined;
    const { updatedReplicas, replicas, availableReplicas, readyReplicas } = counts;
    if (updatedReplicas === wanted && replicas === wanted && availableReplicas === wanted) {
      const message = `${set} has successfully progressed.`;
      put({ type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message });
      return undefined;
    }
    const moved =
      updatedReplicas > (before.updatedReplicas ?? 0) ||
      replicas - updatedReplicas < (before.replicas ?? 0) - (before.updatedReplicas ?? 0) ||
      readyReplicas > (before.readyReplicas ?? 0) ||
      availableReplicas > (before.availableReplicas ?? 0);
    if (moved) {
      const message = `${set} is progressing.`;
      put({ type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message }, true);
      return deadline * 1000;
    }
    if (!standing || standing.reason === 'ProgressDeadlineExceeded') return undefined;
    const left = Date.parse(standing.lastUpdateTime ?? rfc3339(now)) + deadline * 1000 - now;
    if (left > 0) return left;
    const message = `${set} has timed out progressing.`;
    put({ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message });
    return undefined;
  }
}

function availability(available: number, wanted: number, unavailable: number) {
  return available >= wanted - unavailable
    ? ({
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      } as const)
    : ({
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      } as const);
}

function maximumUnavailable(deployment: Deployment, wanted: number): number {
  const { strategy } = deployment.spec ?? {};
  if (strategy?.type === 'Recreate') return 0;
  const value = strategy?.rollingUpdate?.maxUnavailable ?? '25%';
  if (typeof value === 'number') return value;
  return value.endsWith('%') ? Math.floor((Number.parseFloat(value) / 100) * wanted) : Number.parseInt(value, 10) || 0;
}
