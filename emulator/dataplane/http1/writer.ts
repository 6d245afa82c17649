/**
 * Puts a head and small pieces of a body together, so that one message is one write: with small answers the number of
 * system calls is most of what a request costs.
 */
import type { Socket } from 'node:net';

/** Up to so many bytes are copied into one buffer; above, the pieces are written one by one, corked. */
const copyLimit = 32 * 1024;

export class SocketWriter {
  readonly #socket: Socket;
  #pieces: (string | Buffer)[] = [];
  #bytes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** `text`: Latin-1. */
  text(text: string): void {
    const last = this.#pieces.length - 1;
    const before = this.#pieces[last];
    if (typeof before === 'string') this.#pieces[last] = before + text;
    else this.#pieces.push(text);
    this.#bytes += text.length;
  }

  bytes(chunk: Buffer): void {
    this.#pieces.push(chunk);
    this.#bytes += chunk.length;
  }

  /** A chunk of the chunked coding. */
  chunk(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.text(`${chunk.length.toString(16)}\r\n`);
    this.bytes(chunk);
    this.text('\r\n');
  }

  /** false: the socket is full; it will emit `drain`. */
  flush(): boolean {
    const pieces = this.#pieces;
    const [first] = pieces;
    if (first === undefined) return !this.#socket.writableNeedDrain;
    this.#pieces = [];
    const size = this.#bytes;
    this.#bytes = 0;
    if (pieces.length === 1) return write(this.#socket, first);
    if (size <= copyLimit) return this.#socket.write(joined(pieces, size));
    this.#socket.cork();
    let ready = true;
    for (const piece of pieces) ready = write(this.#socket, piece);
    this.#socket.uncork();
    return ready;
  }
}

function write(socket: Socket, piece: string | Buffer): boolean {
  return typeof piece === 'string' ? socket.write(piece, 'latin1') : socket.write(piece);
}

function joined(pieces: (string | Buffer)[], size: number): Buffer {
  const buffer = Buffer.allocUnsafe(size);
  let at = 0;
  for (const piece of pieces) {
    at += typeof piece === 'string' ? buffer.write(piece, at, 'latin1') : piece.copy(buffer, at);
  }
  return buffer;
}
