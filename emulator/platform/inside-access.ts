/** What containers need of the platform to reach the names of the cluster: listeners at an address that they reach. */
import { createSocket } from 'node:dgram';
import type { DataPlanePort } from '../dataplane/protocol.ts';
import type { InsideAccess } from '../pods/docker/network.ts';
import { listenNames } from './name-server.ts';

export interface InsideAccessPorts {
  plane: Pick<DataPlanePort, 'post' | 'onMessage'>;
  /** Port of the inside listener on loopback. */
  loopbackPort: number;
  serves(host: string): boolean;
  log(level: 'warn' | 'info', message: string): void;
}

export function createInsideAccess({ plane, loopbackPort, serves, log }: InsideAccessPorts): InsideAccess & Disposable {
  const servers: Disposable[] = [];

  /** @returns the port, or undefined where it cannot be had. */
  function listenInside(host: string, port: number): Promise<number | undefined> {
    return new Promise((resolve) => {
      const subscription = plane.onMessage((message) => {
        if (message.type !== 'insideListening' || message.host !== host || message.asked !== port) return;
        subscription[Symbol.dispose]();
        if (message.error) log('info', `no inside names at ${host}:${port}: ${message.error}`);
        resolve(message.error ? undefined : message.port);
      });
      plane.post({ type: 'listenInside', host, port });
    });
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
    async serveNames(address) {
      try {
        const names = await listenNames({ address, serves });
        if ((await listenInside(address, 80)) === undefined) {
          names[Symbol.dispose]();
          return false;
        }
        servers.push(names);
        return true;
      } catch (error) {
        log('info', `no name server at ${address}: ${(error as Error).message}`);
        return false;
      }
    },
    serveProxy: (address) => listenInside(address, 0),
    [Symbol.dispose]() {
      for (const server of servers.splice(0)) server[Symbol.dispose]();
    },
  };
}
