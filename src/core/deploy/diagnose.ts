/**
 * Why a revision does not become ready: its conditions, its pods and their events mapped to one cause. Pure. The most
 * particular wins: what a container says of itself, then what the pod's node says, then the revision's own words.
 */
import type { Condition, KubeObject } from '../../../emulator/kernel/object.ts';
import { containersOf } from '../app/model.ts';
import type { CauseCode, MessageArgs } from '../codes.ts';
import { conditionOf, conditionsOf } from '../conditions.ts';
import type { ContainerState, PodStatus } from '../lookup.ts';

export interface Cause {
  code: CauseCode;
  args: MessageArgs;
}

export interface Scene {
  service: KubeObject;
  revision: KubeObject | undefined;
  /** Of the revision. */
  pods: readonly KubeObject[];
  /** Of those pods. */
  events: readonly PodEvent[];
  /** Last lines of the revision's output. */
  logs: readonly string[];
}

export interface PodEvent {
  reason: string;
  message: string;
}

/**
 * The cause of a revision that is not ready, or undefined when nothing speaks against waiting on.
 *
 * | seen | cause |
 * | --- | --- |
 * | image cannot be pulled, ContainerMissing | ImageMissing, or NeedsDocker where only Docker could |
 * | the runtime refuses what is asked for | NeedsDocker |
 * | the program is not found (126, 127, ContainerCannotRun) | StartCommandMissing |
 * | ended, output says the port is taken | AppPortInUse |
 * | ended, Node does not know .ts | AppNodeTooOld |
 * | ended by the memory limit | OutOfMemory |
 * | ended with a code | AppExited |
 * | no node takes it | Unschedulable |
 * | revision False, container runs and is not ready | ProbeFailed or AppNeverListened |
 * | revision False otherwise | Unexplained |
 */
export function diagnose(scene: Scene): Cause | undefined {
  const { revision } = scene;
  const ready = revision && conditionOf(revision, 'Ready');
  return (
    containerCause(scene) ??
    schedulingCause(scene) ??
    (ready?.status === 'False' ? revisionCause(scene, ready) : undefined)
  );
}

/** Of a revision that has had its time: what it is still missing. */
export function lateCause(scene: Scene): Cause | undefined {
  return diagnose(scene) ?? notListening(scene);
}

/** Conditions that are not True, in words, and what the node says of the pods. */
export function troubles(object: KubeObject | undefined): string[] {
  if (!object) return [];
  return conditionsOf(object)
    .filter(({ status }) => status !== 'True')
    .map(({ type, status, reason, message }) => [`${type}=${status}`, reason, message].filter(Boolean).join(': '));
}

function containerCause(scene: Scene): Cause | undefined {
  for (const pod of scene.pods) {
    const { containerStatuses = [] } = (pod.status ?? {}) as PodStatus;
    for (const { name, state, lastState } of containerStatuses) {
      if (name === 'queue-proxy') continue;
      const cause =
        waitingCause(state?.waiting, scene) ?? endedCause(state?.terminated ?? lastState?.terminated, scene);
      if (cause) return cause;
    }
  }
  return undefined;
}

function waitingCause(waiting: ContainerState['waiting'], scene: Scene): Cause | undefined {
  const { reason = '', message = '' } = waiting ?? {};
  switch (reason) {
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return imageCause(scene, message);
    case 'CreateContainerError':
    case 'CreateContainerConfigError':
    case 'RunContainerError':
      return /docker/i.test(message)
        ? { code: 'NeedsDocker', args: { detail: message } }
        : unexplained(scene, reason, message);
    default:
      return undefined;
  }
}

function endedCause(ended: ContainerState['terminated'], scene: Scene): Cause | undefined {
  if (!ended) return undefined;
  const { exitCode, reason = '', message = '' } = ended;
  if (reason === 'ContainerCannotRun' || reason === 'StartError') {
    return { code: 'StartCommandMissing', args: { detail: message } };
  }
  if (reason === 'OOMKilled') return { code: 'OutOfMemory', args: {} };
  const shell = scene.logs.findLast((line) => /: (not found|command not found|No such file or directory)$/.test(line));
  if ((exitCode === 127 || exitCode === 126) && shell) return { code: 'StartCommandMissing', args: { detail: shell } };
  const taken = portTaken(scene);
  if (taken !== undefined) return { code: 'AppPortInUse', args: { port: taken } };
  if (scene.logs.some((line) => /Unknown file extension "\.m?ts"/.test(line))) {
    const version = scene.logs.findLast((line) => /^Node\.js v/.test(line))?.slice('Node.js v'.length);
    return { code: 'AppNodeTooOld', args: { version: version ?? '?' } };
  }
  return { code: 'AppExited', args: { exitCode } };
}

/** From the event that says so, else from the output. */
function portTaken({ events, logs }: Scene): string | undefined {
  const event = events.find(({ reason }) => reason === 'PortTaken');
  const text = event?.message ?? logs.find((line) => /EADDRINUSE|address already in use/i.test(line));
  return text === undefined
    ? undefined
    : (/\bport (\d{2,5})\b|[:\s](\d{2,5})\b/.exec(text)?.slice(1).find(Boolean) ?? '?');
}

function schedulingCause({ pods }: Scene): Cause | undefined {
  for (const pod of pods) {
    const scheduled = conditionOf(pod, 'PodScheduled');
    if (scheduled?.status === 'False') {
      return { code: 'Unschedulable', args: { detail: scheduled.message ?? scheduled.reason ?? '' } };
    }
  }
  return undefined;
}

function revisionCause(scene: Scene, ready: Condition): Cause {
  const { reason = '', message = '' } = ready;
  const exit = /^ExitCode(-?\d+)$/.exec(reason)?.[1];
  const ended = exit === undefined ? undefined : endedCause({ exitCode: Number(exit), message }, scene);
  if (ended) return ended;
  if (reason === 'ContainerMissing') return imageCause(scene, message);
  if (/^(ErrImagePull|ImagePullBackOff)$/.test(reason)) return imageCause(scene, message);
  if (reason === 'Unschedulable') return { code: 'Unschedulable', args: { detail: message } };
  return notListening(scene) ?? unexplained(scene, reason, message);
}

/** A container that runs and is not ready: which of the two its probe tells. */
function notListening(scene: Scene): Cause | undefined {
  // Knative's queue-proxy answers the probe in the application's place: the container itself is ready at once.
  const running = scene.pods.some((pod) => {
    const { containerStatuses = [] } = (pod.status ?? {}) as PodStatus;
    const runs = containerStatuses.some(({ name, state }) => name !== 'queue-proxy' && state?.running);
    return runs && conditionOf(pod, 'Ready')?.status !== 'True';
  });
  if (!running) return undefined;
  const probe = scene.events.findLast(({ reason }) => reason === 'Unhealthy')?.message ?? '';
  const answered = /statuscode: (\d+)|HTTP probe failed|exit(ed with)? code/i.test(probe);
  if (answered) return { code: 'ProbeFailed', args: { detail: probe } };
  return { code: 'AppNeverListened', args: { port: portOf(scene.revision) } };
}

function portOf(revision: KubeObject | undefined): number {
  const { containers = [] } = (revision?.spec ?? {}) as { containers?: { ports?: { containerPort?: number }[] }[] };
  return containers.find(({ ports }) => ports?.length)?.ports?.[0]?.containerPort ?? 8080;
}

function imageCause(scene: Scene, detail: string): Cause {
  if (/needs docker/i.test(detail)) return { code: 'NeedsDocker', args: { detail } };
  const { containers = [] } = (scene.revision?.spec ?? {}) as { containers?: { image?: string }[] };
  const images = containers.map(({ image }) => image ?? '');
  const declared = containersOf(scene.service).map(({ image }) => String(image));
  const image =
    [...images, ...declared].find((name) => name !== '' && detail.includes(name)) ?? images[0] ?? declared[0];
  return { code: 'ImageMissing', args: { image: image ?? '?', detail } };
}

function unexplained({ revision, service }: Scene, reason: string, detail: string): Cause {
  return {
    code: 'Unexplained',
    args: { revision: revision?.metadata.name ?? '?', service: service.metadata.name, reason, detail },
  };
}
