/**
 * The queue-proxy container of a revision's pods, as Knative writes it. No program stands behind it here: the data plane
 * does its work. It is in the object because clients look for it, and because the user's readiness probe travels in it.
 */
import { parseDuration } from '../../kernel/duration.ts';
import type { PlatformConfig } from '../config/types.ts';
import { annotation, queueSidecar, serving } from '../keys.ts';
import { annotationsOf, controllerOf, labelsOf } from '../objects.ts';
import type { Container, Port, Probe, Quantity } from '../pod-spec/types.ts';
import { amountOf, formatAmount } from '../workloads/quantity.ts';
import { protocolOf, servingContainer, userPort } from './helpers.ts';
import type { Revision } from './types.ts';

export const queueContainerName = 'queue-proxy';
export const queuePorts = {
  http: 8012,
  h2c: 8013,
  https: 8112,
  admin: 8022,
  metrics: 9090,
  userMetrics: 9091,
} as const;

export function queueContainer(revision: Revision, config: PlatformConfig): Container {
  const port = protocolOf(revision) === 'h2c' ? queuePorts.h2c : queuePorts.http;
  const probe = servingContainer(revision)?.readinessProbe;
  return {
    name: queueContainerName,
    image: config.deployment.queueSidecarImage,
    resources: sidecarResources(revision, config),
    ports: [
      { name: 'http-autometric', containerPort: queuePorts.metrics, protocol: 'TCP' },
      { name: 'http-usermetric', containerPort: queuePorts.userMetrics, protocol: 'TCP' },
      { name: 'queue-port', containerPort: port, protocol: 'TCP' },
      { name: 'https-port', containerPort: queuePorts.https, protocol: 'TCP' },
    ],
    ...(probe ? { readinessProbe: ownProbe(probe, port) } : {}),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    env: environment(revision, config, port),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  };
}

function environment(revision: Revision, config: PlatformConfig, port: number): NonNullable<Container['env']> {
  const { spec, metadata } = revision;
  const owner = controllerOf(revision);
  const fullDuplex = annotationsOf(revision)['features.knative.dev/http-full-duplex'] ?? '';
  const field = (name: string, fieldPath: string) => ({
    name,
    valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } },
  });
  const values = (entries: Record<string, string | number | boolean>) =>
    Object.entries(entries).map(([name, value]) => ({ name, ...(value === '' ? {} : { value: String(value) }) }));
  return [
    ...values({
      SERVING_NAMESPACE: metadata.namespace ?? '',
      SERVING_SERVICE: labelsOf(revision)[serving.service] ?? '',
      SERVING_CONFIGURATION: owner?.kind === 'Configuration' ? owner.name : '',
      SERVING_REVISION: metadata.name,
      QUEUE_SERVING_PORT: port,
      QUEUE_SERVING_TLS_PORT: queuePorts.https,
      CONTAINER_CONCURRENCY: spec?.containerConcurrency ?? 0,
      REVISION_TIMEOUT_SECONDS: spec?.timeoutSeconds ?? 0,
      REVISION_RESPONSE_START_TIMEOUT_SECONDS: spec?.responseStartTimeoutSeconds ?? 0,
      REVISION_IDLE_TIMEOUT_SECONDS: spec?.idleTimeoutSeconds ?? 0,
    }),
    field('SERVING_POD', 'metadata.name'),
    field('SERVING_POD_IP', 'status.podIP'),
    ...values({
      SERVING_LOGGING_CONFIG: '',
      SERVING_LOGGING_LEVEL: '',
      USER_PORT: userPort(revision),
      SYSTEM_NAMESPACE: 'knative-serving',
      SERVING_READINESS_PROBE: encodedProbes(revision, config),
    }),
    field('HOST_IP', 'status.hostIP'),
    ...values({
      ENABLE_HTTP2_AUTO_DETECTION: config.features.autoDetectHttp2 === 'Enabled',
      ENABLE_HTTP_FULL_DUPLEX: /^enabled$/i.test(fullDuplex),
      ROOT_CA: '',
      ENABLE_MULTI_CONTAINER_PROBES: config.features.multiContainerProbing === 'Enabled',
    }),
  ];
}

/** queue-proxy's own: Kubernetes asks it, it asks the user's container. */
function ownProbe(probe: Probe, port: number): Probe {
  const { exec: _e, tcpSocket: _t, grpc: _g, httpGet: _h, ...timing } = probe;
  const httpHeaders = [{ name: 'K-Network-Probe', value: 'queue' }];
  return { ...timing, httpGet: { port, scheme: 'HTTP', httpHeaders } };
}

function encodedProbes(revision: Revision, config: PlatformConfig): string {
  const container = servingContainer(revision);
  const port = userPort(revision);
  const own =
    container?.readinessProbe && localProbe(container.readinessProbe, probePort(container.readinessProbe, port));
  if (config.features.multiContainerProbing !== 'Enabled') return own ? JSON.stringify(own) : '';
  const others = (revision.spec?.containers ?? [])
    .filter((other) => other !== container)
    .flatMap(({ readinessProbe }) => {
      const at = readinessProbe && probePort(readinessProbe, 0);
      return readinessProbe && !readinessProbe.exec && at ? [localProbe(readinessProbe, at)] : [];
    });
  return JSON.stringify([own ?? null, ...others]);
}

function probePort(probe: Probe, fallback: Port): Port {
  return probe.httpGet?.port || probe.tcpSocket?.port || probe.grpc?.port || fallback;
}

/** As queue-proxy asks it: from beside the container. An exec probe is left to the kubelet, a TCP one stands for it. */
function localProbe(probe: Probe, port: Port): Probe {
  const host = '127.0.0.1';
  const { exec, httpGet, tcpSocket, grpc, ...timing } = probe;
  const timeout = (timing.periodSeconds ?? 0) > 0 && (timing.timeoutSeconds ?? 0) < 1 ? { timeoutSeconds: 1 } : {};
  if (httpGet) return { ...timing, ...timeout, httpGet: { ...httpGet, host, port, scheme: httpGet.scheme || 'HTTP' } };
  if (grpc) return { ...timing, ...timeout, grpc: { ...grpc, port: Number(port) } };
  return tcpSocket || exec ? { ...timing, ...timeout, tcpSocket: { host, port } } : { ...timing, ...timeout };
}

/** Smallest and largest share of the user's resources that the sidecar takes by `resource-percentage`. */
const shares = [
  { side: 'requests', name: 'cpu', from: '25m', to: '100m' },
  { side: 'limits', name: 'cpu', from: '40m', to: '500m' },
  { side: 'requests', name: 'memory', from: '50Mi', to: '200Mi' },
  { side: 'limits', name: 'memory', from: '200Mi', to: '500Mi' },
] as const;

const byAnnotation = [
  { side: 'requests', name: 'cpu', key: queueSidecar.cpuRequest },
  { side: 'limits', name: 'cpu', key: queueSidecar.cpuLimit },
  { side: 'requests', name: 'memory', key: queueSidecar.memoryRequest },
  { side: 'limits', name: 'memory', key: queueSidecar.memoryLimit },
  { side: 'requests', name: 'ephemeral-storage', key: queueSidecar.ephemeralStorageRequest },
  { side: 'limits', name: 'ephemeral-storage', key: queueSidecar.ephemeralStorageLimit },
] as const;

function sidecarResources(revision: Revision, { deployment }: PlatformConfig): NonNullable<Container['resources']> {
  const result: Record<'requests' | 'limits', Record<string, Quantity>> = {
    requests: { ...deployment.queueSidecarRequests },
    limits: { ...deployment.queueSidecarLimits },
  };
  const annotations = annotationsOf(revision);
  const percentage = Number(annotation(annotations, queueSidecar.resourcePercentage)?.value);
  if (percentage > 0) {
    for (const { side, name, from, to } of shares) {
      const users = amountOf(servingContainer(revision)?.resources?.[side]?.[name] ?? 0);
      if (!(users > 0)) continue;
      const bounded = Math.min(Math.max((users * percentage) / 100, amountOf(from)), amountOf(to));
      result[side][name] = formatAmount(name, bounded);
    }
  }
  for (const { side, name, key } of byAnnotation) {
    const value = annotation(annotations, key)?.value;
    if (value !== undefined && !Number.isNaN(amountOf(value))) result[side][name] = value;
  }
  return {
    ...(Object.keys(result.limits).length > 0 ? { limits: result.limits } : {}),
    requests: result.requests,
  };
}

/** Seconds; of the revision, else of the platform. */
export function progressDeadlineSeconds(revision: Revision, config: PlatformConfig): number {
  const own = parseDuration(annotation(annotationsOf(revision), serving.progressDeadline)?.value ?? '');
  return Math.trunc((own ?? config.deployment.progressDeadlineMs) / 1000);
}
