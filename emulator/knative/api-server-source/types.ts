/** sources.knative.dev/v1 ApiServerSource. */
import type { KubeObject } from '../../kernel/object.ts';
import type { LabelSelector, SourceSpec, SourceStatus } from '../duck.ts';
import type { SubscriptionsFilter } from '../trigger/types.ts';

export interface ApiServerSourceSpec extends SourceSpec {
  resources: { apiVersion?: string; kind?: string; selector?: LabelSelector }[];
  owner?: { apiVersion?: string; kind?: string };
  mode?: 'Reference' | 'Resource';
  serviceAccountName?: string;
  namespaceSelector?: LabelSelector;
  filters?: SubscriptionsFilter[];
}

export type ApiServerSource = KubeObject<ApiServerSourceSpec, SourceStatus & { namespaces?: string[] }>;
