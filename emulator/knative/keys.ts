/** Label, annotation and resource names of Knative. Aliases are read in order: the first that is set wins. */
import type { GroupResource } from '../kernel/object.ts';

export const serving = {
  configuration: 'serving.knative.dev/configuration',
  configurationGeneration: 'serving.knative.dev/configurationGeneration',
  configurationUID: 'serving.knative.dev/configurationUID',
  service: 'serving.knative.dev/service',
  serviceUID: 'serving.knative.dev/serviceUID',
  route: 'serving.knative.dev/route',
  routeNamespace: 'serving.knative.dev/routeNamespace',
  revision: 'serving.knative.dev/revision',
  revisionUID: 'serving.knative.dev/revisionUID',
  domainMappingUID: 'serving.knative.dev/domainMappingUID',
  domainMappingNamespace: 'serving.knative.dev/domainMappingNamespace',
  routes: 'serving.knative.dev/routes',
  routingState: 'serving.knative.dev/routingState',
  routingStateModified: 'serving.knative.dev/routingStateModified',
  noGc: 'serving.knative.dev/no-gc',
  lastPinned: 'serving.knative.dev/lastPinned',
  creator: 'serving.knative.dev/creator',
  lastModifier: 'serving.knative.dev/lastModifier',
  rolloutDuration: 'serving.knative.dev/rollout-duration',
  progressDeadline: 'serving.knative.dev/progress-deadline',
  deploymentHash: 'serving.knative.dev/deployment-hash',
  forceUpgrade: 'serving.knative.dev/forceUpgrade',
} as const;

export const queueSidecar = {
  resourcePercentage: 'queue.sidecar.serving.knative.dev/resource-percentage',
  cpuRequest: 'queue.sidecar.serving.knative.dev/cpu-resource-request',
  cpuLimit: 'queue.sidecar.serving.knative.dev/cpu-resource-limit',
  memoryRequest: 'queue.sidecar.serving.knative.dev/memory-resource-request',
  memoryLimit: 'queue.sidecar.serving.knative.dev/memory-resource-limit',
  ephemeralStorageRequest: 'queue.sidecar.serving.knative.dev/ephemeral-storage-resource-request',
  ephemeralStorageLimit: 'queue.sidecar.serving.knative.dev/ephemeral-storage-resource-limit',
} as const;

export const networking = {
  visibility: 'networking.knative.dev/visibility',
  ingressClass: 'networking.knative.dev/ingress-class',
  ingressClassOld: 'networking.knative.dev/ingress.class',
  certificateClass: 'networking.knative.dev/certificate-class',
  disableExternalDomainTls: 'networking.knative.dev/disable-external-domain-tls',
  httpProtocol: 'networking.knative.dev/http-protocol',
  httpOption: 'networking.knative.dev/httpOption',
  wildcardDomain: 'networking.knative.dev/wildcardDomain',
  certificateType: 'networking.knative.dev/certificate-type',
  rollout: 'networking.internal.knative.dev/rollout',
  tagToHost: 'networking.internal.knative.dev/tag-to-host',
  tag: 'networking.internal.knative.dev/tag',
  ingress: 'networking.internal.knative.dev/ingress',
  serviceType: 'networking.internal.knative.dev/serviceType',
} as const;

/** Canonical names; `autoscalingAliases` has the others each may be written as. */
export const autoscaling = {
  class: 'autoscaling.knative.dev/class',
  minScale: 'autoscaling.knative.dev/min-scale',
  maxScale: 'autoscaling.knative.dev/max-scale',
  initialScale: 'autoscaling.knative.dev/initial-scale',
  scaleDownDelay: 'autoscaling.knative.dev/scale-down-delay',
  metric: 'autoscaling.knative.dev/metric',
  metricAggregationAlgorithm: 'autoscaling.knative.dev/metric-aggregation-algorithm',
  target: 'autoscaling.knative.dev/target',
  targetUtilizationPercentage: 'autoscaling.knative.dev/target-utilization-percentage',
  targetBurstCapacity: 'autoscaling.knative.dev/target-burst-capacity',
  window: 'autoscaling.knative.dev/window',
  panicWindowPercentage: 'autoscaling.knative.dev/panic-window-percentage',
  panicThresholdPercentage: 'autoscaling.knative.dev/panic-threshold-percentage',
  scaleToZeroPodRetentionPeriod: 'autoscaling.knative.dev/scale-to-zero-pod-retention-period',
  activationScale: 'autoscaling.knative.dev/activation-scale',
} as const;

export const eventing = {
  brokerClass: 'eventing.knative.dev/broker.class',
  creator: 'eventing.knative.dev/creator',
  lastModifier: 'eventing.knative.dev/lastModifier',
  sourcesCreator: 'sources.knative.dev/creator',
  sourcesLastModifier: 'sources.knative.dev/lastModifier',
  broker: 'eventing.knative.dev/broker',
  scope: 'eventing.knative.dev/scope',
  dependency: 'knative.dev/dependency',
  injection: 'eventing.knative.dev/injection',
} as const;

export const visibilityClusterLocal = 'cluster-local';
export const kpaClass = 'kpa.autoscaling.knative.dev';
export const hpaClass = 'hpa.autoscaling.knative.dev';

const aliases: Record<string, string> = {
  [autoscaling.minScale]: 'minScale',
  [autoscaling.maxScale]: 'maxScale',
  [autoscaling.initialScale]: 'initialScale',
  [autoscaling.scaleDownDelay]: 'scaleDownDelay',
  [autoscaling.metricAggregationAlgorithm]: 'metricAggregationAlgorithm',
  [autoscaling.targetUtilizationPercentage]: 'targetUtilizationPercentage',
  [autoscaling.targetBurstCapacity]: 'targetBurstCapacity',
  [autoscaling.panicWindowPercentage]: 'panicWindowPercentage',
  [autoscaling.panicThresholdPercentage]: 'panicThresholdPercentage',
  [autoscaling.scaleToZeroPodRetentionPeriod]: 'scaleToZeroPodRetentionPeriod',
  [serving.rolloutDuration]: 'rolloutDuration',
  [queueSidecar.resourcePercentage]: 'resourcePercentage',
  [networking.httpOption]: 'http-protocol',
};

/** Every name a key may be written as, the one that wins first. */
export function spellings(key: string): string[] {
  if (key === networking.ingressClass) return [networking.ingressClassOld, key];
  if (key === networking.certificateClass) return ['networking.knative.dev/certificate.class', key];
  if (key === networking.httpProtocol) return [networking.httpOption, key];
  if (key === networking.disableExternalDomainTls) {
    return ['networking.knative.dev/disableAutoTLS', 'networking.knative.dev/disable-auto-tls', key];
  }
  const alias = aliases[key];
  return alias === undefined ? [key] : [key, key.slice(0, key.indexOf('/') + 1) + alias];
}

/** The spelling that is set and its value; undefined where none is. */
export function annotation(
  annotations: Readonly<Record<string, string>> | undefined,
  key: string,
): { key: string; value: string } | undefined {
  for (const name of spellings(key)) {
    const value = annotations?.[name];
    if (value !== undefined) return { key: name, value };
  }
  return undefined;
}

/** Group resources as stores and views name them. */
export const resources = {
  services: 'services.serving.knative.dev',
  configurations: 'configurations.serving.knative.dev',
  revisions: 'revisions.serving.knative.dev',
  routes: 'routes.serving.knative.dev',
  domainMappings: 'domainmappings.serving.knative.dev',
  podAutoscalers: 'podautoscalers.autoscaling.internal.knative.dev',
  metrics: 'metrics.autoscaling.internal.knative.dev',
  ingresses: 'ingresses.networking.internal.knative.dev',
  serverlessServices: 'serverlessservices.networking.internal.knative.dev',
  certificates: 'certificates.networking.internal.knative.dev',
  clusterDomainClaims: 'clusterdomainclaims.networking.internal.knative.dev',
  images: 'images.caching.internal.knative.dev',
  brokers: 'brokers.eventing.knative.dev',
  triggers: 'triggers.eventing.knative.dev',
  eventTypes: 'eventtypes.eventing.knative.dev',
  eventPolicies: 'eventpolicies.eventing.knative.dev',
  eventTransforms: 'eventtransforms.eventing.knative.dev',
  requestReplies: 'requestreplies.eventing.knative.dev',
  channels: 'channels.messaging.knative.dev',
  subscriptions: 'subscriptions.messaging.knative.dev',
  inMemoryChannels: 'inmemorychannels.messaging.knative.dev',
  sequences: 'sequences.flows.knative.dev',
  parallels: 'parallels.flows.knative.dev',
  apiServerSources: 'apiserversources.sources.knative.dev',
  containerSources: 'containersources.sources.knative.dev',
  sinkBindings: 'sinkbindings.sources.knative.dev',
  pingSources: 'pingsources.sources.knative.dev',
  jobSinks: 'jobsinks.sinks.knative.dev',
  configMaps: 'configmaps',
} as const satisfies Record<string, GroupResource>;
