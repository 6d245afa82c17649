/** eventing.knative.dev/v1 Broker. */
import type { KubeObject } from '../../kernel/object.ts';
import type { Addressable, AppliedPolicies, DeliverySpec, DeliveryStatus, KReference, StatusBase } from '../duck.ts';

export interface BrokerSpec {
  config?: KReference;
  delivery?: DeliverySpec;
}

export interface BrokerStatus extends StatusBase, DeliveryStatus, AppliedPolicies {
  address?: Addressable;
  addresses?: Addressable[];
}

export type Broker = KubeObject<BrokerSpec, BrokerStatus>;
