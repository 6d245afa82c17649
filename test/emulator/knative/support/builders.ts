/** Objects to test with, put together from parts: `aService(withImage('x'), withTraffic(…))`. */
import type { Condition, KubeObject } from '../../../../emulator/kernel/object.ts';
import type { Configuration } from '../../../../emulator/knative/configuration/types.ts';
import type { PodAutoscaler } from '../../../../emulator/knative/pod-autoscaler/types.ts';
import type { Revision } from '../../../../emulator/knative/revision/types.ts';
import type { Route, TrafficTarget } from '../../../../emulator/knative/route/types.ts';
import type { Service } from '../../../../emulator/knative/service/types.ts';
import type { Pod } from '../../../../emulator/knative/workloads/types.ts';

export type Part<T extends KubeObject> = (object: T) => void;

export const namespace = 'default';
export const birth = '2023-11-14T22:13:20Z';

function build<T extends KubeObject>(base: T, parts: readonly Part<T>[]): T {
  const object = structuredClone(base);
  for (const part of parts) part(object);
  return object;
}

function meta(name: string): KubeObject['metadata'] {
  return { name, namespace, uid: `uid-of-${name}`, resourceVersion: '1', generation: 1, creationTimestamp: birth };
}

const podSpec = () => ({
  containerConcurrency: 0,
  timeoutSeconds: 300,
  enableServiceLinks: false,
  containers: [
    {
      name: 'user-container',
      image: 'dev.local/app',
      resources: {},
      readinessProbe: { tcpSocket: { port: 0 }, successThreshold: 1 },
    },
  ],
});

export function aService(...parts: Part<Service>[]): Service {
  const spec = { template: { spec: podSpec() }, traffic: [{ latestRevision: true, percent: 100 }] };
  return build(
    { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { ...meta('hello'), uid: 'uid-of-ksvc' }, spec },
    parts,
  );
}

export function aConfiguration(...parts: Part<Configuration>[]): Configuration {
  const metadata = { ...meta('hello'), uid: 'uid-of-config' };
  const spec = { template: { spec: podSpec() } };
  return build({ apiVersion: 'serving.knative.dev/v1', kind: 'Configuration', metadata, spec }, parts);
}

export function aRoute(...parts: Part<Route>[]): Route {
  const metadata = { ...meta('hello'), uid: 'uid-of-route' };
  const spec = { traffic: [{ configurationName: 'hello', latestRevision: true, percent: 100 }] };
  return build({ apiVersion: 'serving.knative.dev/v1', kind: 'Route', metadata, spec }, parts);
}

/** Of Configuration `hello` of `aConfiguration`, whose generation is the number at the end of the name. */
export function aRevision(name = 'hello-00001', ...parts: Part<Revision>[]): Revision {
  const labels = {
    'serving.knative.dev/configuration': 'hello',
    'serving.knative.dev/configurationGeneration': String(Number(/\d+$/.exec(name)?.[0] ?? 1)),
    'serving.knative.dev/service': 'hello',
    'serving.knative.dev/routingState': 'active',
  };
  const metadata = {
    ...meta(name),
    labels,
    ownerReferences: [
      {
        apiVersion: 'serving.knative.dev/v1',
        kind: 'Configuration',
        name: 'hello',
        uid: 'uid-of-config',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
  return build({ apiVersion: 'serving.knative.dev/v1', kind: 'Revision', metadata, spec: podSpec() }, parts);
}

export function aPodAutoscaler(...parts: Part<PodAutoscaler>[]): PodAutoscaler {
  const spec = {
    protocolType: 'http1' as const,
    reachability: 'Reachable' as const,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'hello-00001-deployment' },
  };
  const metadata = {
    ...meta('hello-00001'),
    annotations: { 'autoscaling.knative.dev/class': 'kpa.autoscaling.knative.dev' },
    labels: { 'serving.knative.dev/revision': 'hello-00001' },
  };
  return build(
    { apiVersion: 'autoscaling.internal.knative.dev/v1alpha1', kind: 'PodAutoscaler', metadata, spec },
    parts,
  );
}

export function aPod(name: string, ...parts: Part<Pod>[]): Pod {
  const metadata = { ...meta(name), labels: { 'serving.knative.dev/revision': 'hello-00001' } };
  return build(
    { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] }, status: { phase: 'Pending' } },
    parts,
  );
}

export const named =
  <T extends KubeObject>(name: string): Part<T> =>
  ({ metadata }) => {
    metadata.name = name;
  };

export const withGeneration =
  <T extends KubeObject>(generation: number): Part<T> =>
  ({ metadata }) => {
    metadata.generation = generation;
  };

export const withLabels =
  <T extends KubeObject>(labels: Record<string, string>): Part<T> =>
  ({ metadata }) => {
    metadata.labels = { ...metadata.labels, ...labels };
  };

export const withAnnotations =
  <T extends KubeObject>(annotations: Record<string, string>): Part<T> =>
  ({ metadata }) => {
    metadata.annotations = { ...metadata.annotations, ...annotations };
  };

/** Of a Service or a Configuration. */
export const withTemplateName =
  <T extends Service | Configuration>(name: string): Part<T> =>
  ({ spec }) => {
    if (spec) spec.template.metadata = { ...spec.template.metadata, name };
  };

export const withTemplateAnnotations =
  <T extends Service | Configuration>(annotations: Record<string, string>): Part<T> =>
  ({ spec }) => {
    if (spec) spec.template.metadata = { ...spec.template.metadata, annotations };
  };

export const withEnv =
  <T extends Service | Configuration>(name: string, value: string): Part<T> =>
  ({ spec }) => {
    for (const container of spec?.template.spec.containers ?? []) container.env = [{ name, value }];
  };

export const withImage =
  <T extends Service | Configuration>(image: string): Part<T> =>
  ({ spec }) => {
    for (const container of spec?.template.spec.containers ?? []) container.image = image;
  };

export const withTraffic =
  <T extends Service | Route>(...traffic: TrafficTarget[]): Part<T> =>
  ({ spec }) => {
    if (spec) spec.traffic = traffic;
  };

/** Observed, with these conditions: `withStatus({Ready: 'True'}, {url: …})`; a condition may be `status reason: message`. */
export const withStatus =
  <T extends KubeObject>(conditions: Record<string, string>, fields: Record<string, unknown> = {}): Part<T> =>
  (object) => {
    const list: Condition[] = Object.entries(conditions).map(([type, text]) => {
      const match = /^(True|False|Unknown)(?: ([^:]+))?(?:: (.*))?$/s.exec(text);
      return {
        type,
        status: (match?.[1] ?? 'Unknown') as Condition['status'],
        ...(match?.[2] ? { reason: match[2] } : {}),
        ...(match?.[3] ? { message: match[3] } : {}),
        lastTransitionTime: birth,
      };
    });
    (object as { status?: unknown }).status = {
      observedGeneration: object.metadata.generation,
      ...fields,
      conditions: list,
    };
  };

export const ready = withStatus<Revision>({ ResourcesAvailable: 'True', ContainerHealthy: 'True', Ready: 'True' });

export const ownedBy =
  <T extends KubeObject>(owner: KubeObject): Part<T> =>
  ({ metadata }) => {
    metadata.ownerReferences = [
      {
        apiVersion: owner.apiVersion,
        kind: owner.kind,
        name: owner.metadata.name,
        uid: owner.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ];
  };

export const deleting: Part<KubeObject> = ({ metadata }) => {
  metadata.deletionTimestamp = birth;
};

/** A pod as the kubelet reports it. */
export const running =
  (isReady: boolean, since = birth): Part<Pod> =>
  ({ status, spec }) => {
    if (spec) spec.nodeName = 'slipway';
    if (!status) return;
    status.phase = 'Running';
    status.podIP = '10.0.0.1';
    status.conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: since }];
  };
