/**
 * Endpoints and EndpointSlices of Services with a selector (kubernetes pkg/controller/endpoint, endpointslice): the pods
 * behind them, ready or not. A Service without a selector is looked after by whoever made it.
 */
import type { Child, Controller, Outcome } from '../../kernel/controller.ts';
import { type DraftObject, type KubeObject, keyOf } from '../../kernel/object.ts';
import { type Index, lookup, type View } from '../../kernel/resource.ts';
import { annotationsOf, labelsOf, without } from '../objects.ts';
import { nameSuffix } from './hash.ts';
import { isReadyPod } from './pods.ts';
import { workloads } from './resources.ts';
import type {
  CoreService,
  EndpointAddress,
  EndpointPort,
  EndpointSubset,
  Endpoints,
  Pod,
  ServicePort,
} from './types.ts';

export function endpointsController(): Controller<CoreService> {
  return {
    name: 'endpoints',
    resource: workloads.services,
    owns: [workloads.endpoints, workloads.endpointSlices],
    watches: [{ resource: workloads.pods, keys: servicesOfPod }],
    reconcile: reconcileEndpoints,
  };
}

function servicesOfPod(pod: KubeObject, view: View): string[] {
  const labels = labelsOf(pod);
  return Object.entries(labels)
    .flatMap(([label, value]) => lookup(view, bySelector, `${pod.metadata.namespace}/${label}=${value}`))
    .filter(({ spec }) => hasSelector(spec?.selector) && matches(spec.selector, labels))
    .map(keyOf);
}

/** Services by the first label that they select. */
const bySelector: Index<CoreService> = {
  resource: workloads.services,
  valuesOf: ({ metadata, spec }) =>
    Object.entries(spec?.selector ?? {})
      .slice(0, 1)
      .map(([label, value]) => `${metadata.namespace}/${label}=${value}`),
};

export function hasSelector(selector: Record<string, string> | undefined): selector is Record<string, string> {
  return selector !== undefined && Object.keys(selector).length > 0;
}

function matches(selector: Record<string, string>, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

export function reconcileEndpoints(service: CoreService, view: View): Outcome {
  const { spec, metadata } = service;
  if (metadata.deletionTimestamp || !hasSelector(spec?.selector) || spec.type === 'ExternalName') return {};
  const pods = view
    .list<Pod>(workloads.pods, { namespace: metadata.namespace ?? '', labels: spec.selector })
    .filter(({ status }) => status?.podIP && status.phase !== 'Succeeded' && status.phase !== 'Failed')
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const subsets = subsetsOf(spec.ports ?? [], pods, spec.publishNotReadyAddresses ?? false);
  return { children: [endpointsOf(service, subsets), ...slicesOf(service, pods)] };
}

function subsetsOf(ports: readonly ServicePort[], pods: readonly Pod[], publishNotReady: boolean): EndpointSubset[] {
  const byPorts = new Map<string, { ports: EndpointPort[]; ready: EndpointAddress[]; notReady: EndpointAddress[] }>();
  for (const pod of pods) {
    const leaving = pod.metadata.deletionTimestamp !== undefined;
    if (leaving && !publishNotReady) continue;
    const resolved = portsOf(ports, pod);
    if (ports.length > 0 && resolved.length === 0) continue;
    const key = JSON.stringify(resolved);
    const group = byPorts.get(key) ?? { ports: resolved, ready: [], notReady: [] };
    byPorts.set(key, group);
    (isReadyPod(pod) || publishNotReady ? group.ready : group.notReady).push(addressOf(pod));
  }
  return [...byPorts.values()].map((group) => ({
    ...(group.ready.length > 0 ? { addresses: group.ready } : {}),
    ...(group.notReady.length > 0 ? { notReadyAddresses: group.notReady } : {}),
    ...(group.ports.length > 0 ? { ports: group.ports } : {}),
  }));
}

function portsOf(ports: readonly ServicePort[], pod: Pod): EndpointPort[] {
  return ports.flatMap(({ name, port, targetPort = port, protocol = 'TCP', appProtocol }) => {
    const number = typeof targetPort === 'number' ? targetPort : namedPort(pod, targetPort);
    if (number === undefined) return [];
    return [{ ...(name ? { name } : {}), port: number, protocol, ...(appProtocol ? { appProtocol } : {}) }];
  });
}

function namedPort(pod: Pod, name: string): number | undefined {
  for (const container of pod.spec?.containers ?? []) {
    const found = container.ports?.find((port) => port.name === name);
    if (found) return found.containerPort;
  }
  return undefined;
}

function addressOf(pod: Pod): EndpointAddress {
  return {
    ip: pod.status?.podIP ?? '',
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: {
      kind: 'Pod',
      namespace: pod.metadata.namespace ?? '',
      name: pod.metadata.name,
      uid: pod.metadata.uid,
    },
  };
}

function endpointsOf(service: CoreService, subsets: EndpointSubset[]): Child {
  const object: DraftObject & Pick<Endpoints, 'subsets'> = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...place(service),
      name: service.metadata.name,
      labels: labelsOf(service),
      annotations: inherited(service),
    },
    subsets,
  };
  return { resource: workloads.endpoints, object };
}

function slicesOf(service: CoreService, pods: readonly Pod[]): Child[] {
  const { spec, metadata } = service;
  const first = pods[0];
  const ports = portsOf(spec?.ports ?? [], first ?? emptyPod(service));
  const object = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...place(service),
      name: `${metadata.name}-${nameSuffix(metadata.uid)}`,
      generateName: `${metadata.name}-`,
      labels: {
        ...labelsOf(service),
        'kubernetes.io/service-name': metadata.name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      annotations: inherited(service),
    },
    addressType: 'IPv4',
    endpoints: pods.map((pod) => {
      const terminating = pod.metadata.deletionTimestamp !== undefined;
      const ready = isReadyPod(pod);
      return {
        addresses: [pod.status?.podIP ?? ''],
        conditions: { ready: ready && !terminating, serving: ready, terminating },
        ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
        targetRef: addressOf(pod).targetRef,
      };
    }),
    ports,
  };
  return [{ resource: workloads.endpointSlices, object }];
}

/** For ports of a Service that has no pod yet: numbers are known, names are not. */
function emptyPod(service: CoreService): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: service.metadata, spec: { containers: [] } };
}

function place(service: CoreService): { namespace?: string } {
  return service.metadata.namespace ? { namespace: service.metadata.namespace } : {};
}

function inherited(service: CoreService): Record<string, string> {
  return without(annotationsOf(service), (key) => key === 'kubectl.kubernetes.io/last-applied-configuration');
}
