/** What the platform's ConfigMaps say now. Read from the view at each use, so that a change is effective at once. */
import type { View } from '../../kernel/resource.ts';
import { parseDomain } from './domains.ts';
import { parseEventing } from './eventing.ts';
import { parseGc } from './gc.ts';
import { eventingNamespace, servingNamespace } from './namespaces.ts';
import { parseNetwork } from './network.ts';
import { parseObservability } from './observability.ts';
import { parseAutoscaler, parseDefaults, parseDeployment, parseFeatures } from './serving.ts';
import type { PlatformConfig } from './types.ts';

interface Section<T> {
  parse(data: Readonly<Record<string, string>>): T;
  namespace: string;
  name: string;
}

const serving = <T>(name: string, parse: (data: Readonly<Record<string, string>>) => T): Section<T> => ({
  parse,
  namespace: servingNamespace,
  name,
});

const sections = {
  defaults: serving('config-defaults', parseDefaults),
  features: serving('config-features', parseFeatures),
  autoscaler: serving('config-autoscaler', parseAutoscaler),
  deployment: serving('config-deployment', parseDeployment),
  domain: serving('config-domain', parseDomain),
  network: serving('config-network', parseNetwork),
  gc: serving('config-gc', parseGc),
  observability: serving('config-observability', parseObservability),
};

const eventingMaps = ['config-br-defaults', 'default-ch-webhook', 'config-ping-defaults', 'config-features'] as const;

interface Cached {
  version: string;
  value: unknown;
}

const caches = new WeakMap<View, Map<string, Cached>>();

/**
 * Every section parsed; a ConfigMap that is absent, or that does not parse (admission refuses such, so it was stored by
 * other means), counts as empty. Parsed once a resourceVersion.
 */
export function readConfig(view: View): PlatformConfig {
  let cache = caches.get(view);
  if (!cache) {
    cache = new Map();
    caches.set(view, cache);
  }
  const standing = cache;
  const read = <K extends keyof typeof sections>(key: K): PlatformConfig[K] => {
    const { namespace, name, parse } = sections[key];
    const map = view.get<ConfigMap>('configmaps', namespace, name);
    return cached(standing, key, map?.metadata.resourceVersion ?? '', () =>
      lenient(parse as (data: Readonly<Record<string, string>>) => PlatformConfig[K], map?.data ?? {}),
    );
  };
  return {
    defaults: read('defaults'),
    features: read('features'),
    autoscaler: read('autoscaler'),
    deployment: read('deployment'),
    domain: read('domain'),
    network: read('network'),
    gc: read('gc'),
    observability: read('observability'),
    eventing: readEventing(view, standing),
  };
}

/** What holds where no ConfigMap says otherwise. */
export function defaultConfig(): PlatformConfig {
  return readConfig({ get: () => undefined, list: () => [] });
}

interface ConfigMap {
  apiVersion: string;
  kind: string;
  metadata: { name: string; uid: string; resourceVersion: string; creationTimestamp: string };
  data?: Record<string, string>;
}

function readEventing(view: View, cache: Map<string, Cached>): PlatformConfig['eventing'] {
  const maps = eventingMaps.map((name) => view.get<ConfigMap>('configmaps', eventingNamespace, name));
  const version = maps.map((map) => map?.metadata.resourceVersion ?? '').join('/');
  return cached(cache, 'eventing', version, () => {
    const data = Object.fromEntries(eventingMaps.map((name, index) => [name, maps[index]?.data ?? {}]));
    return parseEventing(data);
  });
}

function cached<T>(cache: Map<string, Cached>, key: string, version: string, make: () => T): T {
  const standing = cache.get(key);
  if (standing?.version === version) return standing.value as T;
  const value = make();
  cache.set(key, { version, value });
  return value;
}

function lenient<T>(parse: (data: Readonly<Record<string, string>>) => T, data: Readonly<Record<string, string>>): T {
  try {
    return parse(data);
  } catch {
    return parse({});
  }
}
