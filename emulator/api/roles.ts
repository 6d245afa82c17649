/**
 * The ClusterRoles that stand in every cluster, as far as applications ask for them by name: Kubernetes' own and what Knative
 * aggregates into them. Pure.
 */
import type { PolicyRule } from './authorize.ts';

const read = ['get', 'list', 'watch'];
const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const workloads: Omit<PolicyRule, 'verbs'>[] = [
  {
    apiGroups: [''],
    resources: [
      'configmaps',
      'endpoints',
      'persistentvolumeclaims',
      'pods',
      'pods/log',
      'pods/status',
      'replicationcontrollers',
      'services',
      'serviceaccounts',
      'events',
    ],
  },
  { apiGroups: ['apps'], resources: ['*'] },
  { apiGroups: ['batch'], resources: ['*'] },
  { apiGroups: ['autoscaling'], resources: ['*'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'networkpolicies'] },
  ...[
    'serving.knative.dev',
    'autoscaling.internal.knative.dev',
    'caching.internal.knative.dev',
    'networking.internal.knative.dev',
    'eventing.knative.dev',
    'messaging.knative.dev',
    'sources.knative.dev',
    'flows.knative.dev',
    'sinks.knative.dev',
  ].map((group) => ({ apiGroups: [group], resources: ['*'] })),
];
const view: PolicyRule[] = [
  ...workloads.map((rule) => ({ ...rule, verbs: read })),
  { apiGroups: [''], resources: ['namespaces', 'resourcequotas', 'limitranges', 'bindings'], verbs: read },
];
const edit: PolicyRule[] = [
  ...view,
  ...workloads.map((rule) => ({ ...rule, verbs: write })),
  { apiGroups: [''], resources: ['secrets'], verbs: [...read, ...write] },
  {
    apiGroups: [''],
    resources: ['pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'services/proxy', 'pods/eviction'],
    verbs: [...read, ...write],
  },
  { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
];

export const clusterRoles: Readonly<Record<string, PolicyRule[]>> = {
  'cluster-admin': [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ],
  admin: [
    ...edit,
    {
      apiGroups: ['rbac.authorization.k8s.io'],
      resources: ['roles', 'rolebindings'],
      verbs: [...read, ...write],
    },
    { apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'], verbs: ['create'] },
  ],
  edit,
  view,
  'system:discovery': [
    {
      nonResourceURLs: [
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/healthz',
        '/livez',
        '/openapi',
        '/openapi/*',
        '/readyz',
        '/version',
        '/version/',
      ],
      verbs: ['get'],
    },
  ],
  'system:basic-user': [
    {
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      verbs: ['create'],
    },
    { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
  ],
};
