/** Services and what stands behind them: core/v1, discovery.k8s.io/v1, networking.k8s.io/v1. */
import { at, isObject, type JsonObject } from '../../kernel/json.ts';
import type { KubeObject } from '../../kernel/object.ts';
import { type Index, lookup, type ResourceDefinition, type View } from '../../kernel/resource.ts';
import { type FieldError, invalid, required } from '../../kernel/schema/field-errors.ts';
import {
  ageColumn,
  anything,
  conditions,
  flag,
  int32,
  intOrString,
  kind,
  labelSelector,
  list,
  listBy,
  object,
  objectReference,
  text,
  textMap,
  texts,
  withDefault,
} from './build.ts';

interface ServiceSpec extends JsonObject {
  type?: string;
  clusterIP?: string;
  clusterIPs?: string[];
  externalName?: string;
  externalIPs?: string[];
  selector?: Record<string, string>;
  ports?: { name?: string; port?: number; targetPort?: number | string; nodePort?: number; protocol?: string }[];
}

const specOf = (service: KubeObject): ServiceSpec => (isObject(service.spec) ? (service.spec as ServiceSpec) : {});

const services = kind({
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  description: 'A name and an address for a set of pods, or for another name.',
  subresources: { status: true },
  schema: object({
    spec: object({
      type: withDefault(text, 'ClusterIP'),
      clusterIP: text,
      clusterIPs: texts,
      externalIPs: texts,
      externalName: text,
      externalTrafficPolicy: text,
      internalTrafficPolicy: text,
      trafficDistribution: text,
      healthCheckNodePort: int32,
      ipFamilies: texts,
      ipFamilyPolicy: text,
      loadBalancerIP: text,
      loadBalancerClass: text,
      loadBalancerSourceRanges: texts,
      allocateLoadBalancerNodePorts: flag,
      publishNotReadyAddresses: flag,
      selector: { ...textMap, 'x-kubernetes-map-type': 'atomic' },
      sessionAffinity: withDefault(text, 'None'),
      sessionAffinityConfig: anything,
      ports: listBy(
        object(
          {
            name: text,
            port: int32,
            targetPort: intOrString,
            nodePort: int32,
            protocol: withDefault(text, 'TCP'),
            appProtocol: text,
          },
          ['port'],
        ),
        'port',
        'protocol',
      ),
    }),
    status: object({ loadBalancer: object({ ingress: list(anything) }), conditions }),
  }),
  columns: [
    { name: 'Type', type: 'string', value: '.spec.type' },
    { name: 'Cluster-IP', type: 'string', value: (o) => specOf(o).clusterIP || '<none>' },
    {
      name: 'External-IP',
      type: 'string',
      value(o) {
        const { type, externalName, externalIPs = [] } = specOf(o);
        if (type === 'ExternalName') return externalName ?? '<none>';
        const ingress = (at(o, 'status', 'loadBalancer', 'ingress') ?? []) as { ip?: string; hostname?: string }[];
        const addresses = [...ingress.map(({ ip, hostname }) => ip ?? hostname ?? ''), ...externalIPs];
        if (addresses.length > 0) return addresses.join(',');
        return type === 'LoadBalancer' ? '<pending>' : '<none>';
      },
    },
    {
      name: 'Port(s)',
      type: 'string',
      value: (o) =>
        (specOf(o).ports ?? [])
          .map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`)
          .join(',') || '<none>',
    },
    ageColumn,
    {
      name: 'Selector',
      type: 'string',
      priority: 1,
      value: (o) =>
        Object.entries(specOf(o).selector ?? {})
          .map(([key, value]) => `${key}=${value}`)
          .join(',') || '<none>',
    },
  ],
  admission: { default: ({ object }) => defaultService(object) },
  strategy: {
    prepareCreate(service, { view }) {
      service.status = { loadBalancer: {} };
      allocate(service, undefined, view);
    },
    prepareUpdate: (service, old, { view }) => allocate(service, old, view),
    validate: validateService,
  },
});

function defaultService(service: KubeObject): undefined {
  const spec = specOf(service);
  service.spec = spec;
  if (spec.type !== 'ExternalName') {
    spec['internalTrafficPolicy'] ??= 'Cluster';
    for (const port of spec.ports ?? []) port.targetPort ||= port.port ?? 0;
  }
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') spec['externalTrafficPolicy'] ??= 'Cluster';
  if (spec.type === 'LoadBalancer') spec['allocateLoadBalancerNodePorts'] ??= true;
}

/** Cluster IPs (10.96.0.0/16) and node ports (30000–32767): nothing listens there, but clients expect them. */
function allocate(service: KubeObject, old: KubeObject | undefined, view: View): void {
  const spec = specOf(service);
  const before = old ? specOf(old) : {};
  if (spec.type === 'ExternalName') {
    for (const key of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) delete spec[key];
    return;
  }
  spec.clusterIP ||= before.clusterIP || spec.clusterIPs?.[0] || freeAddress(view);
  spec.clusterIPs = [spec.clusterIP];
  spec['ipFamilies'] ??= before['ipFamilies'] ?? ['IPv4'];
  spec['ipFamilyPolicy'] ??= before['ipFamilyPolicy'] ?? 'SingleStack';
  if (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') return;
  for (const port of spec.ports ?? []) {
    port.nodePort ||= before.ports?.find((one) => one.port === port.port)?.nodePort ?? freeNodePort(view, spec);
  }
}

const byAddress: Index = { resource: 'services', valuesOf: (service) => [specOf(service).clusterIP ?? ''] };
const byNodePort: Index = {
  resource: 'services',
  valuesOf: (service) => (specOf(service).ports ?? []).flatMap(({ nodePort }) => (nodePort ? [String(nodePort)] : [])),
};

function freeAddress(view: View): string {
  for (;;) {
    const address = `10.96.${Math.floor(Math.random() * 256)}.${1 + Math.floor(Math.random() * 254)}`;
    if (lookup(view, byAddress, address).length === 0) return address;
  }
}

function freeNodePort(view: View, { ports = [] }: ServiceSpec): number {
  for (;;) {
    const port = 30_000 + Math.floor(Math.random() * 2768);
    const isTaken =
      ports.some(({ nodePort }) => nodePort === port) || lookup(view, byNodePort, String(port)).length > 0;
    if (!isTaken) return port;
  }
}

function validateService(service: KubeObject, old: KubeObject | undefined): FieldError[] {
  const spec = specOf(service);
  const errors: FieldError[] = [];
  const ports = spec.ports ?? [];
  if (ports.length === 0 && spec.type !== 'ExternalName' && spec.clusterIP !== 'None')
    errors.push(required('spec.ports'));
  for (const [index, { name, port = 0 }] of ports.entries()) {
    if (ports.length > 1 && !name) errors.push(required(`spec.ports[${index}].name`));
    if (port < 1 || port > 65_535) {
      errors.push(invalid(`spec.ports[${index}].port`, port, 'must be between 1 and 65535, inclusive'));
    }
  }
  if (spec.type === 'ExternalName' && !spec.externalName) {
    errors.push(required('spec.externalName', 'must be specified for ExternalName services'));
  }
  const before = old ? specOf(old) : undefined;
  if (
    before?.clusterIP &&
    spec.type !== 'ExternalName' &&
    before.type !== 'ExternalName' &&
    before.clusterIP !== spec.clusterIP
  ) {
    errors.push(invalid('spec.clusterIPs[0]', spec.clusterIP, 'may not change once set'));
  }
  return errors;
}

const endpointAddresses = list(object({ ip: text, hostname: text, nodeName: text, targetRef: objectReference }));

const endpoints = kind({
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  schema: object({
    subsets: list(
      object({
        addresses: endpointAddresses,
        notReadyAddresses: endpointAddresses,
        ports: list(object({ name: text, port: int32, protocol: text, appProtocol: text })),
      }),
    ),
  }),
  columns: [
    {
      name: 'Endpoints',
      type: 'string',
      value(o) {
        const subsets = (at(o, 'subsets') ?? []) as { addresses?: { ip: string }[]; ports?: { port: number }[] }[];
        const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
          ports.length === 0
            ? addresses.map(({ ip }) => ip)
            : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`)),
        );
        if (all.length === 0) return '<none>';
        return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',');
      },
    },
    ageColumn,
  ],
});

const endpointSlices = kind({
  group: 'discovery.k8s.io',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  generation: true,
  schema: object(
    {
      addressType: text,
      endpoints: list(
        object({
          addresses: texts,
          conditions: object({ ready: flag, serving: flag, terminating: flag }),
          hostname: text,
          targetRef: objectReference,
          nodeName: text,
          zone: text,
          hints: anything,
          deprecatedTopology: textMap,
        }),
      ),
      ports: list(object({ name: text, protocol: withDefault(text, 'TCP'), port: int32, appProtocol: text })),
    },
    ['addressType'],
  ),
  columns: [
    { name: 'AddressType', type: 'string', value: '.addressType' },
    {
      name: 'Ports',
      type: 'string',
      value: (o) => ((at(o, 'ports') ?? []) as { port: number }[]).map(({ port }) => port).join(',') || '<unset>',
    },
    {
      name: 'Endpoints',
      type: 'string',
      value: (o) =>
        ((at(o, 'endpoints') ?? []) as { addresses: string[] }[]).flatMap(({ addresses }) => addresses).join(',') ||
        '<unset>',
    },
    ageColumn,
  ],
});

const ingresses = kind({
  group: 'networking.k8s.io',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  generation: true,
  subresources: { status: true },
  schema: object({ spec: anything, status: anything }),
  columns: [
    { name: 'Class', type: 'string', value: (o) => String(at(o, 'spec', 'ingressClassName') ?? '<none>') },
    {
      name: 'Hosts',
      type: 'string',
      value: (o) =>
        ((at(o, 'spec', 'rules') ?? []) as { host?: string }[]).map(({ host }) => host ?? '*').join(',') || '*',
    },
    { name: 'Address', type: 'string', value: '.status.loadBalancer.ingress[0].hostname' },
    { name: 'Ports', type: 'string', value: (o) => (at(o, 'spec', 'tls') ? '80, 443' : '80') },
    ageColumn,
  ],
});

const ingressClasses = kind({
  group: 'networking.k8s.io',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  namespaced: false,
  generation: true,
  schema: object({ spec: anything }),
});

const networkPolicies = kind({
  group: 'networking.k8s.io',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  generation: true,
  schema: object({
    spec: object({ podSelector: labelSelector, ingress: list(anything), egress: list(anything), policyTypes: texts }),
  }),
  columns: [
    {
      name: 'Pod-Selector',
      type: 'string',
      value: (o) =>
        Object.entries((at(o, 'spec', 'podSelector', 'matchLabels') ?? {}) as Record<string, string>)
          .map(([key, value]) => `${key}=${value}`)
          .join(',') || '<none>',
    },
    ageColumn,
  ],
});

export const networkingKinds: ResourceDefinition[] = [
  services,
  endpoints,
  endpointSlices,
  ingresses,
  ingressClasses,
  networkPolicies,
];
