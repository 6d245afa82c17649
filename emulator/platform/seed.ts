/** What stands in a new platform, put back at each start where it is missing: what users changed stays as they left it. */
import { clusterRoles } from '../api/roles.ts';
import type { DraftObject, GroupResource, KubeObject } from '../kernel/object.ts';
import type { Objects } from '../kernel/objects.ts';
import { queuePorts } from '../knative/revision/queue.ts';
import { activatorService } from '../knative/serverless-service/reconcile.ts';
import { systemUser as user } from './users.ts';

/** Namespaces that `reset` empties but keeps. */
export const seededNamespaces = [
  'default',
  'dev',
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'knative-serving',
  'knative-eventing',
  'istio-system',
] as const;

export interface Seed {
  resource: GroupResource;
  object: DraftObject;
}

/** The activator is a part of the data plane: clients look for its Service, and for its address among a revision's. */
const activatorSeeds: readonly Seed[] = (() => {
  const ports = [
    { name: 'http', port: 80, targetPort: queuePorts.http },
    { name: 'http2', port: 81, targetPort: queuePorts.h2c },
    { name: 'https', port: 443, targetPort: queuePorts.https },
  ];
  const metadata = { ...activatorService, labels: { app: 'activator' } };
  const listening = ports.map(({ name, targetPort }) => ({ name, port: targetPort, protocol: 'TCP' }));
  return [
    { resource: 'services', object: { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } } },
    {
      resource: 'endpoints',
      object: {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata,
        subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: listening }],
      },
    },
  ];
})();

/** A name that applications' bindings may refer to; they count by what is stored. */
const roleSeeds: readonly Seed[] = Object.entries(clusterRoles).map(([name, rules]) => ({
  resource: 'clusterroles.rbac.authorization.k8s.io',
  object: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } },
    rules,
  } as DraftObject,
}));

export function seed(objects: Objects, seeds: readonly Seed[]): void {
  for (const { resource, object } of [
    ...seededNamespaces.map(namespaceSeed),
    ...activatorSeeds,
    ...roleSeeds,
    ...seeds,
  ]) {
    const { namespace, name } = object.metadata;
    if (name && !objects.view.get(resource, namespace, name)) objects.create(resource, object, { user });
  }
}

/**
 * The Service through which any Knative test suite finds the ingress: ports 80 and 443 with the ingress' as node ports. They
 * may be others than at the last start, so it is brought up to date.
 */
export function publishGateway(objects: Objects, ingress: { port: number; tlsPort?: number }): void {
  const spec = {
    type: 'NodePort',
    selector: { app: 'istio-ingressgateway' },
    ports: [
      { name: 'http2', port: 80, targetPort: 8080, nodePort: ingress.port, protocol: 'TCP' },
      ...(ingress.tlsPort === undefined
        ? []
        : [{ name: 'https', port: 443, targetPort: 8443, nodePort: ingress.tlsPort, protocol: 'TCP' }]),
    ],
  };
  const status = { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } };
  const existing = objects.view.get<KubeObject>('services', 'istio-system', 'istio-ingressgateway');
  const service = existing
    ? objects.update('services', { ...existing, spec: { ...(existing.spec as object), ...spec } }, { user })
    : objects.create(
        'services',
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: {
            name: 'istio-ingressgateway',
            namespace: 'istio-system',
            labels: { app: 'istio-ingressgateway' },
          },
          spec,
        },
        { user },
      );
  objects.update('services', { ...service, status }, { user, subresource: 'status' });
}

function namespaceSeed(name: string): Seed {
  return { resource: 'namespaces', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } };
}
