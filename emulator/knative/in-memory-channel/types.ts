/** messaging.knative.dev/v1 InMemoryChannel. */
import type { KubeObject } from '../../kernel/object.ts';
import type { ChannelableStatus, Subscriber } from '../channel/types.ts';
import type { DeliverySpec } from '../duck.ts';

export interface InMemoryChannelSpec {
  subscribers?: Subscriber[];
  delivery?: DeliverySpec;
}

export type InMemoryChannel = KubeObject<InMemoryChannelSpec, ChannelableStatus>;
