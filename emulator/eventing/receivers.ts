/**
 * Who receives events at the platform's own names: channels, the brokers' ingress and filter. Reached from within the process
 * without a socket, and by applications through a listener on loopback that the data plane leads to.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { View } from '../kernel/resource.ts';
import { brokerFilterHost, brokerIngressHost, channelOfHost } from '../knative/eventing.ts';
import { type Dispatcher, passThroughHeaders } from './dispatcher.ts';
import type { Deliver, DeliveryAnswer, EventRequest } from './eventing-ports.ts';
import { answerOf, brokerFilter, brokerIngress, eventOf, methodAnswer } from './mt-broker.ts';

export interface ReceiverPorts {
  view: View;
  dispatcher(): Dispatcher;
  /** To everything that is no name of ours. */
  deliver: Deliver;
  now(): number;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
}

export interface Receivers {
  /** Undefined: the host is none of ours. */
  receive(host: string, request: EventRequest): Promise<DeliveryAnswer> | undefined;
  /** `deliver` that finds our own names without a socket. */
  deliver: Deliver;
  /** Listens on loopback. @returns the port. */
  listen(): Promise<number>;
  close(): void;
}

/** As much as a Knative channel takes of one event by default. */
const largestBytes = 16 * 1024 * 1024;

export function createReceivers(ports: ReceiverPorts): Receivers {
  let server: Server | undefined;

  function receive(host: string, request: EventRequest): Promise<DeliveryAnswer> | undefined {
    const name = fullName(host);
    if (name === brokerIngressHost) {
      return attempt(() => brokerIngress({ ...ports, dispatcher: ports.dispatcher() }, request));
    }
    if (name === brokerFilterHost) return attempt(() => brokerFilter({ view: ports.view, deliver }, request));
    const channel = channelOfHost(name);
    return channel && attempt(() => toChannel(channel, request));
  }

  /** What goes wrong here (a full disk) is the sender's to try again. */
  async function attempt(work: () => DeliveryAnswer | Promise<DeliveryAnswer>): Promise<DeliveryAnswer> {
    try {
      return await work();
    } catch (error) {
      ports.log('error', `receiving an event: ${(error as Error).stack ?? String(error)}`);
      return answerOf(500);
    }
  }

  function toChannel({ namespace, name }: { namespace: string; name: string }, request: EventRequest): DeliveryAnswer {
    const early = methodAnswer(request);
    if (early) return early;
    if (request.path !== '/') return answerOf(400);
    const event = eventOf(request);
    if (!event) return answerOf(400);
    const isKept = ports.dispatcher().accept(namespace, name, event, passThroughHeaders(request.headers));
    return answerOf(isKept ? 202 : 404);
  }

  const deliver: Deliver = async (url, headers, body, signal) => {
    const { hostname, pathname, search } = new URL(url);
    const request = { method: 'POST', path: pathname + search, headers, body };
    return (await receive(hostname, request)) ?? ports.deliver(url, headers, body, signal);
  };

  async function listen(): Promise<number> {
    server = createServer((message, response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      message.on('data', (chunk: Buffer) => {
        size += chunk.byteLength;
        if (size <= largestBytes) chunks.push(chunk);
      });
      message.on('error', () => response.destroy());
      message.on('end', () => {
        const headers = Object.fromEntries(
          Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
        );
        const request = {
          method: message.method ?? '',
          path: message.url ?? '/',
          headers,
          body: Buffer.concat(chunks),
        };
        const answer =
          size > largestBytes
            ? Promise.resolve(answerOf(413))
            : (receive(hostOf(message.headers.host), request) ?? Promise.resolve(answerOf(404)));
        void answer.then(({ status, headers: head, body }) => {
          response.writeHead(status, { ...head, 'content-length': body.byteLength });
          response.end(body);
        });
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  return {
    receive,
    deliver,
    listen,
    close() {
      server?.close();
      server?.closeAllConnections();
    },
  };
}

/** `broker-ingress.knative-eventing.svc` is its long form. */
function fullName(host: string): string {
  const name = host.toLowerCase();
  return name.endsWith('.svc') ? `${name}.cluster.local` : name;
}

function hostOf(header: string | undefined): string {
  return (header ?? '').replace(/:\d+$/, '');
}
