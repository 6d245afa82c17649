/** Shapes that eventing kinds share (knative.dev/pkg apis/duck/v1 and eventing duck/v1). */
import type { Condition } from '../kernel/object.ts';
import type { KReference } from './domain-mapping/types.ts';
import type { Addressable } from './route/types.ts';

export type { Addressable, KReference };

export interface Destination {
  ref?: KReference;
  uri?: string;
  CACerts?: string;
  audience?: string;
}

export interface CloudEventOverrides {
  extensions?: Record<string, string>;
}

export interface DeliverySpec {
  deadLetterSink?: Destination;
  retry?: number;
  /** ISO 8601, `PT1S`. */
  timeout?: string;
  backoffPolicy?: 'linear' | 'exponential';
  backoffDelay?: string;
  retryAfterMax?: string;
  format?: 'json' | 'binary';
}

export interface DeliveryStatus {
  deadLetterSinkUri?: string;
  deadLetterSinkCACerts?: string;
  deadLetterSinkAudience?: string;
}

export interface SourceSpec {
  sink?: Destination;
  ceOverrides?: CloudEventOverrides;
}

export interface SourceStatus extends StatusBase {
  sinkUri?: string;
  sinkCACerts?: string;
  sinkAudience?: string;
  auth?: { serviceAccountName?: string; serviceAccountNames?: string[] };
  ceAttributes?: { type: string; source: string }[];
}

export interface StatusBase {
  observedGeneration?: number;
  annotations?: Record<string, string>;
  conditions?: Condition[];
}

export interface AppliedPolicies {
  policies?: { apiVersion: string; name: string }[];
}

/** meta/v1 LabelSelector. */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}
