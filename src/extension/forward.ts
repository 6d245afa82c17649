/**
 * Where the editor's window is not on this machine (a browser, SSH, Codespaces) a name like shop.default.localhost leads nowhere:
 * each such host gets a loopback port here that stands for it (decision 5), and that port goes through asExternalUri.
 */
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Forwarder extends Disposable {
  /** `http://shop.default.localhost:8080/x` → `http://127.0.0.1:PORT/x`; the port is kept for the host. */
  local(url: string): Promise<string>;
}

/** Of these URLs the host counts, and the port is the gateway's on this machine. */
export function isLoopbackName(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname, protocol } = new URL(url);
  return protocol === 'http:' && hostname.endsWith('.localhost');
}

export function createForwarder(): Forwarder {
  const servers = new Map<string, Promise<{ server: Server; port: number }>>();
  return {
    async local(url) {
      const target = new URL(url);
      let listening = servers.get(target.host);
      if (!listening) {
        listening = listen(target);
        servers.set(target.host, listening);
        listening.catch(() => servers.delete(target.host));
      }
      const { port } = await listening;
      return `http://127.0.0.1:${port}${target.pathname}${target.search}${target.hash}`;
    },
    [Symbol.dispose]() {
      for (const listening of servers.values()) {
        void listening.then(({ server }) => {
          server.close();
          server.closeAllConnections();
        });
      }
      servers.clear();
    },
  };
}

function listen(target: URL): Promise<{ server: Server; port: number }> {
  const server = createServer((incoming, outgoing) => {
    const onward = forward(target, incoming);
    onward.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, answerHeaders(answer, target));
      answer.pipe(outgoing);
      // Broken off there it is broken off here: a browser would wait for the rest.
      answer.on('error', () => outgoing.destroy());
    });
    onward.on('error', (error) => {
      if (outgoing.headersSent) outgoing.destroy();
      else
        outgoing
          .writeHead(502, { 'content-type': 'text/plain; charset=utf-8' })
          .end(`${target.host}: ${error.message}\n`);
    });
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    const onward = forward(target, incoming);
    onward.on('upgrade', (answer, upstream, first) => {
      const lines = [`HTTP/1.1 101 ${answer.statusMessage ?? 'Switching Protocols'}`];
      for (let index = 0; index < answer.rawHeaders.length; index += 2) {
        lines.push(`${answer.rawHeaders[index]}: ${answer.rawHeaders[index + 1]}`);
      }
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
      if (first.length > 0) socket.write(first);
      if (head.length > 0) upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
      for (const [end, other] of [
        [socket, upstream],
        [upstream, socket],
      ] as const)
        end.on('error', () => other.destroy());
    });
    onward.on('response', () => socket.destroy());
    onward.on('error', () => socket.destroy());
    onward.end();
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve({ server, port: (server.address() as AddressInfo).port }));
  });
}

/** The same request to the gateway, under the host that it stands for. */
function forward(target: URL, incoming: IncomingMessage) {
  return httpRequest({
    host: '127.0.0.1',
    port: target.port || 80,
    method: incoming.method,
    path: incoming.url,
    headers: { ...incoming.headers, host: target.host },
  });
}

/** A redirect to the service's own host stays where the browser is. */
function answerHeaders(answer: IncomingMessage, target: URL): IncomingMessage['headers'] {
  const { location } = answer.headers;
  if (!location || !URL.canParse(location, target.href)) return answer.headers;
  const to = new URL(location, target.href);
  return to.host === target.host
    ? { ...answer.headers, location: `${to.pathname}${to.search}${to.hash}` }
    : answer.headers;
}
