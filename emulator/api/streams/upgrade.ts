/** Upgrades of pod requests: WebSocket (exec, attach, port-forward), and SPDY/3.1 on the socket or tunneled in a WebSocket. */
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { ApiError, notFound } from '../../kernel/errors.ts';
import type { KubeObject } from '../../kernel/object.ts';
import type { ApiRequest } from '../http.ts';
import type { ResourcePath } from '../paths.ts';
import type { PodSubresources } from '../server.ts';
import { commandOverSpdy, portForwardOverSpdy } from './spdy-requests.ts';
import { commandOverWebSocket } from './websocket-command.ts';
import { duplexOf, portForwardOverWebSocket } from './websocket-forward.ts';

export interface UpgradeContext {
  request: ApiRequest;
  path: ResourcePath;
  pod: KubeObject | undefined;
  pods: PodSubresources | undefined;
  socket: Duplex;
  head: Buffer;
  signal: AbortSignal;
}

export interface StreamContext {
  pod: KubeObject;
  pods: PodSubresources;
  path: ResourcePath;
  query: URLSearchParams;
  signal: AbortSignal;
}

/** In order of preference. */
const commandProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const tunnelProtocol = 'SPDY/3.1+portforward.k8s.io';
const forwardProtocols = [tunnelProtocol, 'v4.channel.k8s.io', 'portforward.k8s.io'];

/** Takes the socket over. What is refused is answered on it as HTTP. */
export async function upgradePod(context: UpgradeContext): Promise<void> {
  const { request, path, pod, pods, socket, head } = context;
  if (!pod) return refuse(socket, notFound({ group: '', plural: 'pods' }, path.name));
  if (!pods) return refuse(socket, new ApiError('ServiceUnavailable', 'no instances run on this platform'));
  const signal = AbortSignal.any([context.signal, request.signal]);
  const stream: StreamContext = { pod, pods, path, query: request.query, signal };
  const forward = path.subresource === 'portforward';
  const upgrade = request.headers['upgrade']?.toLowerCase();
  if (upgrade === 'spdy/3.1') {
    if (head.byteLength > 0) socket.unshift(head);
    return forward ? portForwardOverSpdy(socket, stream, request) : commandOverSpdy(socket, stream, request);
  }
  const protocols = forward ? forwardProtocols : commandProtocols;
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const protocol = protocols.find((name) => offered.includes(name));
  if (upgrade !== 'websocket' || !protocol) {
    return refuse(socket, new ApiError('BadRequest', `unable to upgrade: offer one of ${protocols.join(', ')}`));
  }
  const webSocket = await accept(request, socket, head, protocol);
  signal.addEventListener('abort', () => webSocket.terminate(), { once: true });
  if (!forward) await commandOverWebSocket(webSocket, protocol, stream);
  else if (protocol === tunnelProtocol) await portForwardOverSpdy(duplexOf(webSocket), stream, undefined);
  else await portForwardOverWebSocket(webSocket, stream);
}

function accept(request: ApiRequest, socket: Duplex, head: Buffer, protocol: string): Promise<WebSocket> {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, handleProtocols: () => protocol });
  // ws parses the names strictly, and kubectl's tunnel has a `/` in its own: only the chosen one is shown, and sent back by hand.
  const plain = /^[\w.-]+$/.test(protocol);
  const headers: Record<string, string | undefined> = { ...request.headers };
  if (!plain) {
    delete headers['sec-websocket-protocol'];
    server.on('headers', (lines: string[]) => lines.push(`Sec-WebSocket-Protocol: ${protocol}`));
  }
  const message = { method: request.method, headers, url: request.path } as unknown as Parameters<
    WebSocketServer['handleUpgrade']
  >[0];
  return new Promise((resolve) => server.handleUpgrade(message, socket, head, resolve));
}

/** An HTTP answer on a socket that was to be upgraded. */
export function refuse(socket: Duplex, error: ApiError): void {
  const body = JSON.stringify(error.toStatus());
  socket.end(
    `HTTP/1.1 ${error.code} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
