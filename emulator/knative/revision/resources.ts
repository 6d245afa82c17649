/** What a Revision is made of: its Deployment, PodAutoscaler and Images. */
import type { DraftObject } from '../../kernel/object.ts';
import type { PlatformConfig } from '../config/types.ts';
import type { ImageSpec } from '../image/types.ts';
import { annotation, autoscaling, serving } from '../keys.ts';
import { annotationsOf, labelsOf, placed } from '../objects.ts';
import type { PodAutoscalerSpec, Reachability } from '../pod-autoscaler/types.ts';
import type { Container, Probe } from '../pod-spec/types.ts';
import { fnv32a } from '../workloads/hash.ts';
import type { Deployment, DeploymentSpec, TemplateSpec } from '../workloads/types.ts';
import {
  isServing,
  portOf,
  protocolOf,
  revisionAnnotations,
  revisionLabels,
  routingStateOf,
  scalingAnnotations,
  servingContainer,
  userPort,
} from './helpers.ts';
import { deploymentName, imageName, podAutoscalerName } from './names.ts';
import { progressDeadlineSeconds, queueContainer, queuePorts } from './queue.ts';
import type { Revision } from './types.ts';

/** With its hash label: equal hashes, nothing to change. */
export function makeDeployment(revision: Revision, config: PlatformConfig): DraftObject<DeploymentSpec> {
  const labels = revisionLabels(revision);
  const annotations = revisionAnnotations(revision);
  const container = servingContainer(revision)?.name;
  const spec: DeploymentSpec = {
    replicas: initialScale(revision, config),
    selector: { matchLabels: { [serving.revisionUID]: revision.metadata.uid } },
    progressDeadlineSeconds: progressDeadlineSeconds(revision, config),
    revisionHistoryLimit: 0,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
    template: {
      metadata: {
        labels,
        annotations: { ...annotations, ...(container ? { 'kubectl.kubernetes.io/default-container': container } : {}) },
      },
      spec: podSpec(revision, config),
    },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...placed(revision, deploymentName(revision)),
      labels: { ...labels, [serving.deploymentHash]: fnv32a(JSON.stringify([spec, annotations, labels])).toString(36) },
      annotations,
    },
    spec,
  };
}

function initialScale(revision: Revision, config: PlatformConfig): number {
  const own = Number.parseInt(annotation(annotationsOf(revision), autoscaling.initialScale)?.value ?? '', 10);
  return Number.isNaN(own) ? config.autoscaler.initialScale : own;
}

function podSpec(revision: Revision, config: PlatformConfig): TemplateSpec {
  const {
    containerConcurrency: _c,
    timeoutSeconds,
    responseStartTimeoutSeconds: _r,
    idleTimeoutSeconds: _i,
    ...pod
  } = revision.spec ?? { containers: [] };
  const { enableServiceLinks } = config.defaults;
  return {
    ...(enableServiceLinks === undefined ? {} : { enableServiceLinks }),
    ...(config.deployment.defaultAffinityType === 'prefer-spread-revision-over-nodes' ? spread(revision) : {}),
    ...pod,
    ...(pod.initContainers ? { initContainers: initContainers(revision) } : {}),
    containers: [...userContainers(revision, config), queueContainer(revision, config)],
    ...(timeoutSeconds === undefined ? {} : { terminationGracePeriodSeconds: timeoutSeconds }),
  };
}

function spread(revision: Revision): Pick<TemplateSpec, 'affinity'> {
  const labelSelector = { matchLabels: { [serving.revision]: revision.metadata.name } };
  const podAffinityTerm = { topologyKey: 'kubernetes.io/hostname', labelSelector };
  return {
    affinity: {
      podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }] },
    },
  };
}

function initContainers(revision: Revision): Container[] {
  return (revision.spec?.initContainers ?? []).map((container, index) => ({
    ...container,
    ...imageOf(revision.status?.initContainerStatuses?.[index]?.imageDigest),
  }));
}

function imageOf(digest: string | undefined): { image?: string } {
  return digest ? { image: digest } : {};
}

/** The user's containers as they run: with their port, the Knative variables, and draining before they are told to stop. */
export function userContainers(revision: Revision, config: PlatformConfig): Container[] {
  const containers = revision.spec?.containers ?? [];
  const port = userPort(revision);
  const ownPort = config.features.multiContainerProbing === 'Enabled';
  return containers.map((container, index) => {
    const serves = isServing(container, containers);
    const digest = revision.status?.containerStatuses?.[index]?.imageDigest;
    return {
      ...withPodProbes(container, containers, ownPort),
      ...imageOf(digest),
      ...(serves ? { ports: [{ name: 'user-port', containerPort: port, protocol: 'TCP' }] } : {}),
      env: [
        ...(container.env ?? []),
        ...(serves ? [{ name: 'PORT', value: String(port) }] : []),
        { name: 'K_REVISION', value: revision.metadata.name },
        // An empty value is left out, as Kubernetes writes it.
        ...variable('K_CONFIGURATION', labelsOf(revision)[serving.configuration]),
        ...variable('K_SERVICE', labelsOf(revision)[serving.service]),
      ],
      lifecycle: { preStop: { httpGet: { path: '/wait-for-drain', port: queuePorts.admin, scheme: 'HTTP' } } },
      terminationMessagePath: container.terminationMessagePath ?? '/dev/termination-log',
      terminationMessagePolicy: container.terminationMessagePolicy ?? 'FallbackToLogsOnError',
    };
  });
}

/**
 * queue-proxy asks for readiness: only what has to run inside the container stays with the kubelet. Liveness is asked for at
 * the user port, unless `ownPort` (feature multi-container-probing) and the probe names one. Startup probes stay as they are.
 */
export function withPodProbes(container: Container, all: readonly Container[], ownPort: boolean): Container {
  const { readinessProbe, livenessProbe, ...rest } = container;
  const port = portOf(all);
  return {
    ...rest,
    ...(readinessProbe?.exec ? { readinessProbe } : {}),
    ...(livenessProbe
      ? { livenessProbe: isServing(container, all) ? atUserPort(livenessProbe, port, ownPort) : livenessProbe }
      : {}),
  };
}

function variable(name: string, value: string | undefined): { name: string; value?: string }[] {
  return [{ name, ...(value ? { value } : {}) }];
}

function atUserPort(probe: Probe, port: number, ownPort: boolean): Probe {
  const { httpGet, tcpSocket } = probe;
  const at = (stored: number | string) => (ownPort && Number(stored) !== 0 ? stored : port);
  if (httpGet) return { ...probe, httpGet: { ...httpGet, port: at(httpGet.port) } };
  return tcpSocket ? { ...probe, tcpSocket: { ...tcpSocket, port: at(tcpSocket.port) } } : probe;
}

/** `broken`: resources are not available, or the container is not healthy. */
export function makePodAutoscaler(
  revision: Revision,
  deployment: Deployment | undefined,
  broken: boolean,
  config: PlatformConfig,
): DraftObject<PodAutoscalerSpec> {
  const reachability = reachabilityOf(revision, deployment, broken);
  const { containerConcurrency = 0 } = revision.spec ?? {};
  return {
    apiVersion: 'autoscaling.internal.knative.dev/v1alpha1',
    kind: 'PodAutoscaler',
    metadata: {
      ...placed(revision, podAutoscalerName(revision)),
      labels: revisionLabels(revision),
      annotations: { [autoscaling.class]: config.autoscaler.podAutoscalerClass, ...scalingAnnotations(revision) },
    },
    spec: {
      ...(containerConcurrency > 0 ? { containerConcurrency } : {}),
      protocolType: protocolOf(revision),
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: deploymentName(revision) },
      ...(reachability ? { reachability } : {}),
    },
  };
}

/** What cannot come up is not reachable: its bounds from below do not hold then. */
function reachabilityOf(
  revision: Revision,
  deployment: Deployment | undefined,
  broken: boolean,
): Reachability | undefined {
  if (broken && (deployment?.spec?.replicas ?? 0) > 0 && (deployment?.status?.readyReplicas ?? 0) === 0) {
    return 'Unreachable';
  }
  const state = routingStateOf(revision);
  if (state === 'active') return 'Reachable';
  return state === 'reserve' ? 'Unreachable' : undefined;
}

export function makeImage(revision: Revision, container: string, digest: string): DraftObject<ImageSpec> {
  const { serviceAccountName, imagePullSecrets } = revision.spec ?? {};
  return {
    apiVersion: 'caching.internal.knative.dev/v1alpha1',
    kind: 'Image',
    metadata: {
      ...placed(revision, imageName(revision, container)),
      labels: revisionLabels(revision),
      annotations: revisionAnnotations(revision),
    },
    spec: {
      // Empty where the tag was not resolved.
      image: digest,
      ...(serviceAccountName ? { serviceAccountName } : {}),
      ...(imagePullSecrets ? { imagePullSecrets } : {}),
    },
  };
}
