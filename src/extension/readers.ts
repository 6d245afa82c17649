/** The core's pure readings of objects, and the tree that is made of them; loaded when the first view is painted. */
import { crashOf } from '../core/crash.ts';
import type { CanaryReaders } from './canaries.ts';
import { oncePer } from './platform/once.ts';
import type { applicationsTree, Readers } from './trees/applications-tree.ts';
import type { TrafficReaders } from './views/traffic-state.ts';

export interface LoadedReaders {
  tree: Readers;
  traffic: TrafficReaders;
  canary: CanaryReaders;
  paint: { applications: typeof applicationsTree };
}

let loading: Promise<LoadedReaders> | undefined;
let loaded: LoadedReaders | undefined;

export function loadReaders(): Promise<LoadedReaders> {
  loading ??= load().then((readers) => {
    loaded = readers;
    return readers;
  });
  return loading;
}

/** Where they are loaded already. */
export const loadedReaders = (): LoadedReaders | undefined => loaded;

async function load(): Promise<LoadedReaders> {
  const [services, revisions, domains, pings, traffic, canary, canaryWords, tree] = await Promise.all([
    import('../core/services.ts'),
    import('../core/revisions.ts'),
    import('../core/domains.ts'),
    import('../core/ping.ts'),
    import('../core/traffic/traffic.ts'),
    import('../core/traffic/canary.ts'),
    import('../core/messages/canary.ts'),
    import('./trees/applications-tree.ts'),
  ]);
  return {
    tree: {
      service: serviceReader(services.serviceModel),
      revision: revisions.revisionModel,
      instance: services.instanceModel,
      domain: domains.domainModel,
      ping: pings.pingModel,
      schedule: async (...read) => (await import('../core/manifest/cron-words.ts')).cronWords(...read),
    },
    traffic: {
      model: traffic.trafficModel,
      ready: (pod) => services.instanceModel(pod).ready,
      crash: (pods) => crashOf(pods.map(services.instanceModel)),
    },
    canary: { isDriven: canary.isDriven, text: canaryWords.canaryText },
    paint: { applications: tree.applicationsTree },
  };
}

/** One change among a thousand services reads one of them anew. The gateway is another one only after a reconnection. */
function serviceReader(read: Readers['service']): Readers['service'] {
  let last: Parameters<Readers['service']>[1];
  let models = oncePer((service: Parameters<Readers['service']>[0]) => read(service, last));
  return (service, gateway) => {
    if (gateway !== last) {
      last = gateway;
      models = oncePer((object) => read(object, gateway));
    }
    return models(service);
  };
}
