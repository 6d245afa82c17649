/** Listens for the API over HTTPS on loopback: TLS, authentication, refusal of foreign hosts and origins. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { ApiError } from '../kernel/errors.ts';
import type { UserInfo } from '../kernel/resource.ts';
import { maximumBytes } from './body.ts';
import type { Certificates } from './certs.ts';
import { isOpenPath } from './health.ts';
import type { ApiRequest, ApiResponse } from './http.ts';
import type { Api } from './server.ts';
import { accountUser } from './tokens.ts';

export interface ListenOptions {
  host?: string;
  /** 0: any free one. */
  port: number;
  certs: Certificates;
  /** Who a bearer token is; undefined: nobody. */
  authenticate?(token: string): UserInfo | undefined;
  /** Bytes of a body, per path; the default is Kubernetes' 3 MiB. Capability uploads are larger. */
  limitBytes?(path: string): number;
}

export interface ApiListener extends AsyncDisposable {
  host: string;
  port: number;
  /** `https://127.0.0.1:PORT` */
  url: string;
  close(): Promise<void>;
}

const anonymous: UserInfo = { username: 'system:anonymous', groups: ['system:unauthenticated'] };

/** @throws the listen error (EADDRINUSE…). */
export async function listenApi(api: Api, options: ListenOptions): Promise<ApiListener> {
  const { host = '127.0.0.1', port, certs, authenticate } = options;
  const limitBytes =
    options.limitBytes ?? ((path: string) => (path.startsWith(capabilityPrefix) ? uploadBytes : maximumBytes));
  const sockets = new Set<Duplex>();
  const server = createServer({
    cert: certs.server.cert,
    key: certs.server.key,
    ca: certs.ca.cert,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    keepAliveTimeout: 120_000,
    // Watches and logs stay open.
    requestTimeout: 0,
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('request', (message, response) => {
    respond(message, response).catch((error: unknown) => {
      const fault = new ApiError('InternalError', `Internal error occurred: ${(error as Error).message}`);
      if (response.headersSent) response.destroy();
      else void send(response, statusAnswer(fault), false);
    });
  });
  server.on('upgrade', (message, socket, head) => {
    upgrade(message, socket, head).catch(() => socket.destroy());
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.listen(port, host);
  await once(server, 'listening');
  const bound = server.address() as AddressInfo;
  const close = async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    if (server.listening) await once(server, 'close');
  };
  return {
    host,
    port: bound.port,
    url: `https://${host.includes(':') ? `[${host}]` : host}:${bound.port}`,
    close,
    [Symbol.asyncDispose]: close,
  };

  async function respond(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const aborted = new AbortController();
    response.on('close', () => aborted.abort());
    // A broken connection arrives as `close` as well.
    response.on('error', () => aborted.abort());
    const { path, query } = splitUrl(message.url ?? '/');
    const refusal = refuse(message, path);
    if ('status' in refusal) {
      message.resume();
      return send(response, refusal, message.method === 'HEAD');
    }
    const body = await readBody(message, limitBytes(path));
    if (!body) {
      const error = new ApiError('RequestEntityTooLarge', `Request entity too large: limit is ${limitBytes(path)}`);
      return send(
        response,
        { ...statusAnswer(error), headers: { 'content-type': 'application/json', connection: 'close' } },
        false,
      );
    }
    const request = toRequest(message, path, query, body, refusal.user, aborted.signal);
    await send(response, await api.handle(request), message.method === 'HEAD');
  }

  async function upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const aborted = new AbortController();
    socket.on('close', () => aborted.abort());
    socket.on('error', () => aborted.abort());
    const { path, query } = splitUrl(message.url ?? '/');
    const refusal = refuse(message, path);
    if ('status' in refusal) return endUpgrade(socket, refusal);
    const request = toRequest(message, path, query, new Uint8Array(), refusal.user, aborted.signal);
    if (!(await api.upgrade(request, socket, head))) {
      endUpgrade(socket, statusAnswer(new ApiError('BadRequest', 'this path takes no upgrade')));
    }
  }

  /** The user of a request, or the answer that refuses it. */
  function refuse(message: IncomingMessage, path: string): { user: UserInfo } | ApiResponse {
    if (!isOwnHost(message.headers.host, host)) {
      return statusAnswer(new ApiError('Forbidden', `this server is not ${message.headers.host ?? 'without a name'}`));
    }
    // Programs send no Origin; a page in a browser does, and has no business here.
    if (message.headers.origin !== undefined) {
      return statusAnswer(new ApiError('Forbidden', 'requests of web pages are refused'));
    }
    const user = userOf(message);
    if (user) return impersonated(user, message.headers) ?? { user };
    if (isOpenPath(path) && !message.headers.authorization) return { user: anonymous };
    return statusAnswer(new ApiError('Unauthorized', 'Unauthorized'));
  }

  function userOf(message: IncomingMessage): UserInfo | undefined {
    const socket = message.socket as TLSSocket;
    if (socket.authorized) {
      const subject = socket.getPeerCertificate()?.subject as { CN?: string; O?: string | string[] } | undefined;
      if (subject?.CN) return { username: subject.CN, groups: [...[subject.O ?? []].flat(), 'system:authenticated'] };
    }
    const token = /^Bearer (.+)$/i.exec(message.headers.authorization ?? '')?.[1];
    if (!token || !authenticate) return undefined;
    try {
      return authenticate(token);
    } catch {
      return undefined;
    }
  }
}

/** `kubectl --as`: for the platform's owner. Undefined: nobody else is asked for. */
function impersonated(
  user: UserInfo,
  headers: IncomingMessage['headers'],
): { user: UserInfo } | ApiResponse | undefined {
  const name = headers['impersonate-user'];
  if (typeof name !== 'string') return undefined;
  if (!user.groups.includes('system:masters')) {
    const what = `users "${name}" is forbidden: User "${user.username}" cannot impersonate resource "users"`;
    return statusAnswer(new ApiError('Forbidden', `${what} in API group "" at the cluster scope`));
  }
  const groups = String(headers['impersonate-group'] ?? '')
    .split(/, */)
    .filter(Boolean);
  if (name.startsWith('system:serviceaccount:')) return { user: accountUser(name, groups) };
  return { user: { username: name, groups: [...groups, 'system:authenticated'] } };
}

const capabilityPrefix = '/apis/platform.slipway.dev/';
/** Blobs of images. */
const uploadBytes = 1024 * 1024 * 1024;

/** The key of bearer tokens, derived from the CA so that nothing more has to be kept. */
export function tokenKey(certs: Pick<Certificates, 'ca'>): Uint8Array {
  return createHash('sha256').update('slipway service account tokens\0').update(certs.ca.key).digest();
}

/** Against DNS rebinding: only names that can mean this machine. */
function isOwnHost(header: string | undefined, host: string): boolean {
  if (!header) return false;
  const name = header
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  return name === host || own.has(name) || name.endsWith('.localhost');
}

const own = new Set([
  '127.0.0.1',
  '::1',
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  'host.docker.internal',
]);

function splitUrl(url: string): { path: string; query: URLSearchParams } {
  const mark = url.indexOf('?');
  return mark < 0
    ? { path: url, query: new URLSearchParams() }
    : { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

function toRequest(
  message: IncomingMessage,
  path: string,
  query: URLSearchParams,
  body: Uint8Array,
  user: UserInfo,
  signal: AbortSignal,
): ApiRequest {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(message.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return { method: message.method ?? 'GET', path, query, headers, body, user, signal };
}

async function readBody(message: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  if (Number(message.headers['content-length'] ?? 0) > limit) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

async function send(response: ServerResponse, answer: ApiResponse, headOnly: boolean): Promise<void> {
  const { status, headers = {}, body = '', stallMs } = answer;
  if (typeof body === 'string' || body instanceof Uint8Array) {
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(headOnly ? undefined : body);
    return;
  }
  response.writeHead(status, headers);
  // A watch begins here, even when its first event is far away.
  response.flushHeaders();
  if (headOnly) {
    response.end();
    return;
  }
  for await (const chunk of body) {
    if (response.destroyed) return;
    if (response.write(chunk) || (await drained(response, stallMs))) continue;
    response.destroy();
    return;
  }
  response.end();
}

/** True when there is room again, also when the client goes away meanwhile; false when there is none for `stallMs`. */
function drained(response: ServerResponse, stallMs: number | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (room: boolean) => {
      clearTimeout(stalled);
      response.off('drain', done);
      response.off('close', done);
      resolve(room);
    };
    const done = () => settle(true);
    const stalled = stallMs === undefined ? undefined : setTimeout(() => settle(false), stallMs);
    response.on('drain', done);
    response.on('close', done);
    if (response.destroyed) done();
  });
}

function statusAnswer(error: ApiError): ApiResponse {
  return {
    status: error.code,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(error.toStatus()),
  };
}

function endUpgrade(socket: Duplex, { status, body }: ApiResponse): void {
  const text = typeof body === 'string' ? body : '';
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}
