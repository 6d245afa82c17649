/**
 * Tells the data plane what stands behind ordinary Services (`kubectl create service`, `kubectl expose`), and answers where
 * their names lead. Knative's own are not among them: the gateway serves those.
 */
import { BlockList, isIPv4 } from 'node:net';
import type { ServiceTarget, ToDataPlane } from '../dataplane/protocol.ts';
import { type KubeObject, keyOf } from '../kernel/object.ts';
import type { View } from '../kernel/resource.ts';
import type { Change } from '../kernel/store.ts';
import { serverlessServiceLabel } from '../knative/serverless-service/resources.ts';
import type { CoreService, Endpoints } from '../knative/workloads/types.ts';

export interface ClusterServicesPorts {
  store: View & { subscribe(listener: (change: Change) => void): Disposable };
  post(message: ToDataPlane & { type: 'services' }): void;
  /** Where a port of a pod is reached from here. */
  portAddress(namespace: string, pod: string, port: number): { host: string; port: number } | undefined;
}

export interface ClusterServicesWatch extends Disposable {
  /** The Service that a host names: `name.namespace.svc` or `….svc.cluster.local`, lower case. */
  serviceOf(host: string): CoreService | undefined;
  inNamespace(namespace: string): CoreService[];
  /** Of the pods behind a headless one: those that containers reach. */
  podAddresses(service: CoreService): string[];
  /** From now on its ports are served at its address too. */
  addressed(service: CoreService): void;
}

const clusterHost = /^([^.]+)\.([^.]+)\.svc(?:\.cluster\.local)?$/;
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);

export function watchClusterServices({ store, post, portAddress }: ClusterServicesPorts): ClusterServicesWatch {
  const dirty = new Set<string>();
  /** `namespace/name` of a pod → Services with it behind them. */
  const behind = new Map<string, Set<string>>();
  const addressed = new Set<string>();
  const told = new Set<string>();
  let scheduled: NodeJS.Immediate | undefined;

  for (const service of store.list<CoreService>('services')) if (isOrdinary(service)) mark(keyOf(service));
  const subscription = store.subscribe(({ resource, key }) => {
    if (resource === 'services' || resource === 'endpoints') mark(key);
    else if (resource === 'pods') for (const service of behind.get(key) ?? []) mark(service);
  });

  function mark(key: string): void {
    dirty.add(key);
    scheduled ??= setImmediate(flush);
  }

  function flush(): void {
    scheduled = undefined;
    const services: Record<string, ServiceTarget | null> = {};
    for (const key of dirty) {
      const target = targetOf(key);
      if (!target && !told.has(key)) continue;
      services[hostOf(key)] = target;
      if (target) told.add(key);
      else told.delete(key);
    }
    dirty.clear();
    if (Object.keys(services).length > 0) post({ type: 'services', services });
  }

  function targetOf(key: string): ServiceTarget | null {
    for (const services of behind.values()) services.delete(key);
    const [namespace = '', name = ''] = key.split('/');
    const service = store.get<CoreService>('services', namespace, name);
    if (!service || !isOrdinary(service)) {
      addressed.delete(key);
      return null;
    }
    const subsets = store.get<Endpoints>('endpoints', namespace, name)?.subsets ?? [];
    const ports: ServiceTarget['ports'] = {};
    for (const { name: portName = '', port, protocol = 'TCP' } of service.spec?.ports ?? []) {
      if (protocol !== 'TCP') continue;
      ports[port] = subsets.flatMap(({ addresses = [], ports: targets = [] }) => {
        const target = targets.find((one) => (one.name ?? '') === portName);
        if (!target) return [];
        return addresses.flatMap(({ ip, targetRef }) => {
          if (targetRef?.kind !== 'Pod') return loopback.check(ip) ? [] : [{ host: ip, port: target.port }];
          const pod = `${namespace}/${targetRef.name}`;
          behind.set(pod, (behind.get(pod) ?? new Set()).add(key));
          return portAddress(namespace, targetRef.name ?? '', target.port) ?? [];
        });
      });
    }
    const address = service.spec?.clusterIP;
    return { ports, ...(address && addressed.has(key) ? { address } : {}) };
  }

  return {
    serviceOf(host) {
      const [, name, namespace] = clusterHost.exec(host) ?? [];
      const service = name && namespace ? store.get<CoreService>('services', namespace, name) : undefined;
      return service && isOrdinary(service) ? service : undefined;
    },
    inNamespace: (namespace) => store.list<CoreService>('services', { namespace }).filter(isOrdinary),
    podAddresses({ metadata: { namespace, name } }) {
      const subsets = store.get<Endpoints>('endpoints', namespace, name)?.subsets ?? [];
      const all = subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip));
      return [...new Set(all)].filter((ip) => isIPv4(ip) && !loopback.check(ip));
    },
    addressed(service) {
      addressed.add(keyOf(service));
      mark(keyOf(service));
    },
    [Symbol.dispose]() {
      if (scheduled) clearImmediate(scheduled);
      subscription[Symbol.dispose]();
    },
  };
}

/** What Knative makes for its revisions, and mere names of others, lead elsewhere. */
function isOrdinary({ spec, metadata }: CoreService | KubeObject): boolean {
  const { type } = (spec ?? {}) as { type?: string };
  return type !== 'ExternalName' && metadata.labels?.[serverlessServiceLabel] === undefined;
}

function hostOf(key: string): string {
  const [namespace = '', name = ''] = key.split('/');
  return `${name}.${namespace}`;
}
