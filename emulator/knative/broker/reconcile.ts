/** Broker of class MTChannelBasedBroker: a channel for its Triggers, and an address of the ingress that all brokers share. */
import type { Controller } from '../../kernel/controller.ts';
import type { KubeObject } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { physicalChannel } from '../channel/resources.ts';
import { beginConditions, livingConditions } from '../conditions.ts';
import type { ChannelTemplate } from '../config/types.ts';
import { parseYaml } from '../config/yaml.ts';
import { resourceOf } from '../destination.ts';
import {
  addressables,
  addressOf,
  brokerIngressHost,
  eventingResources,
  markNoPolicies,
  referenceIndex,
  refsOf,
  resolveDeadLetterSink,
  watchReferences,
} from '../eventing.ts';
import type { Broker } from './types.ts';

export const brokerClass = 'eventing.knative.dev/broker.class';
export const channelBased = 'MTChannelBasedBroker';

const conditionSet = livingConditions(
  'IngressReady',
  'TriggerChannelReady',
  'FilterReady',
  'Addressable',
  'EventPoliciesReady',
);
const references = referenceIndex<Broker>(eventingResources.brokers, ({ spec }) => [
  spec?.config,
  ...refsOf(spec?.delivery?.deadLetterSink),
]);

export const brokerController: Controller<Broker> = {
  name: 'broker',
  resource: eventingResources.brokers,
  owns: [eventingResources.inMemoryChannels],
  watches: watchReferences(references, ['configmaps', ...addressables]),

  reconcile(broker, view, now) {
    const { namespace = '', name, annotations, deletionTimestamp } = broker.metadata;
    if (deletionTimestamp || annotations?.[brokerClass] !== channelBased) return {};
    const conditions = beginConditions(conditionSet, broker, now);
    const template = channelTemplate(broker, view);
    if ('error' in template) {
      const message = `Error on setting up the ChannelTemplate: ${template.error}`;
      conditions.markFalse('TriggerChannelReady', 'ChannelTemplateFailed', message);
      return { status: { ...broker.status, conditions: conditions.list() } };
    }
    const resource = resourceOf(template.apiVersion, template.kind);
    const channelName = `${name}-kne-trigger`;
    const channel = view.get(resource, namespace, channelName);
    const children = [{ resource, object: triggerChannel(broker, template, channelName, channel) }];
    const channelAddress = addressOf(channel);
    if (!channelAddress) {
      conditions.markFalse('TriggerChannelReady', 'NoAddress', 'Channel does not have an address.');
      return { children, status: { ...broker.status, conditions: conditions.list() } };
    }
    for (const type of ['TriggerChannelReady', 'FilterReady', 'IngressReady']) conditions.markTrue(type);
    const deadLetter = resolveDeadLetterSink(conditions, broker.spec?.delivery, namespace, view);
    const { deadLetterSinkUri: _, ...before } = broker.status ?? {};
    const status = {
      ...before,
      ...deadLetter,
      annotations: {
        'knative.dev/channelAPIVersion': template.apiVersion,
        'knative.dev/channelAddress': channelAddress,
        'knative.dev/channelKind': template.kind,
        'knative.dev/channelName': channelName,
      },
    };
    if (!deadLetter) return { children, status: { ...status, conditions: conditions.list() } };
    conditions.markTrue('Addressable');
    markNoPolicies(conditions);
    const address = { name: 'http', url: `http://${brokerIngressHost}/${namespace}/${name}` };
    return { children, status: { ...status, address, conditions: conditions.list() } };
  },
};

/** Of the broker's ConfigMap. */
function channelTemplate({ spec, metadata }: Broker, view: View): ChannelTemplate | { error: string } {
  const config = spec?.config;
  if (config?.kind !== 'ConfigMap')
    return { error: 'Broker.Spec.Config configuration not supported, only [kind: ConfigMap]' };
  const map = view.get<KubeObject & { data?: Record<string, string> }>(
    'configmaps',
    config.namespace || metadata.namespace,
    config.name,
  );
  if (!map) return { error: `configmap "${config.name}" not found` };
  const text = map.data?.['channel-template-spec'] ?? map.data?.['channelTemplateSpec'];
  if (text === undefined) return { error: 'not found' };
  try {
    const { apiVersion, kind, spec: of } = parseYaml(text) as Partial<ChannelTemplate>;
    if (apiVersion && kind) return { apiVersion, kind, ...(of ? { spec: of } : {}) };
    return { error: 'the channel template names no apiVersion and kind' };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

function triggerChannel(broker: Broker, template: ChannelTemplate, name: string, standing: KubeObject | undefined) {
  const { namespace = '', annotations = {} } = broker.metadata;
  const own = Object.entries(annotations).filter(([key]) => key.startsWith('messaging.knative.dev'));
  return physicalChannel(
    template,
    {
      name,
      namespace,
      labels: { 'eventing.knative.dev/broker': broker.metadata.name, 'eventing.knative.dev/brokerEverything': 'true' },
      annotations: { 'eventing.knative.dev/scope': 'cluster', ...Object.fromEntries(own) },
      delivery: broker.spec?.delivery,
    },
    standing,
  );
}
