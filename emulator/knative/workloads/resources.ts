/** The resources of Kubernetes itself that Serving's controllers read and write. */
export const workloads = {
  services: 'services',
  endpoints: 'endpoints',
  endpointSlices: 'endpointslices.discovery.k8s.io',
  pods: 'pods',
  deployments: 'deployments.apps',
  replicaSets: 'replicasets.apps',
  resourceQuotas: 'resourcequotas',
} as const;
