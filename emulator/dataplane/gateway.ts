/**
 * The data plane itself, in whatever thread: takes connections and routing snapshots, gives statistics. One port speaks
 * HTTP/1.1 and h2c, told apart by the first bytes.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { Exchange, type ExchangeHost } from './exchange.ts';
import { Http1Connection, type OnRequest } from './http1/front.ts';
import { Http1Pool } from './http1/upstream.ts';
import { serveStream } from './http2/front.ts';
import { Http2Pool } from './http2/upstream.ts';
import type {
  FromDataPlane,
  HostRoute,
  RevisionKey,
  RevisionTarget,
  RoutingChanges,
  RoutingSnapshot,
} from './protocol.ts';
import { RequestLogs } from './request-logs.ts';
import { type Connections, type Instance, Revision } from './revision.ts';
import { hostName } from './routing.ts';
import { ActivatorReporter, TrafficRecorder } from './statistics.ts';
import { createTimerSweep } from './timers.ts';
import { type Downstream, type DownstreamHandler, headerOf } from './types.ts';

export interface Gateway {
  apply(snapshot: RoutingSnapshot): void;
  change(changes: RoutingChanges): void;
  /** Where HTTPS is served, for redirects. */
  servesTls(port: number): void;
  logRequests(what: { on: boolean; probes: boolean }): void;
  /** A connection from outside (`tls`: decrypted), or through the inside listener (which also knows cluster-local names). */
  accept(socket: Socket, from: From): void;
  close(): Promise<void>;
}

type From = 'outside' | 'inside' | 'tls';

export interface GatewayPorts {
  emit(message: FromDataPlane): void;
  /** ms, monotonic; default performance.now. */
  now?: () => number;
  /** ms since the epoch; default Date.now. */
  wall?: () => number;
  random?: () => number;
  /** Requests of the inside listener to hosts that are not served here. Without it they are 404. */
  passThrough?: OnRequest;
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const reportEveryMs = 1000;
/** An instance that is being stopped counts as drained when nothing ran in it for so long. */
const drainQuietMs = 200;
/** A WebSocket gets so long to end by itself. */
const tunnelDrainMs = 60_000;
const headTimeoutMs = 30_000;
const idleClientMs = 3_600_000;

export function createGateway(ports: GatewayPorts): Gateway {
  const { emit, now = () => performance.now(), wall = Date.now, random = Math.random } = ports;
  let version = 0;
  let traceHeaders = false;
  let tlsPort = 443;
  let requestLogs: RequestLogs | undefined;
  let windowStart = now();
  const hosts = new Map<string, HostRoute>();
  const localHosts = new Map<string, HostRoute>();
  const revisions = new Map<RevisionKey, Revision>();
  const connections = new Set<Http1Connection>();
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const traffic = new TrafficRecorder(wall);
  const activator = new ActivatorReporter((stat) => emit({ type: 'stats', stats: [stat] }));
  const sweep = createTimerSweep(now);
  const lastReported = new Set<Instance>();

  const hostFor = (lookup: (name: string) => HostRoute | undefined, httpsPort?: () => number): ExchangeHost => ({
    now,
    httpsPort,
    random,
    requestId: randomUUID,
    route: lookup,
    revision: (key) => revisions.get(key),
    activatorBegin: (key) => activator.begin(key, now()),
    started: (exchange) => sweep.add(exchange),
    finished,
    answered,
    get traceHeaders() {
      return traceHeaders;
    },
    get windowStart() {
      return windowStart;
    },
  });
  const outside = hostFor(
    (name) => hosts.get(name),
    () => tlsPort,
  );
  const overTls = hostFor((name) => hosts.get(name));
  const inside = hostFor((name) => localHosts.get(name) ?? hosts.get(name));

  function finished(exchange: Exchange): void {
    sweep.delete(exchange);
    const { revision, route } = exchange;
    if (!revision || !route) return;
    traffic.record(route.service, revision.target.key, exchange.status, now() - exchange.arrived, exchange.request);
    if (exchange.instance) lastReported.add(exchange.instance);
    requestLogs?.record(exchange, now(), wall());
    if (!revisions.has(revision.target.key)) return;
    if (exchange.instance?.target.draining) setTimeout(reportDrained, drainQuietMs + 1, revision).unref();
  }

  function answered(exchange: Exchange): void {
    const { revision, instance, route } = exchange;
    if (!exchange.fromZero || !revision || !instance || !route) return;
    emit({
      type: 'coldStart',
      trace: {
        service: route.service,
        revision: revision.target.key,
        pod: instance.target.pod,
        at: Math.round(wall() - (now() - exchange.arrived)),
        heldMs: exchange.assignedAt,
        connectMs: exchange.connectedAt - exchange.assignedAt,
        firstByteMs: exchange.firstByteAt - exchange.connectedAt,
      },
    });
  }

  const serve =
    (host: ExchangeHost): OnRequest =>
    (downstream, head) => {
      const exchange = new Exchange(host, downstream, head);
      exchange.begin();
      return exchange;
    };
  const onOutside = serve(outside);
  const onInside = serve(inside);
  const onInsideRequest: OnRequest = (downstream, head) => {
    const known = inside.route(hostName(head.authority)) !== undefined;
    if (known && head.method === 'CONNECT' && /:80$/.test(head.path)) return tunnelToSelf(downstream);
    return known || !ports.passThrough ? onInside(downstream, head) : ports.passThrough(downstream, head);
  };

  const onSecure = serve(overTls);
  /**
   * Node's fetch tunnels to a plain host as well, where others ask their proxy for it: what comes through is a connection like
   * any other, in whatever protocol.
   */
  function tunnelToSelf(downstream: Downstream): DownstreamHandler {
    setImmediate(() => {
      const client = downstream.upgrade(200, []);
      if (!client) return;
      if (client.rest.length > 0) client.socket.unshift(client.rest);
      accept(client.socket, 'inside');
      client.socket.resume();
    });
    return { requestData() {}, requestEnd() {}, clientDrained() {}, clientGone() {} };
  }

  const onTls: OnRequest = (downstream, head) => {
    const told = headerOf(head.headers, 'x-forwarded-proto') !== undefined;
    return onSecure(downstream, told ? head : { ...head, headers: [...head.headers, 'x-forwarded-proto', 'https'] });
  };

  const handlers: Record<From, OnRequest> = { outside: onOutside, inside: onInsideRequest, tls: onTls };
  const http2: Record<From, Http2Server> = {
    outside: http2Server(onOutside),
    inside: http2Server(onInsideRequest),
    tls: http2Server(onTls),
  };

  function http2Server(onRequest: OnRequest): Http2Server {
    const server = createServer({ settings: { initialWindowSize: 1024 * 1024, maxConcurrentStreams: 1000 } });
    server.on('stream', (stream, headers, flags, rawHeaders) => {
      serveStream(stream, headers, flags, rawHeaders as unknown as string[], onRequest);
    });
    server.on('session', (session) => {
      sessions.add(session);
      session.on('close', () => sessions.delete(session));
      session.on('error', () => session.destroy());
    });
    server.on('sessionError', () => {});
    return server;
  }

  function accept(socket: Socket, from: From): void {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    let seen: Buffer | undefined;
    const peek = (chunk: Buffer) => {
      seen = seen ? Buffer.concat([seen, chunk]) : chunk;
      const length = Math.min(seen.length, preface.length);
      if (seen.compare(preface, 0, length, 0, length) !== 0) {
        stopPeeking();
        serveHttp1(socket, seen, from);
      } else if (seen.length >= preface.length) {
        stopPeeking();
        socket.pause();
        socket.unshift(seen);
        http2[from].emit('connection', socket);
      }
    };
    const drop = () => socket.destroy();
    const stopPeeking = () => {
      socket.off('data', peek);
      socket.off('error', drop);
      socket.off('end', drop);
      socket.setTimeout(0, drop);
    };
    socket.on('data', peek);
    socket.on('error', drop);
    socket.on('end', drop);
    socket.setTimeout(idleClientMs, drop);
  }

  function serveHttp1(socket: Socket, first: Buffer, from: From): void {
    const connection = new Http1Connection(socket, handlers[from]);
    connections.add(connection);
    socket.setTimeout(idleClientMs, () => connection.idle && socket.destroy());
    socket.on('close', () => connections.delete(connection));
    connection.feed(first);
  }

  function apply(next: RoutingSnapshot): void {
    if (next.version < version) return;
    const gone = [...revisions.keys()].filter((key) => !(key in next.revisions));
    hosts.clear();
    localHosts.clear();
    traceHeaders = next.traceHeaders;
    change({ ...next, revisions: { ...next.revisions, ...Object.fromEntries(gone.map((key) => [key, null])) } });
  }

  function change(changes: RoutingChanges): void {
    version = changes.version;
    merge(hosts, changes.hosts);
    merge(localHosts, changes.localHosts);
    for (const key in changes.revisions) setRevision(key, changes.revisions[key] ?? null);
    emit({ type: 'applied', version });
  }

  function setRevision(key: RevisionKey, target: RevisionTarget | null): void {
    let revision = revisions.get(key);
    if (!target) {
      revisions.delete(key);
      revision?.close();
      return;
    }
    if (revision) revision.apply(target);
    else {
      const left = (pod: string) => emit({ type: 'drained', revision: key, pod });
      revision = new Revision(target, { now, random, connect, left });
    }
    revisions.set(key, revision);
    if (target.instances.some(({ draining }) => draining))
      setTimeout(reportDrained, drainQuietMs + 1, revision).unref();
  }

  function connect(target: { host: string; port: number }, protocol: 'http1' | 'h2c'): Connections {
    const address = { host: target.host, port: target.port };
    return protocol === 'h2c' ? new Http2Pool(address) : new Http1Pool(address);
  }

  function reportDrained(revision: Revision): void {
    for (const instance of revision.instances.values()) {
      if (!instance.target.draining || instance.drainReported) continue;
      if (instance.inFlight > instance.tunnels || now() - instance.quietSince < drainQuietMs) continue;
      if (instance.tunnels > 0 && now() - instance.drainingSince < tunnelDrainMs) continue;
      instance.drainReported = true;
      emit({ type: 'drained', revision: revision.target.key, pod: instance.target.pod });
    }
  }

  function report(): void {
    const time = now();
    windowStart = time;
    const stats = activator.report(time);
    for (const [key, revision] of revisions) {
      for (const [pod, instance] of revision.instances) {
        if (instance.stats.concurrency === 0 && !lastReported.delete(instance)) continue;
        stats.push({ revision: key, pod, ...instance.stats.report(time) });
      }
    }
    lastReported.clear();
    if (stats.length > 0) emit({ type: 'stats', stats });
    const samples = traffic.take(Math.floor(wall() / 1000) * 1000);
    if (samples.length > 0) emit({ type: 'traffic', samples });
    requestLogs?.flush();
    sweepConnections(time);
  }

  function sweepConnections(time: number): void {
    for (const revision of revisions.values()) {
      for (const { connections: pool } of revision.instances.values()) pool.sweep(time);
      reportDrained(revision);
    }
    for (const connection of connections) {
      const since = connection.headSince;
      if (since > 0 && performance.now() - since > headTimeoutMs) connection.refuse(408, 'Request Timeout');
    }
  }

  const reporter = setInterval(report, reportEveryMs);

  return {
    apply,
    change,
    servesTls(port) {
      tlsPort = port;
    },
    logRequests({ on, probes }) {
      requestLogs?.flush();
      requestLogs = on ? new RequestLogs(emit, probes) : undefined;
    },
    accept,
    async close() {
      clearInterval(reporter);
      sweep[Symbol.dispose]();
      for (const connection of connections) connection.shutdown();
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
      for (const revision of revisions.values()) {
        for (const { connections: pool } of revision.instances.values()) pool.close();
      }
    },
  };
}

function merge(map: Map<string, HostRoute>, changes: Record<string, HostRoute | null>): void {
  for (const name in changes) {
    const route = changes[name];
    if (route) map.set(name, route);
    else map.delete(name);
  }
}
