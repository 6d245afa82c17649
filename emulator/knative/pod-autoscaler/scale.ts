/**
 * From what the autoscaler wants to what the Deployment gets (knative.dev/serving kpa/scaler.go): bounds, and the way to
 * zero, which has to be sure that the activator is in the path. Pure: times come from the stored conditions.
 */
import { parseDuration } from '../../kernel/duration.ts';
import { type Conditions, conditionOf } from '../conditions.ts';
import type { AutoscalerConfig, PlatformConfig } from '../config/types.ts';
import { annotation, autoscaling, serving } from '../keys.ts';
import { annotationsOf } from '../objects.ts';
import type { ServerlessService } from '../serverless-service/types.ts';
import type { PodAutoscaler } from './types.ts';

/** Past the progress deadline, a revision gets so much longer until it is given up: its reasons have to show first. */
const activationBufferMs = 30_000;
/** While the activator's probe fails it is tried again so often. */
const probeRetryMs = 1000;

export interface ScaleInput {
  autoscaler: PodAutoscaler;
  /** The PodAutoscaler's, as they stand. */
  conditions: Conditions;
  serverlessService: ServerlessService;
  /** −1 = nothing decided. */
  desired: number;
  config: PlatformConfig;
  now: number;
  /** Whether requests pass the activator now. */
  activatorProbe(): boolean;
}

export interface ScaleDecision {
  /** What counts for Active and for the mode; −1 = not known. */
  want: number;
  /** Whether the Deployment is to be brought to `want`. */
  apply: boolean;
  requeueAfter?: number;
}

export function decideScale(input: ScaleInput): ScaleDecision {
  const { autoscaler, conditions, desired, config } = input;
  const activating = conditions.status('Active') === 'Unknown';
  if (desired < 0 && !activating) return { want: desired, apply: false };

  const bounds = scaleBounds(autoscaler, config.autoscaler);
  const initial = initialScale(autoscaler, config.autoscaler);
  const initialized = conditions.status('ScaleTargetInitialized') === 'True';
  let { min } = bounds;
  // Above one, the initial scale is a lower bound until it was reached once.
  if (initial > 1 && !initialized && autoscaler.spec?.reachability !== 'Unreachable') min = Math.max(min, initial);
  let want = desired;
  if (want < min) want = min;
  else if (bounds.max !== 0 && want > bounds.max) want = bounds.max;
  if (want !== 0) return { want, apply: true };
  return toZero(input);
}

function toZero({ autoscaler, conditions, serverlessService, config, now, activatorProbe }: ScaleInput): ScaleDecision {
  if (!config.autoscaler.enableScaleToZero) return { want: 1, apply: true };
  const active = conditions.get('Active');
  const since = now - (Date.parse(active?.lastTransitionTime ?? '') || now);

  if (active?.status === 'Unknown') {
    const deadline = duration(autoscaler, serving.progressDeadline) ?? config.deployment.progressDeadlineMs;
    const limit = deadline + activationBufferMs;
    if (since > limit) return { want: 0, apply: true };
    return { want: -1, apply: false, requeueAfter: limit };
  }
  if (active?.status === 'True') {
    const window = stableWindow(autoscaler, config.autoscaler);
    if (since < window) return { want: 1, apply: true, requeueAfter: window - since };
    // It turns inactive first. In proxy mode nothing else may ask again.
    return { want: 0, apply: false, ...(serverlessService.spec?.mode === 'Proxy' ? { requeueAfter: 3000 } : {}) };
  }
  // With a burst capacity of -1 the activator is always in the path.
  if (burstCapacity(autoscaler, config.autoscaler) !== -1 && !activatorProbe()) {
    return { want: 0, apply: false, requeueAfter: probeRetryMs };
  }
  const grace = config.autoscaler.scaleToZeroGracePeriodMs;
  const retention = podRetention(autoscaler, config.autoscaler);
  if (since >= Math.max(grace, retention)) return { want: 0, apply: true };
  if (since < retention) return { want: 0, apply: false, requeueAfter: retention - since };
  const left = grace - proxyFor(serverlessService, now);
  return left <= 0 ? { want: 0, apply: true } : { want: 0, apply: false, requeueAfter: left };
}

/** ms that the activator has been in the path. */
function proxyFor(serverlessService: ServerlessService, now: number): number {
  const populated = conditionOf(serverlessService, 'ActivatorEndpointsPopulated');
  return populated?.status === 'True' ? now - (Date.parse(populated.lastTransitionTime ?? '') || now) : 0;
}

/** 0 = no bound. */
export function scaleBounds(autoscaler: PodAutoscaler, config: AutoscalerConfig): { min: number; max: number } {
  const reachable = autoscaler.spec?.reachability !== 'Unreachable';
  return {
    min: reachable ? (integer(autoscaler, autoscaling.minScale) ?? config.minScale) : 0,
    max: integer(autoscaler, autoscaling.maxScale) ?? config.maxScale,
  };
}

export function initialScale(autoscaler: PodAutoscaler, config: AutoscalerConfig): number {
  const own = integer(autoscaler, autoscaling.initialScale);
  return own === undefined || (own === 0 && !config.allowZeroInitialScale) ? config.initialScale : own;
}

/** From how many ready instances on the target counts as active. */
export function activeThreshold(autoscaler: PodAutoscaler, conditions: Conditions, config: AutoscalerConfig): number {
  const { min } = scaleBounds(autoscaler, config);
  const initialized = conditions.status('ScaleTargetInitialized') === 'True';
  return Math.max(min, initialized ? 1 : initialScale(autoscaler, config));
}

export function burstCapacity(autoscaler: PodAutoscaler, config: AutoscalerConfig): number {
  const own = Number.parseFloat(annotation(annotationsOf(autoscaler), autoscaling.targetBurstCapacity)?.value ?? '');
  return Number.isNaN(own) ? config.targetBurstCapacity : own;
}

/** ms. */
export function stableWindow(autoscaler: PodAutoscaler, config: AutoscalerConfig): number {
  return duration(autoscaler, autoscaling.window) ?? config.stableWindowMs;
}

function podRetention(autoscaler: PodAutoscaler, config: AutoscalerConfig): number {
  if (autoscaler.spec?.reachability === 'Unreachable') return 0;
  return duration(autoscaler, autoscaling.scaleToZeroPodRetentionPeriod) ?? config.scaleToZeroPodRetentionPeriodMs;
}

function duration(autoscaler: PodAutoscaler, key: string): number | undefined {
  return parseDuration(annotation(annotationsOf(autoscaler), key)?.value ?? '');
}

function integer(autoscaler: PodAutoscaler, key: string): number | undefined {
  const value = annotation(annotationsOf(autoscaler), key)?.value;
  return value !== undefined && /^[+-]?\d+$/.test(value) ? Number(value) : undefined;
}
