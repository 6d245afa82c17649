/**
 * Why a revision does not become ready: its conditions, its pods and their events mapped to one cause. Pure. The most
 * particular wins: what a container says of itself, then what the pod's node says, then the revision's own words.
 */
import { parseDuration } from '../../../emulator/kernel/duration.ts';
import type { Condition, KubeObject } from '../../../emulator/kernel/object.ts';
import { containersOf } from '../app/model.ts';
import { shellWord } from '../app/words.ts';
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
  /** Of those pods, and `InternalError` of the revision: what kept it from getting any. */
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
 * | image cannot be pulled, ContainerMissing | RegistryUnauthorized, RegistryUnreachable, ImageNeedsDocker where no engine is there to pull it, NeedsDocker where only Docker could, else ImageMissing |
 * | a ConfigMap, Secret or key of one is not there | ConfigMapMissing, SecretMissing, ConfigKeyMissing |
 * | the runtime refuses what is asked for | NeedsDocker |
 * | the program is not found (126, 127, StartError, ContainerCannotRun) | StartCommandMissing |
 * | ended, output says the port is taken, or not allowed | AppPortInUse, AppPortRefused |
 * | ended, output misses a module | ModuleMissing |
 * | ended, Node does not know .ts | AppNodeTooOld |
 * | ended by the memory limit | OutOfMemory |
 * | ended by a signal, or by itself when told to, after a startup or liveness probe failed | ProbeEnded |
 * | ended with a code | AppExited |
 * | Kubernetes refuses the Deployment that Knative would make of it | ManifestRefused |
 * | a volume of it cannot be made (an event of a pod that has not begun) | ConfigMapMissing, SecretMissing, ConfigKeyMissing |
 * | no node takes it, or the quota does not let it be made | Unschedulable, QuotaExceeded, QuotaUnspecified |
 * | it ran for as long as its progress deadline lets it | StartTooSlow |
 * | revision False, container runs and is not ready | ProbeFailed or AppNeverListened |
 * | revision False otherwise | Unexplained |
 */
export function diagnose(scene: Scene): Cause | undefined {
  const { revision } = scene;
  const ready = revision && conditionOf(revision, 'Ready');
  return (
    containerCause(scene) ??
    volumeCause(scene) ??
    schedulingCause(scene) ??
    quotaCause(scene) ??
    refusedCause(scene) ??
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
      if (/docker/i.test(message)) return { code: 'NeedsDocker', args: { detail: message } };
      return configCause(scene, message) ?? unexplained(scene, reason, message);
    default:
      return undefined;
  }
}

function endedCause(ended: ContainerState['terminated'], scene: Scene): Cause | undefined {
  if (!ended) return undefined;
  const { exitCode, reason = '', message = '' } = ended;
  // A Revision tells the code alone: 128 is a kubelet's for what could not be started.
  if (reason === 'ContainerCannotRun' || reason === 'StartError' || (exitCode === 128 && /\bexec: "/.test(message))) {
    return { code: 'StartCommandMissing', args: { detail: message } };
  }
  if (reason === 'OOMKilled') return { code: 'OutOfMemory', args: {} };
  const probe = endedByProbe(scene, exitCode);
  if (probe) return probe;
  const shell = scene.logs.findLast((line) => /: (not found|command not found|No such file or directory)$/.test(line));
  if ((exitCode === 127 || exitCode === 126) && shell) return { code: 'StartCommandMissing', args: { detail: shell } };
  const refused = scene.logs.findLast((line) =>
    /\bEACCES\b.*\d|permission denied.*:\d|:\d+.*permission denied/i.test(line),
  );
  const forbidden = refused && /(?::|port )(\d{1,4})\b(?!\.)/.exec(refused)?.[1];
  if (forbidden && Number(forbidden) < 1024) return { code: 'AppPortRefused', args: { port: forbidden } };
  const taken = portTaken(scene);
  if (taken !== undefined) return { code: 'AppPortInUse', args: { port: taken } };
  const version = scene.logs.findLast((line) => /^Node\.js v/.test(line))?.slice('Node.js v'.length);
  if (readsNoTypes(scene, version)) return { code: 'AppNodeTooOld', args: { version: version ?? '?' } };
  return moduleCause(scene) ?? { code: 'AppExited', args: { exitCode } };
}

/** The kubelet tells by events alone that it was it who ended the container; one that ends with a code of its own ended by itself. */
function endedByProbe({ events }: Scene, exitCode: number): Cause | undefined {
  if (exitCode !== 143 && exitCode !== 137 && exitCode !== 0) return undefined;
  const killed = events.findLast(({ reason, message }) => reason === 'Killing' && probeThatKilled.test(message));
  const kind = killed && probeThatKilled.exec(killed.message)?.[1];
  if (!kind) return undefined;
  const said = new RegExp(`^${kind} probe failed: `, 'i');
  const failed = events.filter(({ reason, message }) => reason === 'Unhealthy' && said.test(message));
  // While it starts, again by now, it refuses any connection: what it answered says more.
  const telling = failed.findLast(({ message }) => !/connection refused/.test(message)) ?? failed.at(-1) ?? killed;
  const detail = telling.message.replace(said, '').trim();
  return { code: 'ProbeEnded', args: { probe: `${kind}Probe`, detail } };
}

const probeThatKilled = /\bfailed (startup|liveness) probe\b/;

/** An old Node says that it does not know .ts, or stumbles over the first type in it. */
function readsNoTypes({ logs }: Scene, version: string | undefined): boolean {
  if (logs.some((line) => /Unknown file extension "\.m?ts"/.test(line))) return true;
  const [major = 99, minor = 0] = (version ?? '').split('.').map(Number);
  const old = version !== undefined && (major < 22 || (major === 22 && minor < 18));
  return (
    old && logs.some((line) => /^\S+\.[cm]?ts:\d+$/.test(line)) && logs.some((line) => /^SyntaxError: /.test(line))
  );
}

/** Modules of a package manager; a file of the application's own that is not there is the application's mistake. */
function moduleCause({ logs }: Scene): Cause | undefined {
  for (const line of logs) {
    const node =
      /Cannot find (?:module|package) '((?:@[\w.-]+\/)?[\w][\w.-]*)(?:\/[^']*)?'/.exec(line)?.[1] ??
      // A file of one that is started by its path.
      /Cannot find module '[^']*?[\\/]node_modules[\\/]((?:@[\w.-]+[\\/])?\w[\w.-]*)[\\/]/
        .exec(line)?.[1]
        ?.replace('\\', '/');
    if (node) return { code: 'ModuleMissing', args: { module: node, command: `npm install ${node}` } };
    const python = /ModuleNotFoundError: No module named '(\w+)/.exec(line)?.[1];
    if (python) return { code: 'ModuleMissing', args: { module: python, command: `pip install ${python}` } };
    // What is started by -m; a debugger is the interpreter's, not one of what the application lists.
    const [, interpreter = '', started] = /^(\S.*python[\d.]*(?:\.exe)?): No module named '?(\w+)/.exec(line) ?? [];
    if (started === undefined) continue;
    const command =
      started === 'debugpy' ? `${shellWord(interpreter)} -m pip install debugpy` : `pip install ${started}`;
    return { code: 'ModuleMissing', args: { module: started, command } };
  }
  return missingInGo(logs);
}

/** A package that the sources import and no module that go.mod and go.sum know has, with the command that Go gives. */
export function missingInGo(lines: readonly string[]): Cause | undefined {
  for (const [at, line] of lines.entries()) {
    const module = /(?:no required module provides|missing go\.sum entry for module providing) package (\S+?);? /.exec(
      line,
    )?.[1];
    const command = /^\s*(go get \S+)/.exec(lines[at + 1] ?? '')?.[1];
    if (module && command) return { code: 'ModuleMissing', args: { module, command } };
  }
  return undefined;
}

/** While it waits for its volumes a pod's status says nothing of why. */
function volumeCause(scene: Scene): Cause | undefined {
  const begun = scene.pods.some((pod) =>
    ((pod.status ?? {}) as PodStatus).containerStatuses?.some(
      ({ name, state }) => name !== 'queue-proxy' && (state?.running || state?.terminated),
    ),
  );
  const event = begun ? undefined : scene.events.findLast(({ reason }) => reason === 'FailedMount');
  return event && configCause(scene, event.message);
}

function configCause({ service }: Scene, message: string): Cause | undefined {
  const { namespace = 'default' } = service.metadata;
  const key = /couldn't find key (\S+) in (ConfigMap|Secret) (?:[^\s/]+\/)?(\S+)/.exec(message);
  if (key?.[1] && key[2] && key[3])
    return { code: 'ConfigKeyMissing', args: { key: key[1], kind: key[2], name: key[3] } };
  const missing = /(configmap|secret) "([^"]+)" not found/i.exec(message);
  if (!missing?.[1] || !missing[2]) return undefined;
  const code = missing[1].toLowerCase() === 'secret' ? 'SecretMissing' : 'ConfigMapMissing';
  return { code, args: { name: missing[2], namespace } };
}

/**
 * `… exceeded quota: NAME, requested: pods=1, used: pods=2, limited: pods=2`, or
 * `… failed quota: NAME: must specify limits.cpu for: a,b; limits.memory for: b`, wherever it stands.
 */
function quotaCause({ service, revision, events }: Scene): Cause | undefined {
  const said = [
    ...(revision ? conditionsOf(revision).map(({ message = '' }) => message) : []),
    ...events.map(({ message }) => message),
  ];
  const { namespace = 'default' } = service.metadata;
  for (const text of said) {
    const match =
      /exceeded quota: ([^,\s]+), requested: ([^,\s=]+)=([^,\s]+).*?, used: .*?\b\2=([^,\s]+).*?, limited: .*?\b\2=([^,\s]+)/.exec(
        text,
      );
    const unsaid = /failed quota: ([^:\s]+): must specify ([^\n]+)/.exec(text);
    if (unsaid)
      return { code: 'QuotaUnspecified', args: { quota: unsaid[1] ?? '', namespace, detail: unsaid[2] ?? '' } };
    if (!match) continue;
    const [, quota = '', resource = '', requested = '', used = '', limited = ''] = match;
    return { code: 'QuotaExceeded', args: { quota, namespace, resource, requested, used, limited } };
  }
  return undefined;
}

/** Its paths are those of the Service too: both have the pod below `spec.template.spec`. */
function refusedCause({ service, pods, events }: Scene): Cause | undefined {
  if (pods.length > 0) return undefined;
  for (const { reason, message } of events) {
    const detail =
      reason === 'InternalError' && /^failed to create deployment .* is invalid: (.*)$/s.exec(message)?.[1];
    if (detail) return { code: 'ManifestRefused', args: { manifest: `Service ${service.metadata.name}`, detail } };
  }
  return undefined;
}

/** From the event that says so, else from the output. */
function portTaken({ events, logs }: Scene): string | undefined {
  const event = events.find(({ reason }) => reason === 'PortTaken');
  const text =
    event?.message ?? logs.find((line) => /EADDRINUSE|(address|port \d+) (was |is )?already in use/i.test(line));
  if (text === undefined) return undefined;
  // A logger's time looks like a port.
  const words = text.replace(/\b\d{1,4}[-/]\d{1,2}[-/]\d{1,4}\b|\b\d{1,2}:\d{2}:\d{2}\b/g, ' ');
  return /\bport (\d{2,5})\b/i.exec(words)?.[1] ?? /[:\s](\d{2,5})\b(?!\])/.exec(words)?.[1] ?? '?';
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
  const configured = configCause(scene, message);
  if (configured) return configured;
  const late = reason === 'ProgressDeadlineExceeded' && answeredNot(scene);
  if (late) return { code: 'StartTooSlow', args: { seconds: deadlineOf(scene.revision) } };
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

/** It runs, and no probe of it was answered with a refusal: it was still starting. */
function answeredNot(scene: Scene): boolean {
  return notListening(scene)?.code === 'AppNeverListened';
}

/** s */
function deadlineOf(revision: KubeObject | undefined): number {
  const text = revision?.metadata.annotations?.['serving.knative.dev/progress-deadline'] ?? '';
  return (parseDuration(text) ?? 600_000) / 1_000;
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
  const unauthorized = /\b40[13]\b|unauthorized|forbidden|denied|authentication required|no basic auth/i.test(detail);
  const unreachable =
    /no such host|ENOTFOUND|connection refused|ECONNREFUSED|i\/o timeout|deadline exceeded|network is unreachable|x509|EAI_AGAIN/i.test(
      detail,
    );
  const image =
    [...images, ...declared].find((name) => name !== '' && detail.includes(name)) ?? images[0] ?? declared[0];
  if (/no container engine|no Docker Engine/.test(detail)) {
    return { code: 'ImageNeedsDocker', args: { image: image ?? '?' } };
  }
  const code = unauthorized ? 'RegistryUnauthorized' : unreachable ? 'RegistryUnreachable' : 'ImageMissing';
  return { code, args: { image: image ?? '?', detail: pullReason(detail, image) } };
}

/** An engine says the image's name at each of its steps; what is left is the reason. */
function pullReason(detail: string, image: string | undefined): string {
  const steps = detail.split(': ');
  const reasons = steps.filter(
    (step) => step !== image && !/\bimage "|\breference "|^(ErrImagePull|ImagePullBackOff)$|@sha256:/.test(step),
  );
  return reasons.join(': ') || detail;
}

function unexplained({ revision, service }: Scene, reason: string, detail: string): Cause {
  return {
    code: 'Unexplained',
    args: { revision: revision?.metadata.name ?? '?', service: service.metadata.name, reason, detail },
  };
}
