/** The data plane behind its typed port: messages in, messages out, in whichever thread it runs. */
import type { Server } from 'node:net';
import { createGateway, type GatewayPorts } from './gateway.ts';
import { passThrough } from './inside.ts';
import { listen } from './listen.ts';
import type { FromDataPlane, ToDataPlane } from './protocol.ts';
import { createClusterServices } from './services.ts';
import { createTlsFront } from './tls.ts';

export interface DataPlane {
  receive(message: ToDataPlane): void;
  close(): Promise<void>;
}

export function createDataPlane(
  emit: (message: FromDataPlane) => void,
  ports: Partial<Omit<GatewayPorts, 'emit'>> = {},
): DataPlane {
  let receivers: number | undefined;
  const services = createClusterServices(emit, ports.random);
  const gateway = createGateway({ passThrough: passThrough(() => receivers, services.find), ...ports, emit });
  const tls = createTlsFront((socket) => gateway.accept(socket, 'tls'));
  const servers = new Set<Server>();
  let closed: Promise<void> | undefined;

  async function start({ host, port, fallback, insidePort = 0 }: ToDataPlane & { type: 'listen' }): Promise<void> {
    try {
      const inside = await listen({ host: '127.0.0.1', port: insidePort, fallback: false }, (socket) =>
        gateway.accept(socket, 'inside'),
      );
      servers.add(inside.server);
      const outside = await listen({ host, port, fallback }, (socket) => gateway.accept(socket, 'outside'));
      servers.add(outside.server);
      emit({ type: 'listening', host, port: outside.port, inside: { host: '127.0.0.1', port: inside.port } });
    } catch (error) {
      const { code = 'ListenFailed', message } = error as NodeJS.ErrnoException;
      emit({ type: 'failed', code, message });
    }
  }

  async function startInside(host: string, asked: number): Promise<void> {
    try {
      const { server, port } = await listen({ host, port: asked, fallback: false }, (socket) =>
        gateway.accept(socket, 'inside'),
      );
      servers.add(server);
      emit({ type: 'insideListening', host, asked, port });
    } catch (error) {
      const { code = 'ListenFailed' } = error as NodeJS.ErrnoException;
      emit({ type: 'insideListening', host, asked, port: 0, error: code });
    }
  }

  async function startTls(where: { host: string; port: number; fallback: boolean }): Promise<void> {
    try {
      const { server, port } = await listen({ ...where, halfOpen: false }, (socket) => tls.serve(socket));
      servers.add(server);
      gateway.servesTls(port);
      emit({ type: 'tlsListening', port });
    } catch (error) {
      const { code = 'ListenFailed' } = error as NodeJS.ErrnoException;
      emit({ type: 'tlsListening', port: 0, error: code });
    }
  }

  function close(): Promise<void> {
    closed ??= (async () => {
      const ended = [...servers].map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
      services.close();
      await gateway.close();
      await Promise.all(ended);
    })();
    return closed;
  }

  return {
    receive(message) {
      switch (message.type) {
        case 'snapshot':
          gateway.apply(message.snapshot);
          break;
        case 'changes':
          gateway.change(message.changes);
          break;
        case 'listen':
          void start(message);
          break;
        case 'logRequests':
          gateway.logRequests(message);
          break;
        case 'listenInside':
          void startInside(message.host, message.port);
          break;
        case 'listenTls':
          void startTls(message);
          break;
        case 'certificates':
          tls.setCertificates(message.certificates);
          break;
        case 'services':
          services.change(message.services);
          break;
        case 'receivers':
          receivers = message.port;
          break;
        case 'close':
          void close();
          break;
      }
    },
    close,
  };
}
