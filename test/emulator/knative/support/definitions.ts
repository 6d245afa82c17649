/** Every kind that the controllers touch, with a schema that takes anything: what is tested is the controllers. */
import type { ResourceDefinition } from '../../../../emulator/kernel/resource.ts';

const groups: Record<string, { version: string; kinds: [kind: string, plural: string][] }> = {
  '': {
    version: 'v1',
    kinds: [
      ['Namespace', 'namespaces'],
      ['Pod', 'pods'],
      ['Service', 'services'],
      ['Endpoints', 'endpoints'],
      ['ConfigMap', 'configmaps'],
      ['Event', 'events'],
      ['ServiceAccount', 'serviceaccounts'],
      ['ResourceQuota', 'resourcequotas'],
    ],
  },
  apps: {
    version: 'v1',
    kinds: [
      ['Deployment', 'deployments'],
      ['ReplicaSet', 'replicasets'],
    ],
  },
  'discovery.k8s.io': { version: 'v1', kinds: [['EndpointSlice', 'endpointslices']] },
  'serving.knative.dev': {
    version: 'v1',
    kinds: [
      ['Service', 'services'],
      ['Configuration', 'configurations'],
      ['Revision', 'revisions'],
      ['Route', 'routes'],
      ['DomainMapping', 'domainmappings'],
    ],
  },
  'autoscaling.internal.knative.dev': {
    version: 'v1alpha1',
    kinds: [
      ['PodAutoscaler', 'podautoscalers'],
      ['Metric', 'metrics'],
    ],
  },
  'networking.internal.knative.dev': {
    version: 'v1alpha1',
    kinds: [
      ['Ingress', 'ingresses'],
      ['ServerlessService', 'serverlessservices'],
      ['Certificate', 'certificates'],
      ['ClusterDomainClaim', 'clusterdomainclaims'],
    ],
  },
  'caching.internal.knative.dev': { version: 'v1alpha1', kinds: [['Image', 'images']] },
};

const clusterScope = new Set(['Namespace', 'ClusterDomainClaim']);
const withoutGeneration = new Set(['Namespace', 'Service', 'Endpoints', 'ConfigMap', 'Event', 'EndpointSlice']);

export function definitions(): ResourceDefinition[] {
  return Object.entries(groups).flatMap(([group, { version, kinds }]) =>
    kinds.map(([kind, plural]) => ({
      group,
      kind,
      plural,
      singular: kind.toLowerCase(),
      shortNames: [],
      categories: [],
      namespaced: !clusterScope.has(kind),
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          columns: [],
          schema: { type: 'object' as const, 'x-kubernetes-preserve-unknown-fields': true },
        },
      ],
      subresources: { status: true },
      generation: !(group === '' && withoutGeneration.has(kind)) && kind !== 'EndpointSlice',
      crd: group.includes('knative'),
    })),
  );
}
