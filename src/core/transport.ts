/**
 * HTTP to a Kubernetes API server with the credentials of a kubeconfig context. Credentials, TLS, exec plugins and proxies
 * come from @kubernetes/client-node's KubeConfig, loaded at the first use; its typed clients are not used, because they
 * turn times into Dates and drop the fields they do not know, and every object here must stay what the server sent.
 */
import { existsSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { ApiError, type Status, type StatusReason } from '../../emulator/kernel/errors.ts';
import { platformFiles, readRecord } from '../../emulator/platform/record.ts';
import { Fault } from './faults.ts';
import type { Phrase } from './messages/phrases.ts';
import type { Target } from './target.ts';

export interface TransportRequest {
  method: string;
  /** With the query. */
  path: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string | undefined;
  signal?: AbortSignal | undefined;
  /** ms until the head of the answer has come. */
  timeoutMs?: number | undefined;
}

export interface Transport extends Disposable {
  readonly server: string;
  /** Any status; the body unread. @throws Fault where no answer came. */
  send(request: TransportRequest): Promise<IncomingMessage>;
}

const defaultTimeoutMs = 15_000;
const repeatable = new Set(['GET', 'PUT', 'DELETE']);

/** @throws Fault KubeconfigMissing, KubeconfigInvalid, ContextMissing, PlatformNotRunning, PlatformStopped */
export async function openTransport(target: Target): Promise<Transport> {
  let access = await readAccess(target);
  let stale = false;

  async function send(request: TransportRequest, again = true): Promise<IncomingMessage> {
    if (request.signal?.aborted) throw new Fault('Cancelled');
    if (stale) {
      const old = access;
      access = await readAccess(target);
      old[Symbol.dispose]();
      stale = false;
    }
    try {
      return await exchange(access, request);
    } catch (error) {
      if (error instanceof Fault) throw error;
      if (request.signal?.aborted) throw new Fault('Cancelled', {}, { cause: error });
      const { reused } = error as { reused?: boolean };
      // A kept connection that the server closed meanwhile: says nothing about the server.
      if (reused && again && repeatable.has(request.method)) return send(request, false);
      stale = target.type === 'platform';
      throw unreachable(target, access.server, error);
    }
  }

  return {
    get server() {
      return access.server;
    },
    send: (request) => send(request),
    [Symbol.dispose]: () => access[Symbol.dispose](),
  };
}

interface Access extends Disposable {
  server: string;
  options(): Promise<RequestOptions>;
}

async function readAccess(target: Target): Promise<Access> {
  const file = target.kubeconfig;
  if (target.type === 'platform') requireRunning(target);
  else if (!existsSync(file)) throw new Fault('KubeconfigMissing', { file });
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
  } catch (error) {
    // The reader quotes the lines around the mistake below what is wrong: there stand tokens and keys.
    const [detail = ''] = (error as Error).message.split('\n');
    throw new Fault('KubeconfigInvalid', { file, detail });
  }
  if (target.context !== undefined) {
    const known = config.getContexts().map(({ name }) => name);
    if (!known.includes(target.context)) {
      throw new Fault('ContextMissing', {
        file,
        context: target.context,
        known: known.join(', ') || ('none so far' satisfies Phrase),
      });
    }
    config.setCurrentContext(target.context);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Fault('KubeconfigInvalid', { file, detail: 'it names no cluster to use' });
  return accessOf(config, cluster.server, cluster.proxyUrl !== undefined);
}

function accessOf(config: KubeConfig, server: string, proxied: boolean): Access {
  let agent: HttpAgent | undefined;
  return {
    server,
    async options() {
      // Asked anew for each request: tokens of exec plugins expire.
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      if (!proxied) {
        // Its own agent opens a connection for each call; ours keeps them.
        agent ??= server.startsWith('https:')
          ? new HttpsAgent({ keepAlive: true, maxSockets: 64 })
          : new HttpAgent({ keepAlive: true, maxSockets: 64 });
        options.agent = agent as HttpsAgent;
      }
      return options;
    },
    [Symbol.dispose]: () => agent?.destroy(),
  };
}

async function exchange(access: Access, request: TransportRequest): Promise<IncomingMessage> {
  const options = await access.options();
  const url = new URL(access.server.replace(/\/$/, '') + request.path);
  const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
  return new Promise((resolve, reject) => {
    const call = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      ...options,
      method: request.method,
      headers: {
        accept: 'application/json',
        'user-agent': 'slipway',
        ...(options.headers as Record<string, string> | undefined),
        ...request.headers,
        ...(request.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(request.body)) }),
      },
      ...(request.signal ? { signal: request.signal } : {}),
    });
    const timer = setTimeout(() => {
      call.destroy(new Fault('ClusterTimeout', { server: access.server, seconds: timeoutMs / 1000 }));
    }, timeoutMs);
    call.once('response', (answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
    call.once('socket', (socket) => socket.setKeepAlive(true, 15_000));
    call.on('error', (error) => {
      clearTimeout(timer);
      reject(error instanceof Fault ? error : Object.assign(error, { reused: call.reusedSocket }));
    });
    call.end(request.body);
  });
}

/** The whole body as text. @throws Fault ClusterUnreachable when the connection breaks in the middle */
export async function bodyText(answer: IncomingMessage, server: string): Promise<string> {
  const parts: Buffer[] = [];
  try {
    for await (const part of answer) parts.push(part as Buffer);
  } catch (error) {
    throw new Fault('ClusterUnreachable', { server, detail: (error as Error).message }, { cause: error });
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Lines of a streaming body; ends quietly when `signal` aborts, throws when the connection breaks. */
export async function* bodyLines(answer: IncomingMessage, signal?: AbortSignal): AsyncIterable<string> {
  answer.setEncoding('utf8');
  let rest = '';
  try {
    for await (const part of answer as AsyncIterable<string>) {
      const lines = (rest + part).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    if (rest !== '') yield rest;
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    answer.destroy();
  }
}

/** 403 is also what a webhook or a policy of the cluster may answer: that is no question of rights. */
const denied = /\bdenied (?:the )?request\b/;

/** What a refusal of the server is: ApiError, or a Fault for 401 and 403, which says with what one is logged in there. */
export function refusal(status: number, text: string, server: string, target: Target): Error {
  const body = parseStatus(text);
  const message = body?.message ?? (text.trim().slice(0, 500) || `HTTP ${status}`);
  if (status === 401) return new Fault('Unauthorized', { server, ...login(target) });
  if (status === 403 && !denied.test(message)) return new Fault('Forbidden', { detail: message, ...login(target) });
  return new ApiError((body?.reason ?? '') as StatusReason | '', message, {
    code: status,
    ...(body?.details ? { details: body.details } : {}),
  });
}

const login = ({ kubeconfig, context }: Target) => ({ kubeconfig, ...(context === undefined ? {} : { context }) });

function parseStatus(text: string): Status | undefined {
  try {
    const value = JSON.parse(text) as Partial<Status> | null;
    return value?.kind === 'Status' ? (value as Status) : undefined;
  } catch {
    return undefined;
  }
}

/** Says which: never started, or gone without being told to (its record is still there). */
function requireRunning(target: Target & { type: 'platform' }): void {
  if (readRecord(target.data)) return;
  const files = platformFiles(target.data);
  if (!existsSync(files.record)) throw new Fault('PlatformNotRunning', { name: target.name });
  throw new Fault('PlatformStopped', { name: target.name, data: target.data, output: files.output });
}

function unreachable(target: Target, server: string, error: unknown): Fault {
  if (target.type === 'platform') {
    try {
      requireRunning(target);
    } catch (fault) {
      if (fault instanceof Fault) return fault;
    }
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'CERT_HAS_EXPIRED' || /certificate (has )?expired/i.test(message)) {
    return new Fault('CertificateExpired', { detail: `${server}: ${message}`, ...login(target) }, { cause: error });
  }
  const detail = code === 'ECONNREFUSED' ? 'nothing listens there' : message || String(code);
  return new Fault('ClusterUnreachable', { server, detail }, { cause: error });
}
