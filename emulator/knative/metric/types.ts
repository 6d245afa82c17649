/** autoscaling.internal.knative.dev/v1alpha1 Metric. */
import type { Condition, KubeObject } from '../../kernel/object.ts';

export interface MetricSpec {
  /** Nanoseconds, as Go writes a time.Duration into JSON. */
  stableWindow: number;
  /** Nanoseconds. */
  panicWindow: number;
  scrapeTarget: string;
}

export interface MetricStatus {
  observedGeneration?: number;
  annotations?: Record<string, string>;
  conditions?: Condition[];
}

export type Metric = KubeObject<MetricSpec, MetricStatus>;
