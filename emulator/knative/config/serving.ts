/** The ConfigMaps of knative-serving that have one parser each; every refusal in Knative's words. */
import { formatDuration } from '../../kernel/duration.ts';
import { type FieldError, outOfBounds } from '../field-errors.ts';
import { kpaClass } from '../keys.ts';
import { type GoStruct, goMap, goStruct } from './go-template-run.ts';
import { ConfigError, type Data, goNumber, oneOf, reader } from './parse.ts';
import { templateOf, tried } from './templates.ts';
import type { AutoscalerConfig, DefaultsConfig, DeploymentConfig, FeaturesConfig, Flag } from './types.ts';

const hourMs = 3_600_000;

/** config-defaults. @throws ConfigError */
export function parseDefaults(data: Data): DefaultsConfig {
  const read = reader(data);
  const initContainerNameTemplate = templateOf(
    'container-template',
    read.has('init-container-name-template') ? (data['init-container-name-template'] ?? '') : 'init-container',
  );
  const containerNameTemplate = templateOf(
    'container-template',
    read.has('container-name-template') ? (data['container-name-template'] ?? '') : 'user-container',
  );
  const allowContainerConcurrencyZero = read.boolean(true, 'allow-container-concurrency-zero');
  const enableServiceLinks = triState(data['enable-service-links'], false);
  const revisionTimeoutSeconds = read.integer(300, 'revision-timeout-seconds');
  const maxRevisionTimeoutSeconds = read.integer(600, 'max-revision-timeout-seconds');
  const revisionIdleTimeoutSeconds = read.integer(0, 'revision-idle-timeout-seconds');
  const containerConcurrency = read.integer(0, 'container-concurrency');
  const containerConcurrencyMaxLimit = read.integer(1000, 'container-concurrency-max-limit');
  const requests: Record<string, string> = {};
  const limits: Record<string, string> = {};
  for (const [kind, amounts] of [
    ['request', requests],
    ['limit', limits],
  ] as const) {
    for (const resource of ['cpu', 'memory', 'ephemeral-storage']) {
      const quantity = read.quantity(undefined, `revision-${resource}-${kind}`);
      if (quantity !== undefined) amounts[resource] = quantity;
    }
  }
  const revisionResponseStartTimeoutSeconds = read.integer(
    revisionTimeoutSeconds,
    'revision-response-start-timeout-seconds',
  );
  if (revisionTimeoutSeconds > maxRevisionTimeoutSeconds) {
    throw new ConfigError(
      `revision-timeout-seconds (${revisionTimeoutSeconds}) cannot be greater than max-revision-timeout-seconds (${maxRevisionTimeoutSeconds})`,
    );
  }
  const below = (name: string, value: number) => {
    if (value > 0 && value > revisionTimeoutSeconds) {
      throw new ConfigError(
        `${name} (${value}) cannot be greater than revision-timeout-seconds (${revisionTimeoutSeconds})`,
      );
    }
  };
  below('revision-response-start-timeout-seconds', revisionResponseStartTimeoutSeconds);
  below('revision-idle-timeout-seconds', revisionIdleTimeoutSeconds);
  if (containerConcurrencyMaxLimit < 1) {
    throw bounds(outOfBounds(containerConcurrencyMaxLimit, 1, 2147483647, 'container-concurrency-max-limit'));
  }
  if (containerConcurrency < 0 || containerConcurrency > containerConcurrencyMaxLimit) {
    throw bounds(outOfBounds(containerConcurrency, 0, containerConcurrencyMaxLimit, 'container-concurrency'));
  }
  for (const template of [containerNameTemplate, initContainerNameTemplate]) {
    tried(() => template.execute(objectMeta({})), 'error executing template: ');
  }
  return {
    revisionTimeoutSeconds,
    maxRevisionTimeoutSeconds,
    revisionResponseStartTimeoutSeconds,
    revisionIdleTimeoutSeconds,
    containerNameTemplate,
    initContainerNameTemplate,
    containerConcurrency,
    containerConcurrencyMaxLimit,
    allowContainerConcurrencyZero,
    enableServiceLinks,
    requests,
    limits,
  };
}

/** What a container name template sees: the metadata of the Service, Configuration or Revision. */
export function objectMeta(metadata: {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}): GoStruct {
  return goStruct('v1.ObjectMeta', {
    Name: metadata.name ?? '',
    GenerateName: metadata.generateName ?? '',
    Namespace: metadata.namespace ?? '',
    SelfLink: '',
    UID: metadata.uid ?? '',
    ResourceVersion: metadata.resourceVersion ?? '',
    Generation: metadata.generation ?? 0,
    Labels: goMap(metadata.labels),
    Annotations: goMap(metadata.annotations),
    OwnerReferences: [],
    Finalizers: [],
  });
}

function bounds(error: FieldError): ConfigError {
  return new ConfigError(error.message());
}

function triState(text: string | undefined, absent: boolean): boolean | undefined {
  if (text === undefined) return absent;
  if (/^true$/i.test(text)) return true;
  return /^false$/i.test(text) ? false : undefined;
}

/** Feature → its key in config-features. */
export const featureKeys: Record<Exclude<keyof FeaturesConfig, 'securePodDefaults'>, string> = {
  multiContainer: 'multi-container',
  multiContainerProbing: 'multi-container-probing',
  podSpecAffinity: 'kubernetes.podspec-affinity',
  podSpecTopologySpreadConstraints: 'kubernetes.podspec-topologyspreadconstraints',
  podSpecFieldRef: 'kubernetes.podspec-fieldref',
  podSpecHostAliases: 'kubernetes.podspec-hostaliases',
  podSpecNodeSelector: 'kubernetes.podspec-nodeselector',
  podSpecRuntimeClassName: 'kubernetes.podspec-runtimeclassname',
  podSpecSecurityContext: 'kubernetes.podspec-securitycontext',
  podSpecShareProcessNamespace: 'kubernetes.podspec-shareprocessnamespace',
  podSpecHostIPC: 'kubernetes.podspec-hostipc',
  podSpecHostPID: 'kubernetes.podspec-hostpid',
  podSpecHostNetwork: 'kubernetes.podspec-hostnetwork',
  podSpecPriorityClassName: 'kubernetes.podspec-priorityclassname',
  podSpecSchedulerName: 'kubernetes.podspec-schedulername',
  containerSpecAddCapabilities: 'kubernetes.containerspec-addcapabilities',
  podSpecTolerations: 'kubernetes.podspec-tolerations',
  podSpecVolumesEmptyDir: 'kubernetes.podspec-volumes-emptydir',
  podSpecVolumesHostPath: 'kubernetes.podspec-volumes-hostpath',
  podSpecVolumesMountPropagation: 'kubernetes.podspec-volumes-mount-propagation',
  podSpecVolumesCsi: 'kubernetes.podspec-volumes-csi',
  podSpecVolumesEphemeral: 'kubernetes.podspec-volumes-ephemeral',
  podSpecVolumesImage: 'kubernetes.podspec-volumes-image',
  podSpecInitContainers: 'kubernetes.podspec-init-containers',
  podSpecPersistentVolumeClaim: 'kubernetes.podspec-persistent-volume-claim',
  podSpecPersistentVolumeWrite: 'kubernetes.podspec-persistent-volume-write',
  queueProxyMountPodInfo: 'queueproxy.mount-podinfo',
  queueProxyResourceDefaults: 'queueproxy.resource-defaults',
  podSpecDnsPolicy: 'kubernetes.podspec-dnspolicy',
  podSpecDnsConfig: 'kubernetes.podspec-dnsconfig',
  tagHeaderBasedRouting: 'tag-header-based-routing',
  autoDetectHttp2: 'autodetect-http2',
};

const onByDefault = new Set(['multiContainer', 'podSpecVolumesEmptyDir']);

/** config-features: an unknown value leaves the default, as in Knative. */
export function parseFeatures(data: Data): FeaturesConfig {
  const flags = Object.entries(featureKeys).map(([feature, key]) => {
    const fallback: Flag = onByDefault.has(feature) ? 'Enabled' : 'Disabled';
    return [feature, oneOf<Flag>(data[key], ['Enabled', 'Allowed', 'Disabled']) ?? fallback];
  });
  return {
    ...(Object.fromEntries(flags) as Omit<FeaturesConfig, 'securePodDefaults'>),
    securePodDefaults:
      oneOf<FeaturesConfig['securePodDefaults']>(data['secure-pod-defaults'], [
        'Disabled',
        'AllowRootBounded',
        'Enabled',
      ]) ?? 'Disabled',
  };
}

/** config-autoscaler. @throws ConfigError */
export function parseAutoscaler(data: Data): AutoscalerConfig {
  const read = reader(data, 'failed to parse data: ');
  const podAutoscalerClass = read.string(kpaClass, 'pod-autoscaler-class');
  const enableScaleToZero = read.boolean(true, 'enable-scale-to-zero');
  const allowZeroInitialScale = read.boolean(false, 'allow-zero-initial-scale');
  const maxScaleUpRate = read.float(1000, 'max-scale-up-rate');
  const maxScaleDownRate = read.float(2, 'max-scale-down-rate');
  const percentage = read.float(0.7, 'container-concurrency-target-percentage');
  const containerConcurrencyTargetDefault = read.float(100, 'container-concurrency-target-default');
  const requestsPerSecondTargetDefault = read.float(200, 'requests-per-second-target-default');
  const targetBurstCapacity = read.float(211, 'target-burst-capacity');
  const panicWindowPercentage = read.float(10, 'panic-window-percentage');
  const activatorCapacity = read.float(100, 'activator-capacity');
  const panicThresholdPercentage = read.float(200, 'panic-threshold-percentage');
  const initialScale = read.integer32(1, 'initial-scale');
  const minScale = read.integer32(0, 'min-scale');
  const maxScale = read.integer32(0, 'max-scale');
  const maxScaleLimit = read.integer32(0, 'max-scale-limit');
  const stableWindowMs = read.duration(60_000, 'stable-window');
  const scaleDownDelayMs = read.duration(0, 'scale-down-delay');
  const scaleToZeroGracePeriodMs = read.duration(30_000, 'scale-to-zero-grace-period');
  const scaleToZeroPodRetentionPeriodMs = read.duration(0, 'scale-to-zero-pod-retention-period');
  const containerConcurrencyTargetFraction = percentage > 1 ? percentage / 100 : percentage;

  const refuse = (wrong: boolean, message: () => string) => {
    if (wrong) throw new ConfigError(message());
  };
  const d = formatDuration;
  const target = containerConcurrencyTargetFraction * containerConcurrencyTargetDefault;
  const leastMax = maxScaleLimit > 0 ? 1 : 0;
  refuse(
    scaleToZeroGracePeriodMs <= 0,
    () => `scale-to-zero-grace-period must be positive, was: ${d(scaleToZeroGracePeriodMs)}`,
  );
  refuse(scaleDownDelayMs < 0, () => `scale-down-delay cannot be negative, was: ${d(scaleDownDelayMs)}`);
  refuse(
    scaleDownDelayMs % 1000 !== 0,
    () => `scale-down-delay = ${d(scaleDownDelayMs)}, must be specified with at most second precision`,
  );
  refuse(
    scaleToZeroPodRetentionPeriodMs < 0,
    () => `scale-to-zero-pod-retention-period cannot be negative, was: ${d(scaleToZeroPodRetentionPeriodMs)}`,
  );
  refuse(
    targetBurstCapacity < 0 && targetBurstCapacity !== -1,
    () =>
      `target-burst-capacity must be either non-negative or -1 (for unlimited), was: ${targetBurstCapacity.toFixed(6)}`,
  );
  refuse(
    containerConcurrencyTargetFraction <= 0 || containerConcurrencyTargetFraction > 1,
    () =>
      `container-concurrency-target-percentage = ${containerConcurrencyTargetFraction.toFixed(6)} is outside of valid range of (0, 100]`,
  );
  refuse(
    target < 0.01,
    () =>
      `container-concurrency-target-percentage and container-concurrency-target-default yield target concurrency of ${goNumber(target)}, can't be less than 0.01`,
  );
  refuse(
    requestsPerSecondTargetDefault < 0.01,
    () => `requests-per-second-target-default must be at least 0.01, was: ${goNumber(requestsPerSecondTargetDefault)}`,
  );
  refuse(activatorCapacity < 1, () => `activator-capacity = ${goNumber(activatorCapacity)}, must be at least 1`);
  refuse(maxScaleUpRate <= 1, () => `max-scale-up-rate = ${goNumber(maxScaleUpRate)}, must be greater than 1.0`);
  refuse(maxScaleDownRate <= 1, () => `max-scale-down-rate = ${goNumber(maxScaleDownRate)}, must be greater than 1.0`);
  refuse(
    stableWindowMs < 6000 || stableWindowMs > hourMs,
    () => `stable-window = ${d(stableWindowMs)}, must be in [6s; 1h0m0s] range`,
  );
  refuse(
    stableWindowMs % 1000 !== 0,
    () => `stable-window = ${d(stableWindowMs)}, must be specified with at most second precision`,
  );
  refuse(
    panicWindowPercentage < 1 || panicWindowPercentage > 100,
    () => `panic-window-percentage = ${goNumber(panicWindowPercentage)}, must be in [1, 100] interval`,
  );
  refuse(
    initialScale < 0 || (initialScale === 0 && !allowZeroInitialScale),
    () => `initial-scale = ${initialScale}, must be at least 0 (or at least 1 when allow-zero-initial-scale is false)`,
  );
  refuse(minScale < 0, () => `min-scale = ${minScale}, must be at least 0`);
  refuse(
    maxScale < leastMax || (maxScaleLimit > 0 && maxScale > maxScaleLimit),
    () => `max-scale = ${maxScale}, must be in [${leastMax}, max-scale-limit(${maxScaleLimit})] range`,
  );
  refuse(maxScaleLimit < 0, () => `max-scale-limit = ${maxScaleLimit}, must be at least 0`);
  refuse(
    minScale > maxScale && maxScale > 0,
    () => `min-scale (${minScale}) must be less than max-scale (${maxScale})`,
  );
  return {
    containerConcurrencyTargetFraction,
    containerConcurrencyTargetDefault,
    requestsPerSecondTargetDefault,
    targetBurstCapacity,
    stableWindowMs,
    panicWindowPercentage,
    panicThresholdPercentage,
    maxScaleUpRate,
    maxScaleDownRate,
    enableScaleToZero,
    scaleToZeroGracePeriodMs,
    scaleToZeroPodRetentionPeriodMs,
    scaleDownDelayMs,
    podAutoscalerClass,
    activatorCapacity,
    initialScale,
    allowZeroInitialScale,
    minScale,
    maxScale,
    maxScaleLimit,
  };
}

/** What the webhook checks of config-deployment. @throws ConfigError */
export function checkDeployment(data: Data): void {
  if (parseDeployment(data).queueSidecarImage === '') {
    throw new ConfigError('queue-sidecar-image cannot be empty or unset');
  }
}

/** config-deployment; without a sidecar image too. @throws ConfigError */
export function parseDeployment(data: Data): DeploymentConfig {
  const read = reader(data);
  const queueSidecarImage = read.string('', 'queueSidecarImage', 'queue-sidecar-image');
  const progressDeadlineMs = read.duration(600_000, 'progressDeadline', 'progress-deadline');
  const digestResolutionTimeoutMs = read.duration(10_000, 'digestResolutionTimeout', 'digest-resolution-timeout');
  const registriesSkippingTagResolving = read.strings(
    ['kind.local', 'ko.local', 'dev.local'],
    'registriesSkippingTagResolving',
    'registries-skipping-tag-resolving',
  );
  const amounts = (kind: 'Request' | 'Limit', cpu?: string) => {
    const lower = kind.toLowerCase();
    const entries = [
      ['cpu', read.quantity(cpu, `queueSidecarCPU${kind}`, `queue-sidecar-cpu-${lower}`)],
      ['memory', read.quantity(undefined, `queueSidecarMemory${kind}`, `queue-sidecar-memory-${lower}`)],
      [
        'ephemeral-storage',
        read.quantity(undefined, `queueSidecarEphemeralStorage${kind}`, `queue-sidecar-ephemeral-storage-${lower}`),
      ],
    ].filter((entry): entry is [string, string] => entry[1] !== undefined);
    return Object.fromEntries(entries);
  };
  const queueSidecarRequests = amounts('Request', '25m');
  const queueSidecarLimits = amounts('Limit');
  const podIsAlwaysSchedulable = read.boolean(false, 'pod-is-always-schedulable');
  if (progressDeadlineMs <= 0) {
    throw new ConfigError(
      `progress-deadline cannot be a non-positive duration, was ${formatDuration(progressDeadlineMs)}`,
    );
  }
  if (progressDeadlineMs % 1000 !== 0) {
    throw new ConfigError(
      `progress-deadline must be rounded to a whole second, was: ${formatDuration(progressDeadlineMs)}`,
    );
  }
  if (digestResolutionTimeoutMs <= 0) {
    throw new ConfigError(
      `digest-resolution-timeout cannot be a non-positive duration, was ${formatDuration(digestResolutionTimeoutMs)}`,
    );
  }
  const affinity = data['default-affinity-type'] ?? 'prefer-spread-revision-over-nodes';
  if (affinity !== 'none' && affinity !== 'prefer-spread-revision-over-nodes') {
    throw new ConfigError(`unsupported default-affinity-type value: ${JSON.stringify(affinity)}`);
  }
  return {
    queueSidecarImage,
    registriesSkippingTagResolving,
    digestResolutionTimeoutMs,
    progressDeadlineMs,
    queueSidecarRequests,
    queueSidecarLimits,
    defaultAffinityType: affinity,
    podIsAlwaysSchedulable,
  };
}
