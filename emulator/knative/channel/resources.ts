/** Channels that other kinds make: a template, made into an object. Pure. */
import type { DraftObject, KubeObject } from '../../kernel/object.ts';
import type { ChannelTemplate } from '../config/types.ts';
import type { DeliverySpec } from '../duck.ts';
import type { Channel } from './types.ts';

export interface PhysicalChannel {
  name: string;
  namespace: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  delivery?: DeliverySpec | undefined;
}

/** Who subscribed to the standing one stays: that is the Subscriptions' business. */
export function physicalChannel(
  template: ChannelTemplate,
  { delivery, ...metadata }: PhysicalChannel,
  standing: KubeObject | undefined,
): DraftObject {
  const subscribers = (standing?.spec as { subscribers?: unknown[] } | undefined)?.subscribers;
  const spec = {
    ...(template.spec as object | undefined),
    ...(delivery ? { delivery } : {}),
    ...(subscribers ? { subscribers } : {}),
  };
  return {
    apiVersion: template.apiVersion,
    kind: template.kind,
    metadata,
    ...(Object.keys(spec).length > 0 ? { spec } : {}),
  };
}

export function backingChannel(
  { metadata, spec }: Channel,
  template: ChannelTemplate,
  standing: KubeObject | undefined,
): DraftObject {
  const { name, namespace = '' } = metadata;
  return physicalChannel(template, { name, namespace, delivery: spec?.delivery }, standing);
}
