/**
 * Ordinary Services of Kubernetes (no route of Knative): which instances stand behind their ports, and, where containers can
 * reach them, their own addresses, at which every connection goes to one of those.
 */
import { connect, type Server } from 'node:net';
import { listen } from './listen.ts';
import type { FromDataPlane, ServiceTarget } from './protocol.ts';
import { tunnel } from './tunnel.ts';
import type { Address } from './types.ts';

export interface ClusterServices {
  /** By `name.namespace`; null = gone. */
  change(services: Record<string, ServiceTarget | null>): void;
  /** One of the instances behind a port. */
  find(host: string, port: number): Address | undefined;
  close(): void;
}

export function createClusterServices(
  emit: (message: FromDataPlane) => void,
  random: () => number = Math.random,
): ClusterServices {
  const known = new Map<string, ServiceTarget>();
  /** `name.namespace:port` → its listener, once it has been asked for. */
  const listeners = new Map<string, { address: string; opening: Promise<Server | undefined> }>();

  function pick(name: string, port: number): Address | undefined {
    const addresses = known.get(name)?.ports[port] ?? [];
    return addresses[Math.floor(random() * addresses.length)];
  }

  function open(name: string, port: number, address: string): Promise<Server | undefined> {
    return listen({ host: address, port, fallback: false }, (client) => {
      const target = pick(name, port);
      if (!target) {
        client.resetAndDestroy();
        return;
      }
      const server = connect({ ...target, noDelay: true, allowHalfOpen: true });
      server.once('error', () => client.resetAndDestroy());
      client.once('error', () => server.destroy());
      server.once('connect', () => {
        tunnel({ socket: client, rest: Buffer.alloc(0) }, { socket: server, rest: Buffer.alloc(0) });
      });
    }).then(
      ({ server }) => server,
      () => undefined,
    );
  }

  function shut(key: string): void {
    void listeners.get(key)?.opening.then((server) => server?.close());
    listeners.delete(key);
  }

  /** Listens where it has an address and somebody stands behind the port; nobody there is a refused connection. */
  async function follow(name: string, target: ServiceTarget | null): Promise<void> {
    const { address, ports = {} } = target ?? {};
    const wanted = new Set(address ? Object.keys(ports).filter((port) => (ports[Number(port)] ?? []).length > 0) : []);
    for (const [key, listener] of listeners) {
      if (!key.startsWith(`${name}:`)) continue;
      if (listener.address !== address || !wanted.has(key.slice(name.length + 1))) shut(key);
    }
    for (const port of wanted) {
      const key = `${name}:${port}`;
      if (address && !listeners.has(key)) listeners.set(key, { address, opening: open(name, Number(port), address) });
    }
    if (!address) return;
    const opened = await Promise.all([...wanted].map((port) => listeners.get(`${name}:${port}`)?.opening));
    emit({ type: 'serviceListening', service: name, ok: opened.every(Boolean) });
  }

  return {
    change(services) {
      for (const [name, target] of Object.entries(services)) {
        if (target) known.set(name, target);
        else known.delete(name);
        void follow(name, target);
      }
    },
    find(host, port) {
      const name = host.toLowerCase().replace(/\.svc(\.cluster\.local)?$/, '');
      return known.has(name) ? pick(name, port) : undefined;
    },
    close() {
      for (const key of [...listeners.keys()]) shut(key);
    },
  };
}
