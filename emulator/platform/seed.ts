/** What stands in a new platform, put back at each start where it is missing: what users changed stays as they left it. */
import type { DraftObject, GroupResource, KubeObject } from '../kernel/object.ts';
import type { Objects } from '../kernel/objects.ts';
import { systemUser as user } from './users.ts';

/** Namespaces that `reset` empties but keeps. */
export const seededNamespaces = [
  'default',
  'dev',
  'kube-system',
  'knative-serving',
  'knative-eventing',
  'istio-system',
] as const;

export interface Seed {
  resource: GroupResource;
  object: DraftObject;
}

export function seed(objects: Objects, seeds: readonly Seed[]): void {
  for (const { resource, object } of [...seededNamespaces.map(namespaceSeed), ...seeds]) {
    const { namespace, name } = object.metadata;
    if (name && !objects.view.get(resource, namespace, name)) objects.create(resource, object, { user });
  }
}

/**
 * The Service through which any Knative test suite finds the ingress: port 80 with the ingress' port as node port. The
 * port may be another one than at the last start, so it is brought up to date.
 */
export function publishGateway(objects: Objects, ingressPort: number): void {
  const spec = {
    type: 'NodePort',
    selector: { app: 'istio-ingressgateway' },
    ports: [{ name: 'http2', port: 80, targetPort: 8080, nodePort: ingressPort, protocol: 'TCP' }],
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
