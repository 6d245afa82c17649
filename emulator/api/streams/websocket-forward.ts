/** Port-forward in plain WebSocket channels: per port a data channel (2n) and an error channel (2n+1). */
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket } from 'ws';
import { ApiError } from '../../kernel/errors.ts';
import type { StreamContext } from './upgrade.ts';

export async function portForwardOverWebSocket(
  webSocket: WebSocket,
  { pod, pods, query }: StreamContext,
): Promise<void> {
  const ports = query
    .getAll('ports')
    .flatMap((text) => text.split(','))
    .map(Number);
  const targets = new Map<number, Duplex>();
  const waiting: Buffer[] = [];
  const deliver = (data: Buffer) => void targets.get((data[0] ?? 0) / 2)?.write(data.subarray(1));
  let open = false;
  webSocket.on('message', (data: Buffer) => (open ? deliver(data) : waiting.push(data)));
  webSocket.on('close', () => {
    for (const target of targets.values()) target.destroy();
  });
  for (const [index, port] of ports.entries()) {
    const mark = Buffer.alloc(2);
    mark.writeUInt16LE(port & 0xffff);
    // Each channel begins with its port.
    for (const channel of [2 * index, 2 * index + 1]) webSocket.send(Buffer.concat([Buffer.from([channel]), mark]));
    try {
      const target = await pods.portForward(pod, port);
      targets.set(index, target);
      target.on('data', (chunk: Buffer) => webSocket.send(Buffer.concat([Buffer.from([2 * index]), chunk])));
      target.on('close', () => {
        targets.delete(index);
        if (targets.size === 0) webSocket.close(1000);
      });
      target.on('error', () => target.destroy());
    } catch (error) {
      const text = error instanceof ApiError ? error.message : String(error);
      webSocket.send(Buffer.concat([Buffer.from([2 * index + 1]), Buffer.from(text)]));
    }
  }
  open = true;
  for (const data of waiting) deliver(data);
}

/** The messages of a WebSocket as one stream of bytes. */
export function duplexOf(webSocket: WebSocket): Duplex {
  return createWebSocketStream(webSocket);
}
