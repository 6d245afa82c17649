/** messaging.knative.dev/v1 Channel and what it shares with InMemoryChannel. */
import type { KubeObject } from '../../kernel/object.ts';
import type { ChannelTemplate } from '../config/types.ts';
import type { Addressable, AppliedPolicies, DeliverySpec, DeliveryStatus, KReference, StatusBase } from '../duck.ts';

export interface Subscriber {
  uid: string;
  name?: string;
  namespace?: string;
  generation?: number;
  subscriberUri?: string;
  subscriberCACerts?: string;
  subscriberAudience?: string;
  replyUri?: string;
  replyCACerts?: string;
  replyAudience?: string;
  delivery?: DeliverySpec;
}

export interface SubscriberStatus {
  uid: string;
  observedGeneration?: number;
  ready?: 'True' | 'False' | 'Unknown';
  message?: string;
}

export interface ChannelableStatus extends StatusBase, DeliveryStatus, AppliedPolicies {
  address?: Addressable;
  addresses?: Addressable[];
  subscribers?: SubscriberStatus[];
  deadLetterChannel?: KReference;
}

export interface ChannelSpec {
  channelTemplate?: ChannelTemplate;
  subscribers?: Subscriber[];
  delivery?: DeliverySpec;
}

export type Channel = KubeObject<ChannelSpec, ChannelableStatus & { channel?: KReference }>;
