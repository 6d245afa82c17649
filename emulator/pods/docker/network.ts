/**
 * The network that the platform's containers are in, and how they reach the names of the cluster from it
 * (`name.namespace.svc.cluster.local`), which no DNS outside knows.
 *
 * | where the engine and the platform are | containers get |
 * | --- | --- |
 * | one system, and low ports may be taken (root, or as the system allows) | a network of the platform's own, at whose gateway it answers DNS and serves port 80: as in a cluster, for every protocol |
 * | one system, low ports may not be taken | the engine's usual network, and HTTP_PROXY: what processes get |
 * | the engine in a machine of its own (Docker Desktop, rootless) | HTTP_PROXY at host.docker.internal |
 */
import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';
import type Docker from 'dockerode';
import type { HostConfig } from 'dockerode';
import { proxyEnvironment } from '../proxy-environment.ts';

/** What the platform offers; `embedded.ts` wires it. */
export interface InsideAccess {
  /** The inside listener on loopback, an HTTP proxy. */
  loopbackPort: number;
  /** Whether this process may listen on ports below 1024. */
  mayServeNames(): Promise<boolean>;
  /**
   * Answers DNS and serves port 80 at an address of this system; false where that cannot be had.
   * @param device the network's, which takes the addresses of Services.
   */
  serveNames(address: string, device: string): Promise<boolean>;
  /** Serves the Services of a namespace at the addresses that environments name. */
  serveLinks(namespace: string): Promise<void>;
  /** An HTTP proxy at an address of this system: its port. */
  serveProxy(address: string): Promise<number | undefined>;
  /** The API at an address of this system, on that port or (0) any: its port. */
  serveApi(address: string, port: number): Promise<number | undefined>;
  /** The API's port on loopback. */
  readonly apiPort: number;
}

export interface ContainerNetwork {
  /** For the container that holds a pod's network. */
  hostConfig(namespace: string): HostConfig;
  /** Further variables of every container; the pod's own win. */
  env: Record<string, string>;
  /** Where the API is reached. */
  api?: { host: string; port: number } | undefined;
  /** Before a container that is told the addresses of its namespace's Services. */
  links?: (namespace: string) => Promise<void>;
}

export const plainNetwork: ContainerNetwork = { hostConfig: () => ({}), env: {} };

export async function createContainerNetwork(
  docker: Docker,
  { run, labels, publish }: { run: string; labels: Record<string, string>; publish: boolean },
  inside: InsideAccess,
): Promise<ContainerNetwork> {
  if (publish) {
    const host = 'host.docker.internal';
    return {
      hostConfig: () => ({ ExtraHosts: [`${host}:host-gateway`] }),
      env: proxyEnvironment({ host, port: inside.loopbackPort }),
      api: { host, port: inside.apiPort },
    };
  }
  if (await inside.mayServeNames()) {
    const own = await ownNetwork(docker, run, labels);
    if (own.gateway && (await inside.serveNames(own.gateway, own.device))) {
      const { name, gateway } = own;
      const hostConfig = (namespace: string): HostConfig => ({
        NetworkMode: name,
        Dns: [gateway],
        DnsSearch: [`${namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'],
        DnsOptions: ['ndots:5'],
      });
      return { hostConfig, env: {}, api: await apiAt(inside, gateway, 443), links: inside.serveLinks };
    }
    await docker.getNetwork(own.name).remove();
  }
  const address = await ownAddressIn(docker, 'bridge');
  const port = address && (await inside.serveProxy(address));
  if (!port) return plainNetwork;
  return {
    hostConfig: () => ({}),
    env: proxyEnvironment({ host: address, port }),
    api: await apiAt(inside, address, 0),
  };
}

async function apiAt(inside: InsideAccess, host: string, asked: number): Promise<ContainerNetwork['api']> {
  const port = await inside.serveApi(host, asked);
  return port === undefined ? undefined : { host, port };
}

/** Removes the networks that carry the label: containers in them have to be gone. */
export async function removeNetworks(docker: Docker, label: string): Promise<void> {
  const left = await docker.listNetworks({ filters: { label: [label] } });
  await Promise.all(
    left.map(({ Id }) =>
      docker
        .getNetwork(Id)
        .remove()
        .catch(() => undefined),
    ),
  );
}

async function ownNetwork(
  docker: Docker,
  run: string,
  labels: Record<string, string>,
): Promise<{ name: string; gateway: string; device: string }> {
  // Not the platform's: what a killed one left may still be going when the next one begins.
  const name = `slipway-${run.slice(0, 12)}`;
  const network = await docker.createNetwork({ Name: name, CheckDuplicate: true, Labels: labels });
  const { Id, IPAM, Options } = (await network.inspect()) as {
    Id: string;
    IPAM?: { Config?: { Gateway?: string }[] };
    Options?: Record<string, string>;
  };
  const device = Options?.['com.docker.network.bridge.name'] ?? `br-${Id.slice(0, 12)}`;
  return { name, gateway: IPAM?.Config?.[0]?.Gateway ?? '', device };
}

/**
 * The address that this system has in a network of the engine: that of the container we are in, or the bridge's. A bridge
 * without containers is not among the interfaces that are told: then it is the gateway, which is the first address unless the
 * engine says otherwise. Whoever listens there finds out whether it is ours.
 */
async function ownAddressIn(docker: Docker, name: string): Promise<string | undefined> {
  const { IPAM } = (await docker.getNetwork(name).inspect()) as {
    IPAM?: { Config?: { Subnet?: string; Gateway?: string }[] };
  };
  const { Subnet: cidr = '', Gateway: gateway } = IPAM?.Config?.[0] ?? {};
  const [prefix = '', bits = ''] = cidr.split('/');
  if (!bits || prefix.includes(':')) return undefined;
  const subnet = new BlockList();
  subnet.addSubnet(prefix, Number(bits));
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const found = own.find(({ family, address }) => family === 'IPv4' && subnet.check(address))?.address;
  return found ?? gateway ?? prefix.replace(/\d+$/, (last) => String(Number(last) + 1));
}
