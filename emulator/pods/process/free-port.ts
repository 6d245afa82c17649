/**
 * Free ports without a race among ourselves. They are taken below the ports that the OS hands out for outgoing
 * connections, so that between our look and the app's `listen` no client socket can take one.
 */
import { createServer } from 'node:net';

/** Named in package.json too (`remote.portsAttributes`): an editor in a browser forwards none of them. */
export const lowest = 20_000;
export const count = 12_000;

export interface FreePorts {
  take(): Promise<number>;
  release(port: number): void;
}

export function createFreePorts(random: () => number = Math.random): FreePorts {
  const taken = new Set<number>();
  return {
    async take() {
      let port = lowest + Math.floor(random() * count);
      for (let attempt = 0; attempt < count; attempt++) {
        if (!taken.has(port)) {
          taken.add(port);
          if (await isFree(port)) return port;
          taken.delete(port);
        }
        port = lowest + ((port + 1 - lowest) % count);
      }
      throw new Error(`no free port between ${lowest} and ${lowest + count - 1}`);
    },
    release: (port) => void taken.delete(port),
  };
}

async function isFree(port: number): Promise<boolean> {
  // Apps bind any of these; one that is taken would fail them.
  return (await canListen('0.0.0.0', port)) && (await canListen('127.0.0.1', port)) && (await canListen('::', port));
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // No IPv6 on this machine is no reason to refuse a port.
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL'),
    );
    server.listen({ host, port, exclusive: true, ipv6Only: host === '::' }, () => server.close(() => resolve(true)));
  });
}
