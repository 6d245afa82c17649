/** flows.knative.dev/v1 Sequence. */
import type { Condition, KubeObject } from '../../kernel/object.ts';
import type { ChannelTemplate } from '../config/types.ts';
import type { Addressable, AppliedPolicies, DeliverySpec, Destination, StatusBase } from '../duck.ts';
import type { ObjectReference } from '../pod-autoscaler/types.ts';

export interface SequenceSpec {
  steps?: (Destination & { delivery?: DeliverySpec })[];
  channelTemplate?: ChannelTemplate;
  reply?: Destination;
}

export interface FlowSubscriptionStatus {
  subscription: ObjectReference;
  ready: Condition;
}

export interface FlowChannelStatus {
  channel: ObjectReference;
  ready: Condition;
}

export interface SequenceStatus extends StatusBase, AppliedPolicies {
  address?: Addressable;
  subscriptionStatuses?: FlowSubscriptionStatus[];
  channelStatuses?: FlowChannelStatus[];
}

export type Sequence = KubeObject<SequenceSpec, SequenceStatus>;
