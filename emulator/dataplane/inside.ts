/**
 * The platform as the HTTP proxy of its applications (HTTP_PROXY): what is not served here is passed on to where it says,
 * CONNECT included. A cluster-local name that nobody has fails as an unknown name would.
 */
import { lookup } from 'node:dns';
import { BlockList, connect, isIP, type LookupFunction } from 'node:net';
import type { OnRequest } from './http1/front.ts';
import { reasonOf } from './http1/reasons.ts';
import { Http1Pool } from './http1/upstream.ts';
import { tunnel } from './tunnel.ts';
import type {
  Address,
  Downstream,
  DownstreamHandler,
  HeaderList,
  RequestHead,
  ResponseHead,
  Upstream,
  UpstreamHandler,
} from './types.ts';

/** `.svc`, `.svc.cluster.local`: names of the cluster, which no DNS knows. */
const clusterLocal = /\.svc(\.cluster\.local)?$/i;

/** Who receives events in a cluster: channels, and the ingress and the filter of brokers. */
const eventReceiver = /^(broker-(ingress|filter)\.knative-eventing|.+-kn-channel\.[^.]+)\.svc(\.cluster\.local)?$/i;

export function receivesEvents(host: string): boolean {
  return eventReceiver.test(host);
}

/**
 * @param receivers port on loopback of the platform's own receivers of events; undefined: there are none.
 * @param service an instance behind a port of an ordinary Service.
 */
export const passThrough =
  (
    receivers: () => number | undefined,
    service: (host: string, port: number) => Address | undefined = () => undefined,
  ): OnRequest =>
  (downstream, head) => {
    const address = parseAuthority(head.method === 'CONNECT' ? head.path : head.authority);
    const port = receivers();
    if (address && port && receivesEvents(address.host) && head.method !== 'CONNECT') {
      return forward(downstream, head, { host: '127.0.0.1', port });
    }
    const instance = address && asksForNames(downstream, head) ? service(address.host, address.port) : undefined;
    if (instance)
      return head.method === 'CONNECT' ? openTunnel(downstream, instance) : forward(downstream, head, instance);
    return toElsewhere(downstream, head, address);
  };

/** Who takes this for its proxy, and containers, whose DNS leads them here. */
function asksForNames(downstream: Downstream, head: RequestHead): boolean {
  return head.method === 'CONNECT' || head.asked === 'proxy' || !isLoopback(downstream.remoteAddress);
}

function toElsewhere(downstream: Downstream, head: RequestHead, address: Address | undefined): DownstreamHandler {
  if (!address || clusterLocal.test(address.host)) {
    downstream.reset();
    return ignore;
  }
  // A request that names this listener itself as its host (a web page that found the port) would be passed on to it for
  // ever; only who takes it for a proxy is served as by one.
  if (head.method !== 'CONNECT' && head.asked !== 'proxy') {
    refuseWith(downstream, 404, 'no such host\n');
    return ignore;
  }
  let target = address;
  // A container is not on this machine's loopback: the platform's ways do not lead it there.
  if (!isLoopback(downstream.remoteAddress)) {
    if (isLoopback(address.host) || /(^|\.)localhost$/i.test(address.host)) {
      refuseWith(downstream, 403, 'no way from a container to the loopback of the machine\n');
      return ignore;
    }
    target = { ...address, lookup: elsewhere };
  }
  return head.method === 'CONNECT' ? openTunnel(downstream, target) : forward(downstream, head, target);
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('0.0.0.0');
loopback.addAddress('::1', 'ipv6');
loopback.addAddress('::', 'ipv6');
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');

function isLoopback(address: string): boolean {
  const kind = isIP(address);
  return kind !== 0 && loopback.check(address, kind === 6 ? 'ipv6' : 'ipv4');
}

/** Names that lead to this machine's loopback count as unknown. */
const elsewhere: LookupFunction = (name, options, done) => {
  lookup(name, { ...options, all: true }, (error, found) => {
    const addresses = error ? [] : found.filter(({ address }) => !isLoopback(address));
    const [first] = addresses;
    if (!first) return done(error ?? new Error(`getaddrinfo ENOTFOUND ${name}`), '');
    if (options.all) done(null, addresses);
    else done(null, first.address, first.family);
  });
};

const ignore: DownstreamHandler = { requestData() {}, requestEnd() {}, clientDrained() {}, clientGone() {} };

export function parseAuthority(authority: string): Address | undefined {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(authority);
  const host = match?.[1]?.replace(/^\[|\]$/g, '');
  const port = Number(match?.[2] ?? 80);
  return host && port > 0 && port < 65_536 ? { host, port } : undefined;
}

function openTunnel(downstream: Downstream, address: Address): DownstreamHandler {
  const socket = connect({ ...address, noDelay: true });
  const refuse = () => refuseWith(downstream, 502, 'connection failed\n');
  socket.once('error', refuse);
  socket.once('connect', () => {
    socket.off('error', refuse);
    const client = downstream.upgrade(200, []);
    if (!client) socket.destroy();
    else tunnel(client, { socket, rest: Buffer.alloc(0) });
  });
  return { ...ignore, clientGone: () => socket.destroy() };
}

function refuseWith(downstream: Downstream, status: number, text: string): void {
  const body = Buffer.from(text);
  const headers = ['content-type', 'text/plain; charset=utf-8'];
  downstream.head({ status, reason: reasonOf(status), headers, length: body.length, bodyless: false });
  downstream.data(body);
  downstream.end(undefined);
}

/** One request to another host, over a connection of its own. */
function forward(downstream: Downstream, head: RequestHead, address: Address): DownstreamHandler {
  const pool = new Http1Pool(address);
  let upstream: Upstream | undefined;
  let answering = false;
  let ended = false;

  const handler: UpstreamHandler = {
    upstreamConnected() {
      upstream?.send(head, head.authority);
      if (ended) upstream?.end(undefined);
      else downstream.resume();
    },
    responseInfo: (status: number, headers: HeaderList) => downstream.info(status, headers),
    responseHead(answer: ResponseHead) {
      answering = true;
      downstream.head(answer);
    },
    responseData: (chunk) => downstream.data(chunk),
    responseFlush() {
      if (!downstream.flush()) upstream?.pause();
    },
    responseEnd(trailers) {
      pool.close();
      downstream.end(trailers);
    },
    upgraded(status, headers, socket, rest) {
      const client = downstream.upgrade(status, headers);
      if (client) tunnel(client, { socket, rest });
      else socket.destroy();
    },
    upstreamDrained: () => downstream.resume(),
    upstreamFailed(_kind, message) {
      if (answering) downstream.reset();
      else refuseWith(downstream, 502, `${message}\n`);
    },
  };
  upstream = pool.acquire(handler);

  return {
    requestData(chunk) {
      upstream?.data(chunk);
      if (upstream?.flush() === false) downstream.pause();
    },
    requestEnd() {
      ended = true;
      if (upstream?.ready) upstream.end(undefined);
    },
    clientDrained: () => upstream?.resume(),
    clientGone: () => upstream?.abort(),
  };
}
