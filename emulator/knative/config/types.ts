/** The parsed ConfigMaps of knative-serving and knative-eventing. Durations in ms unless a name says seconds. */
import type { DeliverySpec } from '../duck.ts';
import type { Template } from './go-template-ast.ts';

export type Flag = 'Enabled' | 'Disabled' | 'Allowed';

/** config-defaults. */
export interface DefaultsConfig {
  revisionTimeoutSeconds: number;
  maxRevisionTimeoutSeconds: number;
  revisionResponseStartTimeoutSeconds: number;
  revisionIdleTimeoutSeconds: number;
  containerNameTemplate: Template;
  initContainerNameTemplate: Template;
  containerConcurrency: number;
  containerConcurrencyMaxLimit: number;
  allowContainerConcurrencyZero: boolean;
  /** undefined: left to Kubernetes. */
  enableServiceLinks: boolean | undefined;
  /** Resource name (`cpu`, `memory`, `ephemeral-storage`) → quantity. */
  requests: Record<string, string>;
  limits: Record<string, string>;
}

/** config-features. */
export interface FeaturesConfig {
  multiContainer: Flag;
  multiContainerProbing: Flag;
  podSpecAffinity: Flag;
  podSpecTopologySpreadConstraints: Flag;
  podSpecFieldRef: Flag;
  podSpecHostAliases: Flag;
  podSpecNodeSelector: Flag;
  podSpecRuntimeClassName: Flag;
  podSpecSecurityContext: Flag;
  podSpecShareProcessNamespace: Flag;
  podSpecHostIPC: Flag;
  podSpecHostPID: Flag;
  podSpecHostNetwork: Flag;
  podSpecPriorityClassName: Flag;
  podSpecSchedulerName: Flag;
  containerSpecAddCapabilities: Flag;
  podSpecTolerations: Flag;
  podSpecVolumesEmptyDir: Flag;
  podSpecVolumesHostPath: Flag;
  podSpecVolumesMountPropagation: Flag;
  podSpecVolumesCsi: Flag;
  podSpecVolumesEphemeral: Flag;
  podSpecVolumesImage: Flag;
  podSpecInitContainers: Flag;
  podSpecPersistentVolumeClaim: Flag;
  podSpecPersistentVolumeWrite: Flag;
  queueProxyMountPodInfo: Flag;
  queueProxyResourceDefaults: Flag;
  podSpecDnsPolicy: Flag;
  podSpecDnsConfig: Flag;
  securePodDefaults: Flag | 'AllowRootBounded';
  tagHeaderBasedRouting: Flag;
  autoDetectHttp2: Flag;
}

/** config-autoscaler; the same shape as the autoscaler's own. */
export interface AutoscalerConfig {
  /** In (0, 1]. */
  containerConcurrencyTargetFraction: number;
  containerConcurrencyTargetDefault: number;
  requestsPerSecondTargetDefault: number;
  targetBurstCapacity: number;
  stableWindowMs: number;
  panicWindowPercentage: number;
  panicThresholdPercentage: number;
  maxScaleUpRate: number;
  maxScaleDownRate: number;
  enableScaleToZero: boolean;
  scaleToZeroGracePeriodMs: number;
  scaleToZeroPodRetentionPeriodMs: number;
  scaleDownDelayMs: number;
  podAutoscalerClass: string;
  activatorCapacity: number;
  initialScale: number;
  allowZeroInitialScale: boolean;
  minScale: number;
  maxScale: number;
  maxScaleLimit: number;
}

/** config-deployment. */
export interface DeploymentConfig {
  queueSidecarImage: string;
  registriesSkippingTagResolving: string[];
  digestResolutionTimeoutMs: number;
  progressDeadlineMs: number;
  /** Resource name → quantity of the queue sidecar. */
  queueSidecarRequests: Record<string, string>;
  queueSidecarLimits: Record<string, string>;
  defaultAffinityType: 'none' | 'prefer-spread-revision-over-nodes';
  podIsAlwaysSchedulable: boolean;
}

/** config-domain: one entry a domain. */
export interface DomainConfig {
  domains: { domain: string /** undefined: the default domain. */; selector: Record<string, string> | undefined }[];
}

/** config-network. */
export interface NetworkConfig {
  defaultIngressClass: string;
  defaultCertificateClass: string;
  domainTemplate: Template;
  tagTemplate: Template;
  externalDomainTls: boolean;
  httpProtocol: 'enabled' | 'disabled' | 'redirected';
  rolloutDurationSeconds: number;
  autocreateClusterDomainClaims: boolean;
  enableMeshPodAddressability: boolean;
  meshCompatibilityMode: 'enabled' | 'disabled' | 'auto';
  defaultExternalScheme: string;
  systemInternalTls: boolean;
  clusterLocalDomainTls: boolean;
}

/** config-gc; -1 = disabled. */
export interface GcConfig {
  retainSinceCreateTimeMs: number;
  retainSinceLastActiveTimeMs: number;
  minNonActiveRevisions: number;
  maxNonActiveRevisions: number;
}

/** config-observability. */
export interface ObservabilityConfig {
  enableRequestLog: boolean;
  requestLogTemplate: string;
  enableProbeRequestLog: boolean;
  enableVarLogCollection: boolean;
  revisionUrlTemplate: string;
}

/** knative-eventing: config-br-defaults, default-ch-webhook, config-ping-defaults, config-features. */
export interface EventingConfig {
  /** Class and config of a Broker that names none, by namespace. */
  brokerDefaults(namespace: string, brokerClass?: string): BrokerDefaults;
  /** The channel that a Channel, Sequence or Parallel without a template gets, by namespace. */
  channelDefaults(namespace: string): ChannelTemplate | undefined;
  /** Bytes; -1 = no limit. */
  pingDataMaxSize: number;
  features: Record<string, string>;
}

export interface BrokerDefaults {
  brokerClass: string;
  config: { apiVersion: string; kind: string; name: string; namespace?: string } | undefined;
  delivery: DeliverySpec | undefined;
}

export interface ChannelTemplate {
  apiVersion: string;
  kind: string;
  spec?: Record<string, unknown>;
}

export interface PlatformConfig {
  defaults: DefaultsConfig;
  features: FeaturesConfig;
  autoscaler: AutoscalerConfig;
  deployment: DeploymentConfig;
  domain: DomainConfig;
  network: NetworkConfig;
  gc: GcConfig;
  observability: ObservabilityConfig;
  eventing: EventingConfig;
}
