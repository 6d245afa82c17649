/** eventing.knative.dev/v1 Trigger. */
import type { KubeObject } from '../../kernel/object.ts';
import type { DeliverySpec, DeliveryStatus, Destination, KReference, SourceStatus, StatusBase } from '../duck.ts';

/** One dialect; an absent or empty one filters nothing. */
export interface SubscriptionsFilter {
  all?: SubscriptionsFilter[];
  any?: SubscriptionsFilter[];
  not?: SubscriptionsFilter;
  exact?: Record<string, string>;
  prefix?: Record<string, string>;
  suffix?: Record<string, string>;
  cesql?: string;
}

export interface TriggerSpec {
  broker?: string;
  brokerRef?: KReference;
  filter?: { attributes?: Record<string, string> };
  filters?: SubscriptionsFilter[];
  subscriber: Destination;
  delivery?: DeliverySpec;
}

export interface TriggerStatus extends StatusBase, DeliveryStatus {
  subscriberUri?: string;
  subscriberCACerts?: string;
  subscriberAudience?: string;
  auth?: NonNullable<SourceStatus['auth']>;
}

export type Trigger = KubeObject<TriggerSpec, TriggerStatus>;
