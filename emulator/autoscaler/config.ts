/**
 * What an autoscaler is told: the spec that follows from ConfigMap `config-autoscaler` and from the annotations of one
 * revision (Knative: MakeDecider, MakeMetric, ResolveMetricTarget).
 */
import { parseDuration } from '../kernel/duration.ts';
import type { AutoscalerConfig } from '../knative/config/types.ts';

/** Utilization of the requests-per-second metric; no key of the ConfigMap changes it. */
const rpsUtilization = 0.7;
/** The smallest target that there can be. */
const smallestTarget = 0.01;

/** What one decider is told. Windows and delay in whole seconds. */
export interface DeciderSpec {
  metric: 'concurrency' | 'rps';
  algorithm: 'linear' | 'weighted-exponential';
  /** Aimed at per instance, and what an instance can take. */
  target: number;
  total: number;
  stableWindow: number;
  panicWindow: number;
  /** A factor: 2 is 200 %. */
  panicThreshold: number;
  maxScaleUpRate: number;
  maxScaleDownRate: number;
  targetBurstCapacity: number;
  activatorCapacity: number;
  scaleDownDelay: number;
  /** 0 = none. */
  activationScale: number;
  initialScale: number;
  reachable: boolean;
  /** false (target-burst-capacity -1): the instances are not asked, so their silence is no lack of data. */
  scraped: boolean;
}

export interface DeciderSource {
  annotations: Readonly<Record<string, string>>;
  containerConcurrency: number;
  reachable: boolean;
}

export function resolveDecider(source: DeciderSource, config: AutoscalerConfig): DeciderSpec {
  const read = (name: AutoscalingAnnotation) => annotation(source.annotations, name);
  const metric = read('metric') === 'rps' ? 'rps' : 'concurrency';
  const stableWindow = (parseDuration(read('window') ?? '') ?? config.stableWindowMs) / 1000;
  const panicPercentage = parsed(read('panic-window-percentage')) ?? config.panicWindowPercentage;
  const targetBurstCapacity = parsed(read('target-burst-capacity')) ?? config.targetBurstCapacity;
  const initialScale = parsed(read('initial-scale'));
  return {
    metric,
    algorithm: /^weighted-?exponential$/i.test(read('metric-aggregation-algorithm') ?? '')
      ? 'weighted-exponential'
      : 'linear',
    ...resolveTarget(source, config, metric),
    stableWindow,
    panicWindow: Math.max(1, Math.round((stableWindow * panicPercentage) / 100)),
    panicThreshold: (parsed(read('panic-threshold-percentage')) ?? config.panicThresholdPercentage) / 100,
    maxScaleUpRate: config.maxScaleUpRate,
    maxScaleDownRate: config.maxScaleDownRate,
    targetBurstCapacity,
    activatorCapacity: config.activatorCapacity,
    scaleDownDelay: (parseDuration(read('scale-down-delay') ?? '') ?? config.scaleDownDelayMs) / 1000,
    activationScale: parsed(read('activation-scale')) ?? 0,
    initialScale:
      initialScale === undefined || (initialScale === 0 && !config.allowZeroInitialScale)
        ? config.initialScale
        : initialScale,
    reachable: source.reachable,
    scraped: targetBurstCapacity !== -1,
  };
}

function resolveTarget(
  { annotations, containerConcurrency }: DeciderSource,
  config: AutoscalerConfig,
  metric: 'concurrency' | 'rps',
): { target: number; total: number } {
  const wanted = parsed(annotation(annotations, 'target'));
  const percentage = parsed(annotation(annotations, 'target-utilization-percentage'));
  const concurrency = containerConcurrency || config.containerConcurrencyTargetDefault;
  let total = metric === 'rps' ? config.requestsPerSecondTargetDefault : concurrency;
  if (wanted !== undefined) {
    total = metric === 'concurrency' && containerConcurrency ? Math.min(wanted, containerConcurrency) : wanted;
  }
  const configured = metric === 'rps' ? rpsUtilization : config.containerConcurrencyTargetFraction;
  const utilization = percentage === undefined ? configured : percentage / 100;
  return { target: Math.max(smallestTarget, total * utilization), total };
}

/** Names below `autoscaling.knative.dev/` that were once written in camel case, and still may be. */
const camelCase = {
  class: undefined,
  metric: undefined,
  target: undefined,
  window: undefined,
  'min-scale': 'minScale',
  'max-scale': 'maxScale',
  'scale-to-zero-pod-retention-period': 'scaleToZeroPodRetentionPeriod',
  'metric-aggregation-algorithm': 'metricAggregationAlgorithm',
  'initial-scale': 'initialScale',
  'scale-down-delay': 'scaleDownDelay',
  'activation-scale': 'activationScale',
  'target-burst-capacity': 'targetBurstCapacity',
  'target-utilization-percentage': 'targetUtilizationPercentage',
  'panic-window-percentage': 'panicWindowPercentage',
  'panic-threshold-percentage': 'panicThresholdPercentage',
} as const;

export type AutoscalingAnnotation = keyof typeof camelCase;

/** An annotation below `autoscaling.knative.dev/`, in either spelling; the one with dashes wins. */
export function annotation(
  annotations: Readonly<Record<string, string>>,
  name: AutoscalingAnnotation,
): string | undefined {
  const alias = camelCase[name];
  return annotations[`autoscaling.knative.dev/${name}`] ?? (alias && annotations[`autoscaling.knative.dev/${alias}`]);
}

function parsed(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
