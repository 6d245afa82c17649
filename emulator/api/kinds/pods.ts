/** core/v1 Pod. */
import { at, isObject, type JsonObject } from '../../kernel/json.ts';
import type { KubeObject } from '../../kernel/object.ts';
import type { PrinterColumn, ResourceDefinition } from '../../kernel/resource.ts';
import { type FieldError, forbidden, required } from '../../kernel/schema/field-errors.ts';
import { humanDuration } from '../age.ts';
import { ageColumn, kind, object } from './build.ts';
import { podSpec, podStatus } from './pod-schema.ts';

interface ContainerStatus {
  name: string;
  ready?: boolean;
  started?: boolean;
  restartCount?: number;
  state?: {
    waiting?: { reason?: string };
    running?: object;
    terminated?: { reason?: string; signal?: number; exitCode?: number };
  };
  lastState?: { terminated?: { finishedAt?: string } };
}

interface Pod extends KubeObject {
  spec?: {
    containers?: { image?: string }[];
    initContainers?: unknown[];
    nodeName?: string;
    readinessGates?: unknown[];
  };
  status?: {
    phase?: string;
    reason?: string;
    podIP?: string;
    nominatedNodeName?: string;
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
    conditions?: { type: string; status: string }[];
  };
}

export const pods: ResourceDefinition = kind({
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  description: 'A group of containers that run together.',
  subresources: { status: true },
  // Pods have one since Kubernetes 1.33, and it rises with the few fields of a pod that may change.
  generation: true,
  schema: object({ spec: podSpec, status: podStatus }),
  columns: columns(),
  admission: { default: ({ object }) => defaultPod(object) },
  strategy: {
    prepareCreate(pod) {
      pod.status = { phase: 'Pending', qosClass: qosClass(pod) };
    },
    validate: validatePod,
    gracePeriodSeconds({ spec, status, metadata }) {
      const { nodeName } = (spec ?? {}) as { nodeName?: string };
      const phase = at(status, 'phase');
      // Nobody runs it, or it has ended: nothing to wait for.
      if (!nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
      return metadata.deletionGracePeriodSeconds ?? Number(at(spec, 'terminationGracePeriodSeconds') ?? 30);
    },
  },
});

/** What has no fixed default: depends on the image, or on other fields. */
export function defaultPodSpec(spec: unknown): void {
  if (!isObject(spec)) return;
  for (const key of ['containers', 'initContainers', 'ephemeralContainers']) {
    const containers = spec[key];
    if (!Array.isArray(containers)) continue;
    for (const container of containers) if (isObject(container)) defaultContainer(container);
  }
  if (Array.isArray(spec['volumes'])) {
    for (const volume of spec['volumes']) {
      if (isObject(volume) && Object.keys(volume).length === 1) volume['emptyDir'] = {};
    }
  }
  if (spec['serviceAccountName'] && !spec['serviceAccount']) spec['serviceAccount'] = spec['serviceAccountName'];
}

function defaultContainer(container: JsonObject): void {
  const image = String(container['image'] ?? '');
  const name = image.slice(image.lastIndexOf('/') + 1);
  const latest = !image.includes('@') && (!name.includes(':') || name.endsWith(':latest'));
  container['imagePullPolicy'] ??= latest ? 'Always' : 'IfNotPresent';
  container['resources'] ??= {};
}

/** A limit without a request asks for as much: of pods, not of templates. */
function defaultRequests(container: JsonObject): void {
  const resources = container['resources'];
  if (!isObject(resources) || !isObject(resources['limits'])) return;
  const requests = { ...resources['limits'], ...(isObject(resources['requests']) ? resources['requests'] : {}) };
  if (Object.keys(requests).length > 0) resources['requests'] = requests;
}

function defaultPod(pod: KubeObject): undefined {
  defaultPodSpec(pod.spec);
  const { spec } = pod;
  if (!isObject(spec)) return;
  for (const key of ['containers', 'initContainers']) {
    const containers = spec[key];
    if (Array.isArray(containers))
      for (const container of containers) if (isObject(container)) defaultRequests(container);
  }
  spec['serviceAccountName'] ??= 'default';
  spec['serviceAccount'] ??= spec['serviceAccountName'];
  spec['enableServiceLinks'] ??= true;
  spec['preemptionPolicy'] ??= 'PreemptLowerPriority';
  spec['priority'] ??= 0;
}

function validatePod(pod: KubeObject, old: KubeObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const containers = at(pod.spec, 'containers');
  if (!Array.isArray(containers) || containers.length === 0) errors.push(required('spec.containers'));
  else {
    for (const [index, container] of containers.entries()) {
      if (!at(container, 'image')) errors.push(required(`spec.containers[${index}].image`));
    }
  }
  if (old && JSON.stringify(frozenSpec(pod)) !== JSON.stringify(frozenSpec(old))) {
    errors.push(
      forbidden(
        'spec',
        'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.terminationGracePeriodSeconds`,`spec.tolerations` (only additions to existing tolerations)',
      ),
    );
  }
  return errors;
}

/** The part of a pod's spec that never changes, with sorted members. */
function frozenSpec(pod: KubeObject): unknown {
  const {
    nodeName: _,
    activeDeadlineSeconds: __,
    terminationGracePeriodSeconds: ___,
    tolerations: ____,
    ...spec
  } = (pod.spec ?? {}) as JsonObject;
  const imageless = (list: unknown) =>
    Array.isArray(list) ? list.map((container) => ({ ...(container as JsonObject), image: '' })) : list;
  return sorted({
    ...spec,
    containers: imageless(spec['containers']),
    initContainers: imageless(spec['initContainers']),
    ephemeralContainers: undefined,
  });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

function qosClass(pod: KubeObject): string {
  const containers = (at(pod.spec, 'containers') ?? []) as JsonObject[];
  const has = (container: JsonObject, which: string, name: string) =>
    at(container, 'resources', which, name) !== undefined;
  const same = (container: JsonObject, name: string) =>
    has(container, 'limits', name) &&
    String(at(container, 'resources', 'limits', name)) === String(at(container, 'resources', 'requests', name));
  if (containers.every((container) => same(container, 'cpu') && same(container, 'memory'))) return 'Guaranteed';
  const any = containers.some((container) =>
    ['cpu', 'memory'].some((name) => has(container, 'limits', name) || has(container, 'requests', name)),
  );
  return any ? 'Burstable' : 'BestEffort';
}

function columns(): PrinterColumn[] {
  return [
    {
      name: 'Ready',
      type: 'string',
      description: 'Ready containers of all.',
      value: (pod) => summary(pod as Pod).ready,
    },
    { name: 'Status', type: 'string', description: 'What the pod does.', value: (pod) => summary(pod as Pod).status },
    {
      name: 'Restarts',
      type: 'string',
      description: 'How often containers were started again, and when last.',
      value: (pod, now) => summary(pod as Pod, now).restarts,
    },
    ageColumn,
    { name: 'IP', type: 'string', priority: 1, value: (pod) => (pod as Pod).status?.podIP || '<none>' },
    { name: 'Node', type: 'string', priority: 1, value: (pod) => (pod as Pod).spec?.nodeName || '<none>' },
    {
      name: 'Nominated Node',
      type: 'string',
      priority: 1,
      value: (pod) => (pod as Pod).status?.nominatedNodeName || '<none>',
    },
    { name: 'Readiness Gates', type: 'string', priority: 1, value: () => '<none>' },
  ];
}

/** As kubectl prints pods: the most telling state of the containers, not the phase alone. */
function summary(pod: Pod, now = 0): { ready: string; status: string; restarts: string } {
  const { status = {}, spec = {}, metadata } = pod;
  let text = status.reason || status.phase || 'Unknown';
  let restarts = 0;
  let lastRestart = 0;
  let ready = 0;
  let initializing = false;
  const inits = status.initContainerStatuses ?? [];
  for (const [index, container] of inits.entries()) {
    restarts += container.restartCount ?? 0;
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (terminated)
      text = `Init:${terminated.reason || (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') text = `Init:${waiting.reason}`;
    else text = `Init:${index}/${spec.initContainers?.length ?? inits.length}`;
    initializing = true;
    break;
  }
  if (!initializing) {
    restarts = 0;
    let hasRunning = false;
    for (const container of (status.containerStatuses ?? []).toReversed()) {
      restarts += container.restartCount ?? 0;
      const finished = Date.parse(container.lastState?.terminated?.finishedAt ?? '');
      if (finished > lastRestart) lastRestart = finished;
      const { waiting, terminated, running } = container.state ?? {};
      if (waiting?.reason) text = waiting.reason;
      else if (terminated) {
        text =
          terminated.reason ||
          (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode ?? 0}`);
      } else if (container.ready && running) {
        hasRunning = true;
        ready++;
      }
    }
    if (text === 'Completed' && hasRunning) {
      const podReady = status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
      text = podReady ? 'Running' : 'NotReady';
    }
  }
  if (metadata.deletionTimestamp) text = status.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  const times =
    restarts > 0 && lastRestart > 0 ? `${restarts} (${humanDuration(now - lastRestart)} ago)` : String(restarts);
  return { ready: `${ready}/${spec.containers?.length ?? 0}`, status: text, restarts: times };
}
