/** What containers need of the platform to reach what is in the cluster: listeners at addresses that they reach. */
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { promisify } from 'node:util';
import type { DataPlanePort, FromDataPlane } from '../dataplane/protocol.ts';
import type { CoreService } from '../knative/workloads/types.ts';
import type { InsideAccess } from '../pods/docker/network.ts';
import type { ClusterServicesWatch } from './cluster-services.ts';
import { listenNames } from './name-server.ts';

const run = promisify(execFile);

export interface InsideAccessPorts {
  plane: Pick<DataPlanePort, 'post' | 'onMessage'>;
  /** Port of the inside listener on loopback. */
  loopbackPort: number;
  serves(host: string): boolean;
  services(): ClusterServicesWatch;
  /** Listens for the API at one more address. @throws the error of listening. */
  listenApi(host: string, port: number): Promise<{ port: number }>;
  apiPort(): number;
  log(level: 'warn' | 'info', message: string): void;
}

export function createInsideAccess(ports: InsideAccessPorts): InsideAccess & Disposable {
  const { plane, loopbackPort, serves, log } = ports;
  const servers: Disposable[] = [];
  /** Of the containers' network, once names are served in it. */
  let network: { gateway: string; device: string } | undefined;
  /** By a Service's uid: whether it is served at its own address. */
  const addressed = new Map<string, Promise<boolean>>();

  function nextMessage<T extends FromDataPlane['type']>(
    type: T,
    matches: (message: FromDataPlane & { type: T }) => boolean,
  ): Promise<FromDataPlane & { type: T }> {
    return new Promise((resolve) => {
      const subscription = plane.onMessage((message) => {
        const own = message as FromDataPlane & { type: T };
        if (message.type !== type || !matches(own)) return;
        subscription[Symbol.dispose]();
        resolve(own);
      });
    });
  }

  /** @returns the port, or undefined where it cannot be had. */
  async function listenInside(host: string, port: number): Promise<number | undefined> {
    const told = nextMessage('insideListening', (message) => message.host === host && message.asked === port);
    plane.post({ type: 'listenInside', host, port });
    const answer = await told;
    if (answer.error) log('info', `no inside names at ${host}:${port}: ${answer.error}`);
    return answer.error ? undefined : answer.port;
  }

  /**
   * Gives a Service its address: as one more of the network's device, which is ours and takes it along when it goes. Where that
   * cannot be done, its name leads to the gateway, which knows it by the Host of HTTP.
   */
  function address(service: CoreService): Promise<boolean> {
    const { uid, name, namespace } = service.metadata;
    const known = addressed.get(uid);
    if (known) return known;
    const made = (async () => {
      if (!network || !service.spec?.clusterIP) return false;
      try {
        await run('ip', ['address', 'add', `${service.spec.clusterIP}/32`, 'dev', network.device]);
      } catch (error) {
        if (!/File exists/.test(String(error))) {
          log('info', `Services have no addresses of their own in containers: ${(error as Error).message.trim()}`);
          return false;
        }
      }
      const told = nextMessage('serviceListening', (message) => message.service === `${name}.${namespace}`);
      ports.services().addressed(service);
      return (await told).ok;
    })();
    addressed.set(uid, made);
    return made;
  }

  async function addressesOf(host: string): Promise<readonly string[] | undefined> {
    const services = ports.services();
    const service = services.serviceOf(host);
    if (!service || !network) return undefined;
    const { clusterIP } = service.spec ?? {};
    if (clusterIP === 'None') return services.podAddresses(service);
    return clusterIP && (await address(service)) ? [clusterIP] : [network.gateway];
  }

  return {
    loopbackPort,
    mayServeNames: () =>
      new Promise((resolve) => {
        // Taken by another is well: it shows that low ports may be asked for at all.
        const socket = createSocket('udp4');
        socket.once('error', (error: NodeJS.ErrnoException) => {
          socket.close();
          resolve(error.code === 'EADDRINUSE');
        });
        socket.bind({ address: '127.0.0.1', port: 53 }, () => socket.close(() => resolve(true)));
      }),
    async serveNames(gateway, device) {
      try {
        const names = await listenNames({ address: gateway, serves, addressesOf });
        if ((await listenInside(gateway, 80)) === undefined) {
          names[Symbol.dispose]();
          return false;
        }
        servers.push(names);
        network = { gateway, device };
        return true;
      } catch (error) {
        log('info', `no name server at ${gateway}: ${(error as Error).message}`);
        return false;
      }
    },
    async serveLinks(namespace) {
      const all = ports.services().inNamespace(namespace);
      await Promise.all(all.filter(({ spec }) => spec?.clusterIP !== 'None').map(address));
    },
    serveProxy: (host) => listenInside(host, 0),
    get apiPort() {
      return ports.apiPort();
    },
    async serveApi(host, port) {
      try {
        return (await ports.listenApi(host, port)).port;
      } catch (error) {
        log('info', `no API for containers at ${host}:${port}: ${(error as Error).message}`);
        return undefined;
      }
    },
    [Symbol.dispose]() {
      for (const server of servers.splice(0)) server[Symbol.dispose]();
    },
  };
}
