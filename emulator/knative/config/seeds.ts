/** The ConfigMaps of a fresh platform: Knative's defaults, and each setting in `_example` in words of ours. */

import type { DraftObject } from '../../kernel/object.ts';
import { exampleChecksum, exampleChecksumAnnotation, exampleKey } from './checksum.ts';
import { featureDefaults } from './eventing.ts';
import { examples } from './examples.ts';
import { eventingNamespace, servingNamespace } from './namespaces.ts';

export interface ConfigMapSeed {
  resource: 'configmaps';
  object: DraftObject & { data: Record<string, string> };
}

export interface SeedOptions {
  /** The domain of Services that no other domain selects. */
  domain: string;
}

const kourier = 'kourier.ingress.networking.knative.dev';

export function configMapSeeds(options: SeedOptions = { domain: 'localhost' }): ConfigMapSeed[] {
  const serving = (name: string, component: string, data: Record<string, string> = {}) =>
    configMap(servingNamespace, name, component, data);
  const eventing = (name: string, component: string, data: Record<string, string> = {}) =>
    configMap(eventingNamespace, name, component, data);
  return [
    serving('config-autoscaler', 'autoscaler'),
    serving('config-certmanager', 'networking'),
    serving('config-defaults', 'controller'),
    serving('config-deployment', 'controller', { 'queue-sidecar-image': 'slipway.dev/queue:embedded' }),
    serving('config-domain', 'controller', { [options.domain]: '' }),
    serving('config-features', 'controller'),
    serving('config-gc', 'controller'),
    serving('config-leader-election', 'controller'),
    serving('config-logging', 'logging'),
    serving('config-network', 'networking', { 'ingress-class': kourier }),
    serving('config-observability', 'observability'),
    serving('config-tracing', 'tracing'),
    eventing('config-br-default-channel', 'broker', {
      'channel-template-spec': 'apiVersion: messaging.knative.dev/v1\nkind: InMemoryChannel\n',
    }),
    eventing('config-br-defaults', 'broker', {
      'default-br-config': [
        'clusterDefault:',
        '  brokerClass: MTChannelBasedBroker',
        '  apiVersion: v1',
        '  kind: ConfigMap',
        '  name: config-br-default-channel',
        '  namespace: knative-eventing',
        '  delivery:',
        '    retry: 10',
        '    backoffPolicy: exponential',
        '    backoffDelay: PT0.2S',
        '',
      ].join('\n'),
    }),
    eventing('default-ch-webhook', 'channel', {
      'default-ch-config': [
        'clusterDefault:',
        '  apiVersion: messaging.knative.dev/v1',
        '  kind: InMemoryChannel',
        '',
      ].join('\n'),
    }),
    eventing('config-ping-defaults', 'pingsource'),
    eventing('config-features', 'controller', { ...featureDefaults }),
    eventing('config-kreference-mapping', 'controller'),
    eventing('config-leader-election', 'controller'),
    eventing('config-logging', 'logging'),
    eventing('config-observability', 'observability'),
    eventing('config-sugar', 'controller'),
    eventing('config-tracing', 'tracing'),
  ];
}

function configMap(namespace: string, name: string, component: string, data: Record<string, string>): ConfigMapSeed {
  const example = examples[`${namespace}/${name}`];
  return {
    resource: 'configmaps',
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        namespace,
        name,
        labels: { 'app.kubernetes.io/name': namespace, 'app.kubernetes.io/component': component },
        ...(example === undefined ? {} : { annotations: { [exampleChecksumAnnotation]: exampleChecksum(example) } }),
      },
      data: { ...(example === undefined ? {} : { [exampleKey]: example }), ...data },
    },
  };
}
