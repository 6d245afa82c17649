/** Listens for the API over HTTPS on loopback: TLS, authentication, refusal of foreign hosts and origins. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { ApiError } from '../kernel/errors.ts';
import type { UserInfo } from '../kernel/resource.ts';
import type { Certificates } from './certs.ts';
import { type ApiRequest, type ApiResponse, json } from './http.ts';
import type { Api } from './server.ts';

export interface ListenOptions {
  host?: string;
  /** 0: any free one. */
  port: number;
  certs: Certificates;
  /** Who a bearer token is; undefined: nobody. */
  authenticate?(token: string): UserInfo | undefined;
}

export interface ApiListener extends AsyncDisposable {
  host: string;
  port: number;
  /** `https://127.0.0.1:PORT` */
  url: string;
  close(): Promise<void>;
}

/** What a request's body may be at most; a blob of an image is the largest thing that is sent. */
const bodyLimit = 1024 * 1024 * 1024;
const anonymousPaths = new Set(['/healthz', '/livez', '/readyz', '/version']);
const anonymous: UserInfo = { username: 'system:anonymous', groups: ['system:unauthenticated'] };

/** @throws the listen error (EADDRINUSE…). */
export async function listenApi(api: Api, options: ListenOptions): Promise<ApiListener> {
  const { certs, host = '127.0.0.1' } = options;
  const server = createServer({
    key: certs.server.key,
    cert: certs.server.cert,
    ca: certs.ca.cert,
    requestCert: true,
    // Who has no certificate may have a token, and is told so in words that clients understand.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
  });
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  server.on('request', (message, response) => void answer(api, message, response, options));
  server.on('upgrade', (message, socket, head) => void upgrade(api, message, socket, head, options));
  // A client that breaks off its handshake is its own affair.
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.listen(options.port, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { host, port, url: `https://${host}:${port}`, close, [Symbol.asyncDispose]: close };
}

async function answer(api: Api, message: IncomingMessage, response: ServerResponse, options: ListenOptions) {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  // Errors of a broken connection arrive as `close` as well.
  response.on('error', () => gone.abort());
  try {
    const request = admitted(message, options, gone.signal);
    if ('status' in request) return await send(response, request, gone.signal);
    request.body = await bodyOf(message);
    await send(response, await api.handle(request), gone.signal);
  } catch (error) {
    if (gone.signal.aborted) return;
    const refusal =
      error instanceof ApiError ? error : new ApiError('InternalError', `Internal error occurred: ${String(error)}`);
    if (response.headersSent) response.destroy();
    else await send(response, json(refusal.code, refusal.toStatus()), gone.signal);
  }
}

async function upgrade(api: Api, message: IncomingMessage, socket: Duplex, head: Buffer, options: ListenOptions) {
  const gone = new AbortController();
  socket.on('close', () => gone.abort());
  socket.on('error', () => gone.abort());
  const request = admitted(message, options, gone.signal);
  if (!('status' in request) && (await api.upgrade(request, socket, head).catch(() => false))) return;
  const { status, body } =
    'status' in request ? request : json(400, new ApiError('BadRequest', 'no upgrade here').toStatus());
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n${String(body)}`,
  );
}

/** The request with who makes it, or the refusal. */
function admitted(message: IncomingMessage, options: ListenOptions, signal: AbortSignal): ApiRequest | ApiResponse {
  const { origin, host, authorization } = message.headers;
  // A browser always names its page's origin; a page has no business here, whatever name its DNS gave to loopback.
  if (origin !== undefined || !isLoopback(host)) {
    return json(403, new ApiError('Forbidden', 'requests of web pages and for other hosts are refused').toStatus());
  }
  const url = message.url ?? '/';
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  const user = certificateUser(message.socket as TLSSocket) ?? (token && options.authenticate?.(token));
  // `/readyz/ping` and the like belong to `/readyz`.
  const topic = /^\/[^/]*/.exec(path)?.[0] ?? '';
  if (!user && !anonymousPaths.has(topic)) {
    return json(401, new ApiError('Unauthorized', 'Unauthorized').toStatus());
  }
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(message.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return {
    method: message.method ?? 'GET',
    path,
    query: new URLSearchParams(question < 0 ? '' : url.slice(question + 1)),
    headers,
    body: new Uint8Array(),
    user: user || anonymous,
    signal,
  };
}

function isLoopback(host: string | undefined): boolean {
  const name = host?.replace(/:\d+$/, '').toLowerCase();
  return (
    name !== undefined && ['127.0.0.1', 'localhost', '[::1]', 'kubernetes', 'kubernetes.default.svc'].includes(name)
  );
}

/** CN is the name, each O a group, as Kubernetes reads a client's certificate. */
function certificateUser(socket: TLSSocket): UserInfo | undefined {
  if (!socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  if (!subject?.CN) return undefined;
  const organizations = ([] as string[]).concat(subject.O ?? []);
  return { username: String(subject.CN), groups: [...organizations, 'system:authenticated'] };
}

async function bodyOf(message: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw new ApiError('RequestEntityTooLarge', `the body is larger than ${bodyLimit} bytes`);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

async function send(
  response: ServerResponse,
  { status, headers, body }: ApiResponse,
  signal: AbortSignal,
): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    const bytes = body === undefined ? Buffer.alloc(0) : typeof body === 'string' ? Buffer.from(body) : body;
    response.writeHead(status, { 'content-length': bytes.byteLength, ...headers });
    response.end(bytes);
    return;
  }
  response.writeHead(status, headers);
  response.flushHeaders();
  for await (const chunk of body) {
    if (signal.aborted) break;
    if (!response.write(chunk)) await drained(response, signal);
  }
  response.end();
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    response.on('drain', done);
    signal.addEventListener('abort', done);
  });
}
