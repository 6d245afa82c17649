/** A pod's status from what its containers do, as Kubernetes' kubelet reports it. Pure. */
import { type Condition, rfc3339 } from '../kernel/object.ts';
import type { ContainerState, ContainerStatus, Pod, PodSpec, PodStatus } from './types.ts';

/** What is known of one container. Times in ms since the epoch, platform time. */
export interface ContainerFacts {
  name: string;
  image: string;
  imageId: string;
  containerId: string | undefined;
  state:
    | { is: 'waiting'; reason: string; message?: string }
    | { is: 'running'; since: number }
    | ({ is: 'terminated' } & Termination);
  last: Termination | undefined;
  restarts: number;
  /** Startup probe passed, or there is none. */
  started: boolean;
  ready: boolean;
}

export interface Termination {
  exitCode: number;
  reason: string;
  message?: string;
  signal?: number;
  startedAt: number | undefined;
  finishedAt: number;
  containerId: string | undefined;
}

export interface PodFacts {
  ip: string | undefined;
  hostIP: string;
  startedAt: number;
  init: ContainerFacts[];
  containers: ContainerFacts[];
  /** Ended from outside: a deadline. */
  failure?: { reason: string; message: string };
  /** Why no node can take it. */
  unscheduled?: string | undefined;
}

export function podStatus(pod: Pod, facts: PodFacts, now: number): PodStatus {
  const spec = pod.spec ?? { containers: [] };
  if (facts.unscheduled !== undefined) {
    const { unscheduled: message } = facts;
    const condition: Condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    const conditions = [withTransition(condition, pod.status?.conditions, now)];
    return { phase: 'Pending', conditions, qosClass: qosClass(spec) };
  }
  const phase = facts.failure ? 'Failed' : phaseOf(spec, facts);
  const initialized = facts.init.every(isComplete);
  const unready = facts.containers.filter(({ ready }) => !ready).map(({ name }) => name);
  const done = phase === 'Succeeded' || phase === 'Failed';
  const notReady: Omit<Condition, 'type'> | undefined = done
    ? { status: 'False', reason: phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed' }
    : unready.length > 0
      ? {
          status: 'False',
          reason: 'ContainersNotReady',
          message: `containers with unready status: [${unready.join(' ')}]`,
        }
      : undefined;
  const incomplete = facts.init.filter((container) => !isComplete(container)).map(({ name }) => name);
  const conditions: Condition[] = [
    { type: 'PodReadyToStartContainers', status: facts.ip && !done ? 'True' : 'False' },
    initialized
      ? { type: 'Initialized', status: 'True', ...(phase === 'Succeeded' ? { reason: 'PodCompleted' } : {}) }
      : {
          type: 'Initialized',
          status: 'False',
          reason: 'ContainersNotInitialized',
          message: `containers with incomplete status: [${incomplete.join(' ')}]`,
        },
    { type: 'Ready', ...(notReady ?? { status: 'True' as const }) },
    { type: 'ContainersReady', ...(notReady ?? { status: 'True' as const }) },
    { type: 'PodScheduled', status: 'True' },
  ];
  return {
    phase,
    conditions: conditions.map((condition) => withTransition(condition, pod.status?.conditions, now)),
    ...(facts.failure ?? {}),
    hostIP: facts.hostIP,
    hostIPs: [{ ip: facts.hostIP }],
    ...(facts.ip ? { podIP: facts.ip, podIPs: [{ ip: facts.ip }] } : {}),
    startTime: rfc3339(facts.startedAt),
    ...(facts.init.length > 0 ? { initContainerStatuses: facts.init.map(containerStatus) } : {}),
    containerStatuses: facts.containers.map(containerStatus),
    qosClass: qosClass(spec),
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
  };
}

export function isComplete({ state }: ContainerFacts): boolean {
  return state.is === 'terminated' && state.exitCode === 0;
}

/**
 * | init left | some wait for their first start | some run | all ended | phase |
 * | --- | --- | --- | --- | --- |
 * | yes | | | | Pending (Failed when an init container failed for good) |
 * | no | yes | | | Pending |
 * | no | no | yes | | Running |
 * | no | no | no | restart Always | Running |
 * | no | no | no | all 0 | Succeeded |
 * | no | no | no | Never | Failed |
 * | no | no | no | OnFailure | Running |
 */
function phaseOf(spec: PodSpec, { init, containers }: PodFacts): PodStatus['phase'] {
  const restart = spec.restartPolicy ?? 'Always';
  for (const container of init) {
    if (isComplete(container)) continue;
    return container.state.is === 'terminated' && restart === 'Never' ? 'Failed' : 'Pending';
  }
  if (containers.some(({ state, last }) => state.is === 'waiting' && !last)) return 'Pending';
  if (containers.some(({ state }) => state.is === 'running')) return 'Running';
  if (restart === 'Always') return 'Running';
  const codes = containers.map(({ state, last }) => (state.is === 'terminated' ? state.exitCode : last?.exitCode));
  if (codes.every((code) => code === 0)) return 'Succeeded';
  return restart === 'Never' ? 'Failed' : 'Running';
}

function containerStatus(facts: ContainerFacts): ContainerStatus {
  return {
    name: facts.name,
    state: stateOf(facts.state),
    lastState: facts.last ? { terminated: terminated(facts.last) } : {},
    ready: facts.ready,
    restartCount: facts.restarts,
    image: facts.image,
    imageID: facts.imageId,
    ...(facts.containerId ? { containerID: facts.containerId } : {}),
    started: facts.started,
  };
}

function stateOf(state: ContainerFacts['state']): ContainerState {
  if (state.is === 'waiting') {
    return { waiting: { reason: state.reason, ...(state.message ? { message: state.message } : {}) } };
  }
  if (state.is === 'running') return { running: { startedAt: rfc3339(state.since) } };
  return { terminated: terminated(state) };
}

function terminated(end: Termination): NonNullable<ContainerState['terminated']> {
  return {
    exitCode: end.exitCode,
    ...(end.signal ? { signal: end.signal } : {}),
    reason: end.reason,
    ...(end.message ? { message: end.message } : {}),
    startedAt: end.startedAt === undefined ? null : rfc3339(end.startedAt),
    finishedAt: rfc3339(end.finishedAt),
    ...(end.containerId ? { containerID: end.containerId } : {}),
  };
}

function withTransition(condition: Condition, before: readonly Condition[] | undefined, now: number) {
  const old = before?.find(({ type }) => type === condition.type);
  const kept = old?.status === condition.status ? old.lastTransitionTime : undefined;
  return { ...condition, lastProbeTime: null, lastTransitionTime: kept ?? rfc3339(now) };
}

function qosClass(spec: PodSpec): NonNullable<PodStatus['qosClass']> {
  const all = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ resources }) => resources ?? {});
  const some = all.some(({ limits, requests }) => Object.keys({ ...limits, ...requests }).length > 0);
  if (!some) return 'BestEffort';
  const guaranteed = all.every(({ limits, requests }) =>
    ['cpu', 'memory'].every(
      (name) => limits?.[name] !== undefined && String(requests?.[name] ?? limits[name]) === String(limits[name]),
    ),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
