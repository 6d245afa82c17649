/** flows.knative.dev/v1 Parallel. */
import type { KubeObject } from '../../kernel/object.ts';
import type { ChannelTemplate } from '../config/types.ts';
import type { Addressable, AppliedPolicies, DeliverySpec, Destination, StatusBase } from '../duck.ts';
import type { FlowChannelStatus, FlowSubscriptionStatus } from '../sequence/types.ts';

export interface ParallelBranch {
  filter?: Destination;
  subscriber: Destination;
  reply?: Destination;
  delivery?: DeliverySpec;
}

export interface ParallelSpec {
  branches?: ParallelBranch[];
  channelTemplate?: ChannelTemplate;
  reply?: Destination;
}

export interface ParallelStatus extends StatusBase, AppliedPolicies {
  address?: Addressable;
  ingressChannelStatus?: FlowChannelStatus;
  branchStatuses?: {
    filterSubscriptionStatus?: FlowSubscriptionStatus;
    filterChannelStatus?: FlowChannelStatus;
    subscriberSubscriptionStatus?: FlowSubscriptionStatus;
  }[];
}

export type Parallel = KubeObject<ParallelSpec, ParallelStatus>;
