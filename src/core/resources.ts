/** The kinds the core reads and writes by name. Others, in an application's manifests, are looked up by discovery. */

export interface ResourceKind {
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
}

const knative = (group: string, version: string, kind: string, plural: string, namespaced = true): ResourceKind => ({
  apiVersion: `${group}/${version}`,
  kind,
  plural,
  namespaced,
});

export const kinds = {
  service: knative('serving.knative.dev', 'v1', 'Service', 'services'),
  configuration: knative('serving.knative.dev', 'v1', 'Configuration', 'configurations'),
  revision: knative('serving.knative.dev', 'v1', 'Revision', 'revisions'),
  route: knative('serving.knative.dev', 'v1', 'Route', 'routes'),
  domainMapping: knative('serving.knative.dev', 'v1beta1', 'DomainMapping', 'domainmappings'),
  clusterDomainClaim: knative(
    'networking.internal.knative.dev',
    'v1alpha1',
    'ClusterDomainClaim',
    'clusterdomainclaims',
    false,
  ),
  podAutoscaler: knative('autoscaling.internal.knative.dev', 'v1alpha1', 'PodAutoscaler', 'podautoscalers'),
  serverlessService: knative('networking.internal.knative.dev', 'v1alpha1', 'ServerlessService', 'serverlessservices'),
  pingSource: knative('sources.knative.dev', 'v1', 'PingSource', 'pingsources'),
  broker: knative('eventing.knative.dev', 'v1', 'Broker', 'brokers'),
  channel: knative('messaging.knative.dev', 'v1', 'Channel', 'channels'),
  pod: { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true },
  coreService: { apiVersion: 'v1', kind: 'Service', plural: 'services', namespaced: true },
  event: { apiVersion: 'v1', kind: 'Event', plural: 'events', namespaced: true },
  configMap: { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
  secret: { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true },
  namespace: { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
} as const satisfies Record<string, ResourceKind>;

export const labels = {
  service: 'serving.knative.dev/service',
  revision: 'serving.knative.dev/revision',
  configuration: 'serving.knative.dev/configuration',
  routingState: 'serving.knative.dev/routingState',
  /** On everything that `run` made: the application's directory name. */
  run: 'slipway.dev/run',
} as const;

export const annotations = {
  /** JSON of the TrafficTarget[] before the last change of the split (decision 7). */
  trafficBefore: 'slipway.dev/traffic-before',
  /** JSON of SplitChange[]: the last changes of the split. */
  trafficHistory: 'slipway.dev/traffic-history',
  /** JSON of the CanaryState (traffic/canary.ts). */
  canary: 'slipway.dev/canary',
  /** On a revision: the git commit of its sources, its subject, whether files had changed since, who deployed it. */
  commit: 'slipway.dev/commit',
  commitSubject: 'slipway.dev/commit-subject',
  commitDirty: 'slipway.dev/commit-dirty',
  deployedBy: 'slipway.dev/deployed-by',
} as const;

/** Path below the server's root, e.g. `/apis/serving.knative.dev/v1/namespaces/default/services/hello`. */
export function resourcePath(kind: ResourceKind, namespace: string | undefined, name?: string): string {
  const root = kind.apiVersion.includes('/') ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`;
  const inside = kind.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${inside}/${kind.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}
