/** serving.knative.dev/v1 Revision and the template it is made from. */
import type { Condition, KubeObject } from '../../kernel/object.ts';
import type { PodSpec } from '../pod-spec/types.ts';

export interface RevisionSpec extends PodSpec {
  /** 0 = unlimited. */
  containerConcurrency?: number;
  timeoutSeconds?: number;
  responseStartTimeoutSeconds?: number;
  idleTimeoutSeconds?: number;
}

export interface TemplateMetadata {
  name?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  [other: string]: unknown;
}

export interface RevisionTemplate {
  metadata?: TemplateMetadata;
  spec: RevisionSpec;
}

export interface ContainerDigest {
  name?: string;
  imageDigest?: string;
}

export interface RevisionStatus {
  observedGeneration?: number;
  annotations?: Record<string, string>;
  conditions?: Condition[];
  logUrl?: string;
  containerStatuses?: ContainerDigest[];
  initContainerStatuses?: ContainerDigest[];
  actualReplicas?: number;
  desiredReplicas?: number;
}

export type Revision = KubeObject<RevisionSpec, RevisionStatus>;
export type RoutingState = 'pending' | 'active' | 'reserve';
