/** HTTPS at the gateway: the certificate is chosen by the name that the client asks for; what is inside is served as HTTP. */
import type { Socket } from 'node:net';
import { createSecureContext, createServer, type SecureContext, type TLSSocket } from 'node:tls';
import type { Certificates } from './protocol.ts';

export interface TlsFront {
  /** Takes a fresh TCP connection. */
  serve(socket: Socket): void;
  /** Replaces all. */
  setCertificates(certificates: Certificates): void;
}

/** @param accept gets each connection once its handshake is done. */
export function createTlsFront(accept: (socket: TLSSocket) => void): TlsFront {
  let certificates: Certificates = {};
  const contexts = new Map<string, SecureContext>();

  /** Made when it is first asked for. @throws what OpenSSL says of a broken certificate or key. */
  function contextOf(name: string): SecureContext | undefined {
    const standing = contexts.get(name);
    const certificate = certificates[name];
    if (standing || !certificate) return standing;
    const context = createSecureContext(certificate);
    contexts.set(name, context);
    return context;
  }

  const server = createServer(
    {
      ALPNProtocols: ['h2', 'http/1.1'],
      minVersion: 'TLSv1.2',
      SNICallback(asked, done) {
        const name = asked.toLowerCase();
        try {
          // A wildcard stands for one label.
          done(null, contextOf(name) ?? contextOf(name.replace(/^[^.]*/, '*')));
        } catch (error) {
          done(error as Error);
        }
      },
    },
    accept,
  );
  // Nobody's name, a broken certificate, a client that is none: it is told by the alert, and it is over.
  server.on('tlsClientError', (_error, socket) => socket.destroy());

  return {
    serve(socket) {
      socket.on('error', () => socket.destroy());
      server.emit('connection', socket);
    },
    setCertificates(next) {
      certificates = next;
      contexts.clear();
    },
  };
}
