/** messaging.knative.dev/v1 Subscription. */
import type { KubeObject } from '../../kernel/object.ts';
import type { DeliverySpec, DeliveryStatus, Destination, KReference, SourceStatus, StatusBase } from '../duck.ts';

export interface SubscriptionSpec {
  channel: KReference;
  subscriber?: Destination;
  reply?: Destination;
  delivery?: DeliverySpec;
}

export interface SubscriptionStatus extends StatusBase {
  auth?: NonNullable<SourceStatus['auth']>;
  physicalSubscription?: DeliveryStatus & {
    subscriberUri?: string;
    subscriberCACerts?: string;
    subscriberAudience?: string;
    replyUri?: string;
    replyCACerts?: string;
    replyAudience?: string;
  };
}

export type Subscription = KubeObject<SubscriptionSpec, SubscriptionStatus>;
