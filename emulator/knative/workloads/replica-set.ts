/** ReplicaSets: as many pods of a template as are wanted (kubernetes pkg/controller/replicaset). */
import type { Controller, Outcome } from '../../kernel/controller.ts';
import { type DraftObject, keyOf, rfc3339 } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { controllerReference } from '../objects.ts';
import { nameSuffix } from './hash.ts';
import { availableIn, isActivePod, isReadyPod, scaleDownOrder } from './pods.ts';
import { quotaFault } from './quota.ts';
import { workloads } from './resources.ts';
import type { Pod, ReplicaSet, ReplicaSetStatus, WorkloadCondition } from './types.ts';

/** Pods made or ended in one go, as Kubernetes bursts. */
const burst = 500;

export function replicaSetController(): Controller<ReplicaSet> {
  return {
    name: 'replicaset',
    resource: workloads.replicaSets,
    owns: [workloads.pods],
    watches: [
      {
        // Room in a quota: whoever failed to make pods there tries again.
        resource: workloads.resourceQuotas,
        keys: (quota, view) =>
          view
            .list<ReplicaSet>(workloads.replicaSets, { namespace: quota.metadata.namespace ?? '' })
            .filter(({ status }) => status?.conditions?.some(({ type }) => type === 'ReplicaFailure'))
            .map(keyOf),
      },
    ],
    reconcile: reconcileReplicaSet,
  };
}

export function reconcileReplicaSet(set: ReplicaSet, view: View, now: number): Outcome {
  if (set.metadata.deletionTimestamp || !set.spec) return {};
  const pods = view.list<Pod>(workloads.pods, { ownerUid: set.metadata.uid });
  const active = pods.filter(isActivePod);
  const wanted = set.spec.replicas ?? 1;
  const outcome: Outcome = {};
  let failure: string | undefined;

  if (active.length < wanted) {
    const missing = Math.min(burst, wanted - active.length);
    const drafts = newPods(set, pods, missing, now);
    const fault = drafts[0] && quotaFault(view, set.metadata.namespace ?? '', drafts);
    failure = fault?.message;
    const allowed = fault ? drafts.slice(0, fault.fitting) : drafts;
    outcome.ensure = allowed.map((object) => ({ resource: workloads.pods, object }));
    outcome.events = allowed.map(({ metadata }) => ({
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: `Created pod: ${metadata.name}`,
    }));
    if (failure && failure !== replicaFailure(set)?.message) {
      outcome.events.push({ type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${failure}` });
    }
  } else if (active.length > wanted) {
    const leaving = scaleDownOrder(active).slice(0, Math.min(burst, active.length - wanted));
    outcome.deletes = leaving.map((pod) => ({ resource: workloads.pods, key: keyOf(pod) }));
    outcome.events = leaving.map(({ metadata }) => ({
      type: 'Normal',
      reason: 'SuccessfulDelete',
      message: `Deleted pod: ${metadata.name}`,
    }));
  }

  const { status, requeueAfter } = statusOf(set, active, failure, now);
  outcome.status = { ...status };
  // A quota frees itself by pods that go, which wakes nobody here.
  const retry = failure ? 5000 : undefined;
  const again = Math.min(requeueAfter ?? Infinity, retry ?? Infinity);
  if (again !== Infinity) outcome.requeueAfter = again;
  return outcome;
}

function newPods(set: ReplicaSet, existing: readonly Pod[], count: number, now: number): DraftObject[] {
  const taken = new Set(existing.map(({ metadata }) => metadata.name));
  const template = set.spec?.template;
  const drafts: DraftObject[] = [];
  for (let n = 0; drafts.length < count; n++) {
    const name = `${set.metadata.name}-${nameSuffix(`${set.metadata.uid}/${now}/${taken.size}/${n}`)}`;
    if (taken.has(name)) continue;
    taken.add(name);
    drafts.push({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        generateName: `${set.metadata.name}-`,
        ...(set.metadata.namespace ? { namespace: set.metadata.namespace } : {}),
        ...(template?.metadata?.labels ? { labels: template.metadata.labels } : {}),
        ...(template?.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
        ownerReferences: [controllerReference(set)],
      },
      spec: template?.spec,
    });
  }
  return drafts;
}

function replicaFailure(set: ReplicaSet): WorkloadCondition | undefined {
  return set.status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
}

function statusOf(set: ReplicaSet, active: readonly Pod[], failure: string | undefined, now: number) {
  const minReady = set.spec?.minReadySeconds ?? 0;
  const labels = Object.entries(set.spec?.template.metadata?.labels ?? {});
  const labelled = active.filter((pod) => labels.every(([key, value]) => pod.metadata.labels?.[key] === value));
  const waits = active.map((pod) => availableIn(pod, minReady, now)).filter((wait) => wait !== undefined);
  const pending = waits.filter((wait) => wait > 0);
  const ready = active.filter(isReadyPod).length;
  const available = waits.length - pending.length;
  const before = replicaFailure(set);
  const conditions: WorkloadCondition[] = failure
    ? [
        {
          type: 'ReplicaFailure',
          status: 'True',
          reason: 'FailedCreate',
          message: failure,
          lastTransitionTime: before?.lastTransitionTime ?? rfc3339(now),
        },
      ]
    : [];
  const status: ReplicaSetStatus = {
    replicas: active.length,
    ...(labelled.length > 0 ? { fullyLabeledReplicas: labelled.length } : {}),
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    ...(available > 0 ? { availableReplicas: available } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
  return { status, requeueAfter: pending.length > 0 ? Math.min(...pending) : undefined };
}
