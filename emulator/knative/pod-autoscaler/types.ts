/** autoscaling.internal.knative.dev/v1alpha1 PodAutoscaler. */
import type { Condition, KubeObject } from '../../kernel/object.ts';
import type { Protocol } from '../serverless-service/types.ts';

export interface ObjectReference {
  apiVersion?: string;
  kind?: string;
  name?: string;
  namespace?: string;
}

export type Reachability = 'Reachable' | 'Unreachable';

export interface PodAutoscalerSpec {
  /** Absent = unlimited. */
  containerConcurrency?: number;
  scaleTargetRef: ObjectReference;
  /** Absent = not known yet. */
  reachability?: Reachability;
  protocolType: Protocol;
}

export interface PodAutoscalerStatus {
  observedGeneration?: number;
  annotations?: Record<string, string>;
  conditions?: Condition[];
  serviceName: string;
  metricsServiceName: string;
  desiredScale?: number;
  actualScale?: number;
}

export type PodAutoscaler = KubeObject<PodAutoscalerSpec, PodAutoscalerStatus>;
