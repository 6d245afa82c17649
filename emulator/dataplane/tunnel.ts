/** Two sockets after an upgrade (or CONNECT): bytes both ways with backpressure, until either side is done. */
import type { Socket } from 'node:net';

export interface End {
  socket: Socket;
  /** Read already, not yet handed over. */
  rest: Buffer;
}

/** @param closed called once. @returns a function that breaks it off. */
export function tunnel(client: End, server: End, closed: () => void = () => undefined): () => void {
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    client.socket.destroy();
    server.socket.destroy();
    closed();
  };
  forward(client, server.socket, close);
  forward(server, client.socket, close);
  return close;
}

function forward({ socket, rest }: End, to: Socket, close: () => void): void {
  socket.on('data', (chunk: Buffer) => {
    if (!to.write(chunk)) socket.pause();
  });
  to.on('drain', () => socket.resume());
  // A half-closed side may still be answered; the other side's end closes the rest.
  socket.on('end', () => to.end());
  socket.on('error', close);
  socket.on('close', close);
  if (rest.length > 0) to.write(rest);
  socket.resume();
}
