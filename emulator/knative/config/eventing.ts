/** The defaults of knative-eventing: what a Broker or a Channel gets that names nothing itself. */

import type { DeliverySpec } from '../duck.ts';
import { type Data, reader } from './parse.ts';
import type { BrokerDefaults, ChannelTemplate, EventingConfig } from './types.ts';
import { parseYaml } from './yaml.ts';

interface BrokerEntry {
  brokerClass?: string;
  apiVersion?: string;
  kind?: string;
  name?: string;
  namespace?: string;
  delivery?: DeliverySpec;
  brokerClasses?: Record<string, BrokerEntry>;
}

/** `config-features` of knative-eventing where nothing is set; also what a new platform's ConfigMap says. */
export const featureDefaults: Readonly<Record<string, string>> = {
  'kreference-group': 'disabled',
  'delivery-retryafter': 'disabled',
  'delivery-timeout': 'enabled',
  'kreference-mapping': 'disabled',
  'transport-encryption': 'disabled',
  'eventtype-auto-create': 'disabled',
  'authentication-oidc': 'disabled',
  'default-authorization-mode': 'allow-same-namespace',
  'cross-namespace-event-links': 'disabled',
  'new-apiserversource-filters': 'disabled',
};

/** By ConfigMap name: `config-br-defaults`, `default-ch-webhook`, `config-ping-defaults`, `config-features`. */
export function parseEventing(maps: Readonly<Record<string, Data>>): EventingConfig {
  const brokers = document<{ clusterDefault?: BrokerEntry; namespaceDefaults?: Record<string, BrokerEntry> }>(
    maps['config-br-defaults']?.['default-br-config'],
  );
  const channels = document<{ clusterDefault?: ChannelTemplate; namespaceDefaults?: Record<string, ChannelTemplate> }>(
    maps['default-ch-webhook']?.['default-ch-config'],
  );
  let pingDataMaxSize = -1;
  try {
    pingDataMaxSize = reader(maps['config-ping-defaults'] ?? {}).integer(-1, 'dataMaxSize', 'data-max-size');
  } catch {
    // A value that is no number counts as none.
  }
  return {
    brokerDefaults: (namespace, brokerClass) =>
      brokerDefaults(brokers?.clusterDefault, brokers?.namespaceDefaults?.[namespace], brokerClass),
    channelDefaults: (namespace) =>
      channels?.namespaceDefaults?.[namespace] ?? channels?.clusterDefault ?? inMemoryChannel,
    pingDataMaxSize: pingDataMaxSize < 0 ? -1 : pingDataMaxSize,
    features: { ...featureDefaults, ...maps['config-features'] },
  };
}

const inMemoryChannel: ChannelTemplate = { apiVersion: 'messaging.knative.dev/v1', kind: 'InMemoryChannel' };

const builtIn: BrokerEntry = {
  brokerClass: 'MTChannelBasedBroker',
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: 'config-br-default-channel',
  namespace: 'knative-eventing',
  delivery: { retry: 10, backoffPolicy: 'exponential', backoffDelay: 'PT0.2S' },
};

/** The namespace's entry wins over the cluster's, one that is by class over the deprecated one that is not. */
function brokerDefaults(
  cluster: BrokerEntry | undefined,
  namespace: BrokerEntry | undefined,
  asked: string | undefined,
): BrokerDefaults {
  const whole = cluster ?? builtIn;
  const brokerClass = asked || namespace?.brokerClass || whole.brokerClass || 'MTChannelBasedBroker';
  const entry =
    namespace?.brokerClasses?.[brokerClass] ??
    (namespace?.brokerClass === brokerClass && namespace.kind ? namespace : undefined) ??
    whole.brokerClasses?.[brokerClass] ??
    whole;
  const { apiVersion, kind, name } = entry;
  return {
    brokerClass,
    config:
      apiVersion && kind && name
        ? { apiVersion, kind, name, ...(entry.namespace ? { namespace: entry.namespace } : {}) }
        : undefined,
    delivery: entry.delivery,
  };
}

function document<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    const value = parseYaml(text);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
