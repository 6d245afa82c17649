/**
 * The names of the cluster for containers: a DNS server (RFC 1035, UDP) that answers the hosts of the platform with the
 * address where it serves them, and hands every other question on to this system's own servers as it came.
 */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { getServers } from 'node:dns';
import { isIPv6 } from 'node:net';
import { AUTHORITATIVE_ANSWER, decode, encode, type Packet, RECURSION_AVAILABLE, RECURSION_DESIRED } from 'dns-packet';

export interface NameServerOptions {
  /** Where it listens, and what it answers: IPv4. */
  address: string;
  /** Default 53. */
  port?: number;
  /** Whether the platform serves this host (lower case, no dot at its end). */
  serves(host: string): boolean;
  /** Where another name of the cluster leads; undefined: there is none. */
  addressesOf?(host: string): Promise<readonly string[] | undefined>;
  /** `host` or `host:port` of whom it asks for all others. Default: this system's. */
  upstream?: readonly string[];
}

/** Everything below it is the platform's, known or not. */
const clusterDomain = /(^|\.)cluster\.local$/;
/** s; short, since a Service comes and goes as one works on it. */
const ttl = 5;
const nameError = 3;
const upstreamTimeoutMs = 5_000;
const mostWaiting = 256;

/** @throws the error of binding (EACCES, EADDRINUSE). */
export async function listenNames(options: NameServerOptions): Promise<Disposable & { port: number }> {
  const { address, serves, addressesOf } = options;
  const socket = createSocket('udp4');
  const upstream = parseServer((options.upstream ?? getServers())[0]);
  let waiting = 0;

  socket.on('message', (message, peer) => {
    const query = parse(message);
    const host = query?.questions?.[0]?.name.toLowerCase().replace(/\.$/, '');
    if (!query || host === undefined) return;
    if (serves(host)) return reply(peer, answer(query, [address]));
    if (clusterDomain.test(host) || !upstream) {
      const found = clusterDomain.test(host) ? addressesOf?.(host) : undefined;
      void Promise.resolve(found).then((addresses) => reply(peer, answer(query, addresses)));
      return;
    }
    if (waiting >= mostWaiting) return;
    waiting++;
    const relay = createSocket(isIPv6(upstream.host) ? 'udp6' : 'udp4');
    const done = () => {
      clearTimeout(timer);
      relay.close();
      waiting--;
    };
    const timer = setTimeout(done, upstreamTimeoutMs);
    relay.once('message', (answered) => {
      reply(peer, answered);
      done();
    });
    relay.once('error', done);
    relay.connect(upstream.port, upstream.host, () => relay.send(message));
  });

  function reply(peer: RemoteInfo, message: Uint8Array): void {
    // One that cannot be sent is asked for again.
    socket.send(message, peer.port, peer.address, () => undefined);
  }

  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address, port: options.port ?? 53 }, () => {
      socket.off('error', reject);
      socket.on('error', () => undefined);
      resolve();
    });
  });
  return { port: socket.address().port, [Symbol.dispose]: () => socket.close() };
}

/** Pure. No addresses: there is no such name. */
function answer({ id, questions = [] }: Packet, addresses: readonly string[] = []): Uint8Array {
  const [question] = questions;
  const flags = AUTHORITATIVE_ANSWER | RECURSION_DESIRED | RECURSION_AVAILABLE;
  return encode({
    type: 'response',
    ...(id === undefined ? {} : { id }),
    flags: addresses.length > 0 ? flags : flags | nameError,
    questions,
    answers:
      question && (question.type === 'A' || String(question.type) === 'ANY')
        ? addresses.map((data) => ({ type: 'A' as const, name: question.name, ttl, data }))
        : [],
  });
}

function parse(message: Buffer): Packet | undefined {
  try {
    const packet = decode(message);
    return packet.type === 'query' ? packet : undefined;
  } catch {
    return undefined;
  }
}

/** As `dns.getServers` writes them: `10.0.0.1`, `10.0.0.1:5353`, `::1`, `[::1]:5353`. */
function parseServer(server: string | undefined): { host: string; port: number } | undefined {
  if (!server) return undefined;
  const match = /^\[(.+)\]:(\d+)$/.exec(server) ?? /^([^:]+):(\d+)$/.exec(server);
  return match ? { host: match[1] ?? '', port: Number(match[2]) } : { host: server, port: 53 };
}
