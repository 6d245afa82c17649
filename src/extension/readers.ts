/** The core's pure readings of objects, loaded when the first view is painted. */
import type { Readers } from './trees/applications-tree.ts';
import type { TrafficReaders } from './views/traffic-state.ts';

export interface LoadedReaders {
  tree: Readers;
  traffic: TrafficReaders;
}

let loading: Promise<LoadedReaders> | undefined;

export function loadReaders(): Promise<LoadedReaders> {
  loading ??= load();
  return loading;
}

async function load(): Promise<LoadedReaders> {
  const [services, revisions, domains, pings, traffic] = await Promise.all([
    import('../core/services.ts'),
    import('../core/revisions.ts'),
    import('../core/domains.ts'),
    import('../core/ping.ts'),
    import('../core/traffic/traffic.ts'),
  ]);
  return {
    tree: {
      service: services.serviceModel,
      revision: revisions.revisionModel,
      instance: services.instanceModel,
      domain: domains.domainModel,
      ping: pings.pingModel,
    },
    traffic: { model: traffic.trafficModel, ready: (pod) => services.instanceModel(pod).ready },
  };
}
