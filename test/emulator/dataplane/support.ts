/** A data plane in this thread, applications on real sockets, and snapshots put together for them. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import type { GatewayPorts } from '../../../emulator/dataplane/gateway.ts';
import { createInThreadDataPlane } from '../../../emulator/dataplane/in-thread.ts';
import type {
  DataPlanePort,
  FromDataPlane,
  InstanceTarget,
  RevisionTarget,
  RoutingSnapshot,
} from '../../../emulator/dataplane/protocol.ts';

export interface Plane extends AsyncDisposable {
  port: number;
  inside: number;
  messages: FromDataPlane[];
  apply(snapshot: Partial<RoutingSnapshot>): Promise<void>;
  /** The next (or an earlier) message that holds. */
  until<T extends FromDataPlane['type']>(
    type: T,
    holds?: (message: Extract<FromDataPlane, { type: T }>) => boolean,
  ): Promise<Extract<FromDataPlane, { type: T }>>;
}

export async function startPlane(ports: Partial<Omit<GatewayPorts, 'emit'>> = {}): Promise<Plane> {
  return plane(createInThreadDataPlane(ports));
}

export async function plane(dataPlane: DataPlanePort): Promise<Plane> {
  const messages: FromDataPlane[] = [];
  const waiting = new Set<(message: FromDataPlane) => void>();
  dataPlane.onMessage((message) => {
    messages.push(message);
    for (const listener of waiting) listener(message);
  });
  const until: Plane['until'] = (type, holds = () => true) =>
    new Promise((resolve) => {
      const look = (message: FromDataPlane) => {
        const wanted = message as Extract<FromDataPlane, { type: typeof type }>;
        if (message.type !== type || !holds(wanted)) return false;
        waiting.delete(look);
        resolve(wanted);
        return true;
      };
      if (!messages.some(look)) waiting.add(look);
    });
  dataPlane.post({ type: 'listen', host: '127.0.0.1', port: 0, fallback: false });
  const { port, inside } = await until('listening');
  let version = 0;
  return {
    port,
    inside: inside.port,
    messages,
    until,
    async apply(snapshot) {
      const next = ++version;
      const full = { hosts: {}, localHosts: {}, revisions: {}, traceHeaders: true, ...snapshot, version: next };
      dataPlane.post({ type: 'snapshot', snapshot: full });
      await until('applied', (message) => message.version === next);
    },
    [Symbol.asyncDispose]: () => dataPlane.close(),
  };
}

export function aRevision(key: string, ...changes: Partial<RevisionTarget>[]): RevisionTarget {
  const [namespace] = key.split('/');
  return Object.assign(
    {
      key,
      service: `${namespace}/hello`,
      configuration: `${namespace}/hello`,
      containerConcurrency: 0,
      timeoutSeconds: 300,
      responseStartTimeoutSeconds: 300,
      idleTimeoutSeconds: 0,
      protocol: 'http1' as const,
      mode: 'Proxy' as const,
      instances: [],
    },
    ...changes,
  );
}

export function anInstance(port: number, changes: Partial<InstanceTarget> = {}): InstanceTarget {
  return { pod: `pod-${port}`, host: '127.0.0.1', port, draining: false, held: false, ...changes };
}

/** One Service `hello` at `hello.test`, all traffic to its one revision. */
export function serving(revision: RevisionTarget): Partial<RoutingSnapshot> {
  const route = {
    service: revision.service,
    paths: [{ splits: [{ revision: revision.key, percent: 100, headers: {} }] }],
  };
  return {
    hosts: { 'hello.test': route },
    localHosts: { 'hello.default.svc.cluster.local': route },
    revisions: { [revision.key]: revision },
  };
}

export interface App extends AsyncDisposable {
  port: number;
  server: http.Server;
  /** Requests being answered now, and the most there ever were. */
  running: number;
  most: number;
  close(): Promise<void>;
}

export async function startApp(handler: http.RequestListener, port = 0): Promise<App> {
  const server = http.createServer((request, response) => {
    app.running++;
    app.most = Math.max(app.most, app.running);
    response.on('close', () => app.running--);
    handler(request, response);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const app: App = { port: 0, server, running: 0, most: 0, close, [Symbol.asyncDispose]: close };
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  app.port = (server.address() as AddressInfo).port;
  return app;
}

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  rawHeaders: string[];
  trailers: NodeJS.Dict<string>;
  body: string;
  complete: boolean;
}

export interface Ask {
  host?: string;
  method?: string;
  path?: string;
  headers?: http.OutgoingHttpHeaders;
  body?: string | Buffer;
  agent?: http.Agent;
  signal?: AbortSignal;
}

export function ask(port: number, options: Ask = {}): Promise<Answer> {
  const { host = 'hello.test', method = 'GET', path = '/', headers = {}, body, agent, signal } = options;
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent: agent ?? false,
      headers: { host, ...headers },
      ...(signal ? { signal } : {}),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      const finish = () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          trailers: response.trailers,
          body: Buffer.concat(chunks).toString(),
          complete: response.complete,
        });
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', finish);
      response.on('close', finish);
    });
    request.end(body);
  });
}

/** Bytes that are sent once what came back so far looks like this. */
export interface Answering {
  after: RegExp;
  bytes: string;
}

/** Sends bytes as they are; gives everything that came back until the peer closed or `until` was seen. */
export function raw(port: number, bytes: string | (string | Answering)[], until?: RegExp): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    const done = () => {
      socket.destroy();
      resolve(text);
    };
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (until?.test(text)) done();
      else send();
    });
    socket.on('error', done);
    socket.on('close', done);
    const pieces = [bytes].flat();
    let timer: NodeJS.Timeout | undefined;
    const send = () => {
      const [piece] = pieces;
      if (timer || piece === undefined) return;
      if (typeof piece !== 'string' && !piece.after.test(text)) return;
      pieces.shift();
      socket.write(typeof piece === 'string' ? piece : piece.bytes, 'latin1');
      // Each further piece is a packet of its own.
      timer = setTimeout(() => {
        timer = undefined;
        send();
      }, 15);
    };
    send();
  });
}

/** Resolves at `signal.done()`, for an application that answers when it is told to. */
export function gate(): { opened: Promise<void>; open(): void } {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

export async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Answers what it saw, as JSON. */
export const echo: http.RequestListener = async (request, response) => {
  const body = await readAll(request).catch(() => undefined);
  if (!body) return;
  const { method, url, headers } = request;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ method, url, headers, length: body.length }));
};
