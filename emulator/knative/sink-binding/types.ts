/** sources.knative.dev/v1 SinkBinding. */
import type { KubeObject } from '../../kernel/object.ts';
import type { LabelSelector, SourceSpec, SourceStatus } from '../duck.ts';

export interface SinkBindingSpec extends SourceSpec {
  /** By name or by selector. */
  subject: { apiVersion?: string; kind?: string; namespace?: string; name?: string; selector?: LabelSelector };
}

export type SinkBinding = KubeObject<SinkBindingSpec, SourceStatus & { oidcTokenSecretName?: string }>;
