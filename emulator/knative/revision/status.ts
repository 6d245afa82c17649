/** Words and verbs of a Revision's status (knative.dev/serving v1 revision_lifecycle, k8s_lifecycle). */
import { type Conditions, conditionOf, livingConditions, manageConditions } from '../conditions.ts';
import { notOwnedMessage } from '../objects.ts';
import type { PodAutoscaler } from '../pod-autoscaler/types.ts';
import type { Deployment, Pod } from '../workloads/types.ts';
import { queueContainerName } from './queue.ts';

/** Active is not one of them: a revision at zero is ready. */
export const revisionConditions = livingConditions('ResourcesAvailable', 'ContainerHealthy');

const deploymentConditions = livingConditions('Progressing', 'ReplicaSetReady');
export const deadlineExceeded = 'ProgressDeadlineExceeded';

export function markNotOwned(conditions: Conditions, kind: string, name: string): void {
  conditions.markFalse('ResourcesAvailable', 'NotOwned', notOwnedMessage(kind, name));
}

export function markDeploying(conditions: Conditions): void {
  conditions.markUnknown('ResourcesAvailable', 'Deploying');
  conditions.markUnknown('ContainerHealthy', 'Deploying');
}

/** Whether resources are known to be missing, or the container to be broken. */
export function isBroken(conditions: Conditions): boolean {
  return conditions.status('ResourcesAvailable') === 'False' || conditions.status('ContainerHealthy') === 'False';
}

/** Progressing, and no ReplicaFailure: ResourcesAvailable follows. */
export function propagateDeployment(conditions: Conditions, deployment: Deployment): void {
  const own = manageConditions(deploymentConditions, undefined, 0);
  own.markTrue('ReplicaSetReady');
  own.markUnknown('Progressing', 'Deploying');
  const progressing = conditionOf(deployment, 'Progressing');
  if (progressing) own.copy('Progressing', progressing);
  const failure = conditionOf(deployment, 'ReplicaFailure');
  if (failure?.status === 'True') own.markFalse('ReplicaSetReady', failure.reason ?? '', failure.message);
  conditions.copy('ResourcesAvailable', own.get('Ready'));
}

/** Why no pod of a Deployment is available, as far as its first pod tells. */
export function propagatePod(
  conditions: Conditions,
  pod: Pod,
  { timedOut, alwaysSchedulable }: { timedOut: boolean; alwaysSchedulable: boolean },
): void {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (!alwaysSchedulable && scheduled?.status === 'False') {
    conditions.markFalse('ResourcesAvailable', scheduled.reason ?? '', scheduled.message);
  }
  for (const { name, state, lastState } of pod.status?.containerStatuses ?? []) {
    if (name === queueContainerName) continue;
    const ended = lastState?.terminated;
    if (ended) {
      const said = ended.message || (ended.exitCode === 0 ? 'container exited with no error' : '');
      conditions.markFalse('ContainerHealthy', `ExitCode${ended.exitCode}`, `Container failed with: ${said}`);
      return;
    }
    if (state?.waiting && timedOut) {
      conditions.markFalse('ResourcesAvailable', state.waiting.reason ?? '', state.waiting.message);
      return;
    }
  }
}

/** Active follows the PodAutoscaler; and a target that was once up makes the revision available. */
export function propagateAutoscaler(conditions: Conditions, autoscaler: PodAutoscaler | undefined): void {
  const broken = isBroken(conditions);
  const ready = conditionOf(autoscaler, 'Ready');
  if (!ready) {
    conditions.markUnknown('Active', 'Deploying');
    if (!broken) conditions.markUnknown('ResourcesAvailable', 'Deploying');
    return;
  }
  const initialized = conditionOf(autoscaler, 'ScaleTargetInitialized')?.status === 'True';
  const serviceName = autoscaler?.status?.serviceName ?? '';
  if (initialized && !broken) {
    conditions.markTrue('ResourcesAvailable');
    conditions.markTrue('ContainerHealthy');
  }
  if (conditions.status('ResourcesAvailable') === 'True' && (!serviceName || !initialized)) {
    conditions.markUnknown('ResourcesAvailable', 'Deploying');
  }
  // Scaled to zero before it ever came up: it has failed.
  if (ready.status === 'False' && !initialized && !broken && serviceName) {
    conditions.markFalse('ResourcesAvailable', deadlineExceeded, 'Initial scale was never achieved');
  }
  conditions.copy('Active', ready);
}
