/**
 * One request on its way through gateway, activator and queue to an instance, and its answer back. Knows neither side's
 * framing; holds the request while there is no instance, keeps the first bytes of its body so that it can be sent again.
 */
import type { Socket } from 'node:net';
import { applicationHeaders, canonicalTrailer, probeAnswer, tellsLength } from './headers.ts';
import { reasonOf } from './http1/reasons.ts';
import type { HostRoute, RevisionKey } from './protocol.ts';
import type { Instance, Revision, Waiter } from './revision.ts';
import { chooseSplit, hostName, isValidPath, matchPath } from './routing.ts';
import type { RequestStats } from './statistics.ts';
import { tunnel } from './tunnel.ts';
import {
  type Downstream,
  type DownstreamHandler,
  type HeaderList,
  headerOf,
  type RequestHead,
  type ResponseHead,
  type Upstream,
  type UpstreamFailure,
  type UpstreamHandler,
} from './types.ts';

/** Of a body, so much is taken from the client before there is an instance, and kept until the answer begins. */
const keptBody = 64 * 1024;
/** For so long a connection that is refused is tried again: the instance may just have gone, and a new one be coming. */
const refusedForMs = 2000;
const retryEveryMs = 25;

export interface ExchangeHost {
  now(): number;
  random(): number;
  requestId(): string;
  route(host: string): HostRoute | undefined;
  revision(key: RevisionKey): Revision | undefined;
  activatorBegin(key: RevisionKey): RequestStats;
  /** Takes part in the sweep of timers from `started` to `finished`. */
  started(exchange: Exchange): void;
  finished(exchange: Exchange): void;
  /** The answer begins (or the connection was upgraded). */
  answered(exchange: Exchange): void;
  readonly traceHeaders: boolean;
  /** Where HTTPS is served; undefined: this is HTTPS, or inside. */
  readonly httpsPort: (() => number) | undefined;
  /** When the running second of reports began. */
  readonly windowStart: number;
}

type Stage = 'new' | 'waiting' | 'connecting' | 'sent' | 'answering' | 'tunnel' | 'done';

export class Exchange implements DownstreamHandler, UpstreamHandler, Waiter {
  readonly arrived: number;
  route: HostRoute | undefined;
  revision: Revision | undefined;
  instance: Instance | undefined;
  /** ms of running (not held) time since arrival, and since the last byte of the answer; kept by the sweep. */
  elapsed = 0;
  sinceWrite = 0;
  /** ms since arrival; −1 = not yet. */
  assignedAt = -1;
  connectedAt = -1;
  firstByteAt = -1;
  /** Bytes of the answer's body so far. */
  responseSize = 0;
  /** No instance was there when it came. */
  fromZero = false;
  readonly #host: ExchangeHost;
  readonly #downstream: Downstream;
  readonly request: RequestHead;
  #stage: Stage = 'new';
  #proxied = false;
  #append: Record<string, string> = {};
  #activatorStats: RequestStats | undefined;
  #upstream: Upstream | undefined;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #keptAll = true;
  #requestEnded = false;
  #trailers: HeaderList | undefined;
  #firstRefusal = 0;
  #status = 0;
  #answerOpenEnded = false;
  #stopTunnel: (() => void) | undefined;

  constructor(host: ExchangeHost, downstream: Downstream, request: RequestHead) {
    this.#host = host;
    this.#downstream = downstream;
    this.request = request;
    this.arrived = host.now();
  }

  begin(): void {
    const { path, authority, headers } = this.request;
    this.route = this.#host.route(hostName(authority));
    if (this.route?.redirect && this.#host.httpsPort) {
      this.#stage = 'done';
      this.#answer(301, '', undefined, ['location', httpsUrl(authority, path, this.#host.httpsPort())]);
      return;
    }
    const row = this.route && matchPath(this.route, path, headers);
    const split = row && chooseSplit(row, this.#host.random);
    const revision = split && this.#host.revision(split.revision);
    if (!split || !revision) {
      this.#stage = 'done';
      this.#answer(404, '');
      return;
    }
    this.revision = revision;
    this.#append = split.headers;
    // Without an instance it is the activator that holds it, whatever the mode says: its count brings one.
    this.#proxied = revision.target.mode === 'Proxy' || revision.instances.size === 0;
    const probe = probeAnswer(headers, this.#proxied);
    if (probe || !isValidPath(path)) {
      this.#stage = 'done';
      if (!probe) this.#answerChunked(400, '400 Bad Request');
      else this.#answer(probe.status, probe.body, probe.type, probe.sniff ? ['x-content-type-options', 'nosniff'] : []);
      return;
    }
    this.#host.started(this);
    if (this.#proxied) this.#activatorStats = this.#host.activatorBegin(revision.target.key);
    this.fromZero = !revision.isServing;
    if (this.request.length !== 0) this.#downstream.resume();
    this.#acquire();
  }

  #acquire(): void {
    this.#stage = 'waiting';
    const taken = this.revision?.acquire(this);
    if (taken === 'waiting' || taken === undefined) return;
    if (taken === 'full') this.#fail(503, 'pending request queue full\n', ['x-content-type-options', 'nosniff']);
    else this.assigned(taken);
  }

  assigned(instance: Instance): void {
    this.instance = instance;
    const now = this.#host.now();
    instance.stats.begin(now, this.#proxied, this.#host.windowStart);
    this.assignedAt = now - this.arrived;
    this.#connect(instance);
  }

  #connect(instance: Instance): void {
    this.#stage = 'connecting';
    const upstream = instance.connections.acquire(this);
    this.#upstream = upstream;
    if (upstream.ready) this.upstreamConnected();
  }

  upstreamConnected(): void {
    const upstream = this.#upstream;
    if (!upstream || this.#stage !== 'connecting') return;
    this.connectedAt = this.#host.now() - this.arrived;
    this.#stage = 'sent';
    const { remoteAddress } = this.#downstream;
    const { headers, originalHost } = applicationHeaders(this.request.headers, {
      remoteAddress,
      proxied: this.#proxied,
      append: this.#append,
      rewritten: this.route?.rewriteHost === undefined ? undefined : this.request.authority,
      requestId: this.#host.requestId(),
    });
    const host = originalHost ?? this.request.authority;
    upstream.send({ ...this.request, headers, lengthGiven: tellsLength(this.request) }, host);
    for (const chunk of this.#kept) upstream.data(chunk);
    if (this.#requestEnded) {
      upstream.end(this.#trailers);
      return;
    }
    if (upstream.flush()) this.#downstream.resume();
  }

  requestData(chunk: Buffer): void {
    if (this.#stage === 'done') return;
    const sending = this.#stage === 'sent' || this.#stage === 'answering';
    if (this.#keptAll && sending && this.#keptBytes + chunk.length > keptBody) this.#forgetBody();
    if (this.#keptAll) {
      this.#kept.push(chunk);
      this.#keptBytes += chunk.length;
    }
    if (!sending) {
      if (this.#keptBytes >= keptBody) this.#downstream.pause();
      return;
    }
    this.#upstream?.data(chunk);
    if (this.#upstream?.flush() === false) this.#downstream.pause();
  }

  requestEnd(trailers?: HeaderList): void {
    this.#requestEnded = true;
    this.#trailers = trailers;
    if (this.#stage === 'sent' || this.#stage === 'answering') this.#upstream?.end(trailers);
  }

  upstreamDrained(): void {
    if (!this.#requestEnded && this.#stage !== 'done') this.#downstream.resume();
  }

  clientDrained(): void {
    this.#upstream?.resume();
  }

  clientGone(): void {
    if (this.#stage === 'done') return;
    if (this.#stage === 'waiting') this.revision?.leave(this);
    this.#upstream?.abort();
    this.#finish(this.#status || 499);
  }

  responseInfo(status: number, headers: HeaderList): void {
    this.#downstream.info(status, headers);
  }

  responseHead(head: ResponseHead): void {
    this.#stage = 'answering';
    this.#forgetBody();
    this.#status = head.status;
    this.#answerOpenEnded = head.length === undefined && !head.bodyless;
    this.sinceWrite = 0;
    this.firstByteAt = this.#host.now() - this.arrived;
    this.#host.answered(this);
    const wantsTrace = this.#host.traceHeaders && headerOf(this.request.headers, 'x-slipway-trace') === '1';
    const headers = canonicalTrailer(head.headers);
    this.#downstream.head({ ...head, headers: wantsTrace ? [...headers, ...this.#traceHeaders()] : headers });
  }

  #traceHeaders(): HeaderList {
    const phase = (from: number, to: number) => Math.max(0, to - from).toFixed(2);
    return [
      'x-slipway-revision',
      this.revision?.target.key ?? '',
      'x-slipway-pod',
      this.instance?.target.pod ?? '',
      'x-slipway-phases',
      `held=${phase(0, this.assignedAt)}, connect=${phase(this.assignedAt, this.connectedAt)}, ` +
        `first-byte=${phase(this.connectedAt, this.firstByteAt)}`,
    ];
  }

  responseData(chunk: Buffer): void {
    this.sinceWrite = 0;
    this.responseSize += chunk.length;
    this.#downstream.data(chunk);
  }

  responseFlush(): void {
    if (this.#stage === 'answering' && !this.#downstream.flush()) this.#upstream?.pause();
  }

  responseEnd(trailers?: HeaderList): void {
    this.#upstream = undefined;
    this.#finish(this.#status);
    this.#downstream.end(trailers);
  }

  upgraded(status: number, headers: HeaderList, socket: Socket, rest: Buffer): void {
    const client = this.#downstream.upgrade(status, headers);
    if (!client) {
      socket.destroy();
      this.upstreamFailed('reset', 'an upgrade that nobody asked for');
      return;
    }
    this.#upstream = undefined;
    this.#stage = 'tunnel';
    if (this.instance) this.instance.tunnels++;
    this.#status = status;
    this.firstByteAt = this.#host.now() - this.arrived;
    this.#host.answered(this);
    this.#stopTunnel = tunnel(client, { socket, rest }, () => this.#finish(status));
  }

  /**
   * | failure | answer begun | then |
   * | --- | --- | --- |
   * | refused | no | another instance, or the same a little later; 502 after 2 s |
   * | stale, the request may be repeated | no | a new connection |
   * | anything else | no | 502 |
   * | any | yes | the answer breaks off |
   */
  upstreamFailed(kind: UpstreamFailure, message: string): void {
    const { instance } = this;
    this.#upstream = undefined;
    if (this.#stage === 'done') return;
    if (this.#stage === 'answering') {
      this.#finish(this.#status);
      this.#downstream.reset();
      return;
    }
    if (kind === 'refused' && instance && this.#retryElsewhere(instance)) return;
    if (kind === 'stale' && instance && this.#keptAll && isRepeatable(this.request.method)) {
      this.#connect(instance);
      return;
    }
    this.#fail(502, `${message}\n`);
  }

  #retryElsewhere(instance: Instance): boolean {
    const now = this.#host.now();
    const leaving = instance.gone || instance.target.draining;
    if (!leaving) this.#firstRefusal ||= now;
    if (this.#firstRefusal > 0 && now - this.#firstRefusal > refusedForMs) return false;
    // One that is being stopped will not come back: the request waits for the next.
    instance.avoidUntil = leaving ? Number.POSITIVE_INFINITY : now + retryEveryMs;
    // The last one began to go after it was chosen: whoever comes next is a cold start, and is told as one.
    if (leaving && !this.revision?.isServing) this.fromZero = true;
    this.#releaseInstance();
    this.#acquire();
    // Nobody else may come to look once it is no longer avoided.
    setTimeout(() => {
      if (instance.avoidUntil <= this.#host.now()) instance.avoidUntil = 0;
      this.revision?.drain();
    }, retryEveryMs + 1);
    return true;
  }

  abandoned(): void {
    if (this.#stage === 'waiting') this.#fail(503, 'the revision is gone\n');
  }

  /** A timer ran out. An answer that has begun keeps its status; the words follow its body, as Knative's do. */
  timeOut(): void {
    if (this.#stage === 'done') return;
    const words = this.#proxied ? 'activator request timeout' : 'request timeout';
    if (this.#stage === 'waiting') this.revision?.leave(this);
    this.#upstream?.abort();
    this.#upstream = undefined;
    if (this.#stage === 'tunnel') {
      this.#stopTunnel?.();
      return;
    }
    if (this.#stage !== 'answering') {
      this.#fail(504, words);
      return;
    }
    this.#finish(this.#status);
    if (!this.#answerOpenEnded) {
      this.#downstream.reset();
      return;
    }
    this.#downstream.data(Buffer.from(words));
    this.#downstream.end(undefined);
  }

  /** As Knative's timer sees it, past which an upgraded connection goes: its bytes start no response. */
  get hasBegun(): boolean {
    return this.#stage === 'answering';
  }

  #fail(status: number, body: string, headers: HeaderList = []): void {
    this.#finish(status);
    this.#answer(status, body, 'text/plain; charset=utf-8', headers);
  }

  #answer(status: number, body: string, type?: string, headers: HeaderList = []): void {
    const bytes = Buffer.from(body);
    const bodyless = this.request.method === 'HEAD';
    const fields = type && body ? ['content-type', type, ...headers] : headers;
    this.#downstream.head({ status, reason: reasonOf(status), headers: fields, length: bytes.length, bodyless });
    if (!bodyless && bytes.length > 0) this.#downstream.data(bytes);
    this.#downstream.end(undefined);
  }

  #answerChunked(status: number, body: string): void {
    const headers = ['content-type', 'text/plain; charset=utf-8'];
    this.#downstream.head({ status, reason: reasonOf(status), headers, length: undefined, bodyless: false });
    this.#downstream.data(Buffer.from(body));
    this.#downstream.end(undefined);
  }

  #forgetBody(): void {
    this.#keptAll = false;
    this.#kept = [];
    this.#keptBytes = 0;
  }

  #releaseInstance(): void {
    const { instance, revision } = this;
    if (!instance) return;
    this.instance = undefined;
    instance.stats.end(this.#host.now(), this.#proxied);
    revision?.release(instance);
  }

  /** Leaves all counts; `status` 499 = the client went. */
  #finish(status: number): void {
    if (this.#stage === 'done') return;
    if (this.#stage === 'tunnel' && this.instance) this.instance.tunnels--;
    this.#stage = 'done';
    this.#status = status;
    this.#activatorStats?.end(this.#host.now(), false);
    this.#host.finished(this);
    this.#releaseInstance();
  }

  get remoteAddress(): string {
    return this.#downstream.remoteAddress;
  }

  get status(): number {
    return this.#status;
  }
}

/** A client that names a port came to the gateway's own, so it needs that of HTTPS too. */
function httpsUrl(authority: string, path: string, port: number): string {
  const withPort = /:\d+$/.test(authority);
  return `https://${hostName(authority)}${withPort ? `:${port}` : ''}${path}`;
}

/** Methods that may be sent twice (RFC 9110, 9.2.2). */
function isRepeatable(method: string): boolean {
  return ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'].includes(method);
}
