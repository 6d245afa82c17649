/**
 * The server side of SPDY/3.1, as kubectl speaks it (exec, cp, port-forward): streams opened by the client, data both
 * ways, header blocks compressed with the protocol's dictionary. Its library has no flow control, so neither has this.
 */
import type { Duplex } from 'node:stream';
import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { spdyDictionary } from './spdy-dictionary.ts';

const types = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7, headers: 8 };
const flagFin = 1;
const largestFrame = 16 * 1024 * 1024;

export interface SpdyStream {
  /** Lower-case names. */
  headers: Record<string, string>;
  onData: (chunk: Uint8Array) => void;
  onEnd: () => void;
  /** Answers the opening of the stream. */
  accept(): void;
  write(chunk: Uint8Array): void;
  end(): void;
}

interface Open {
  stream: SpdyStream;
  localEnd: boolean;
  remoteEnd: boolean;
}

export class SpdyConnection {
  onStream: (stream: SpdyStream) => void = () => {};
  onClose: () => void = () => {};
  readonly #socket: Duplex;
  readonly #streams = new Map<number, Open>();
  readonly #inflate: Inflate = createInflate({ dictionary: spdyDictionary });
  readonly #deflate: Deflate = createDeflate({ dictionary: spdyDictionary });
  /** Frames are taken one after the other: header blocks share one compression state. */
  #reading: Promise<void> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();
  #buffer: Buffer = Buffer.alloc(0);
  #closed = false;

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#buffer = this.#buffer.byteLength === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
      this.#reading = this.#reading.then(() => this.#readFrames()).catch(() => this.#close());
    });
    socket.on('close', () => this.#close());
    socket.on('end', () => this.#close());
    socket.on('error', () => this.#close());
    this.#inflate.on('error', () => this.#close());
  }

  /** Says goodbye once everything before it has been written. */
  end(): void {
    this.#enqueue(() => {
      this.#socket.write(controlFrame(types.goAway, 0, Buffer.alloc(8)));
      this.#socket.end();
    });
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { stream, remoteEnd } of this.#streams.values()) if (!remoteEnd) stream.onEnd();
    this.#streams.clear();
    this.#inflate.close();
    this.#deflate.close();
    this.#socket.destroy();
    this.onClose();
  }

  async #readFrames(): Promise<void> {
    while (!this.#closed && this.#buffer.byteLength >= 8) {
      const length = this.#buffer.readUInt32BE(4) & 0xffffff;
      if (length > largestFrame) throw new Error('a SPDY frame is too large');
      if (this.#buffer.byteLength < 8 + length) return;
      const head = this.#buffer.subarray(0, 8);
      const payload = this.#buffer.subarray(8, 8 + length);
      this.#buffer = this.#buffer.subarray(8 + length);
      const flags = head[4] ?? 0;
      const first = head.readUInt32BE(0);
      if (first & 0x80000000) await this.#control(first & 0xffff, flags, payload);
      else this.#data(first, flags, payload);
    }
  }

  #data(id: number, flags: number, payload: Uint8Array): void {
    const open = this.#streams.get(id);
    if (!open || open.remoteEnd) return;
    if (payload.byteLength > 0) open.stream.onData(payload);
    if (flags & flagFin) this.#remoteEnd(id, open);
  }

  async #control(type: number, flags: number, payload: Buffer): Promise<void> {
    if (type === types.synStream) {
      const id = payload.readUInt32BE(0) & 0x7fffffff;
      const open: Open = {
        stream: this.#streamOf(id, await this.#headers(payload.subarray(10))),
        localEnd: false,
        remoteEnd: false,
      };
      this.#streams.set(id, open);
      this.onStream(open.stream);
      if (flags & flagFin) this.#remoteEnd(id, open);
    } else if (type === types.headers) {
      await this.#headers(payload.subarray(4));
    } else if (type === types.rstStream) {
      const id = payload.readUInt32BE(0) & 0x7fffffff;
      const open = this.#streams.get(id);
      this.#streams.delete(id);
      if (open && !open.remoteEnd) open.stream.onEnd();
    } else if (type === types.ping) {
      const echo = Buffer.from(payload);
      this.#enqueue(() => this.#socket.write(controlFrame(types.ping, 0, echo)));
    }
  }

  #remoteEnd(id: number, open: Open): void {
    open.remoteEnd = true;
    open.stream.onEnd();
    if (open.localEnd) this.#streams.delete(id);
  }

  #streamOf(id: number, headers: Record<string, string>): SpdyStream {
    const dataFrame = (flags: number, chunk: Uint8Array) => {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(id, 0);
      head.writeUInt32BE(((flags << 24) | chunk.byteLength) >>> 0, 4);
      return Buffer.concat([head, chunk]);
    };
    return {
      headers,
      onData: () => {},
      onEnd: () => {},
      accept: () => {
        this.#enqueue(async () => {
          const start = Buffer.alloc(4);
          start.writeUInt32BE(id);
          this.#socket.write(
            controlFrame(types.synReply, 0, Buffer.concat([start, await this.#compress(Buffer.alloc(4))])),
          );
        });
      },
      write: (chunk) => {
        if (!this.#streams.get(id)?.localEnd) this.#enqueue(() => this.#socket.write(dataFrame(0, chunk)));
      },
      end: () => {
        const open = this.#streams.get(id);
        if (!open || open.localEnd) return;
        open.localEnd = true;
        this.#enqueue(() => this.#socket.write(dataFrame(flagFin, Buffer.alloc(0))));
        if (open.remoteEnd) this.#streams.delete(id);
      },
    };
  }

  #enqueue(write: () => unknown): void {
    this.#writing = this.#writing
      .then(async () => {
        if (!this.#closed) await write();
      })
      .catch(() => this.#close());
  }

  async #headers(block: Uint8Array): Promise<Record<string, string>> {
    const bytes = await pump(this.#inflate, block);
    const headers: Record<string, string> = {};
    let at = 0;
    const number = () => {
      at += 4;
      return bytes.readUInt32BE(at - 4);
    };
    const text = () => {
      const length = number();
      at += length;
      return bytes.toString('utf8', at - length, at);
    };
    for (let count = number(); count > 0; count--) {
      const name = text().toLowerCase();
      headers[name] = text();
    }
    return headers;
  }

  #compress(block: Uint8Array): Promise<Buffer> {
    return pump(this.#deflate, block);
  }
}

/** What comes out of a compression stream for what goes in, with its state kept. */
function pump(stream: Inflate | Deflate, input: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    const chunks: Buffer[] = [];
    const collect = () => {
      for (let chunk = stream.read() as Buffer | null; chunk; chunk = stream.read() as Buffer | null)
        chunks.push(chunk);
    };
    stream.on('readable', collect);
    stream.write(input, () => {
      stream.flush(constants.Z_SYNC_FLUSH, () => {
        collect();
        stream.off('readable', collect);
        stream.off('error', reject);
        resolve(Buffer.concat(chunks));
      });
    });
  });
}

function controlFrame(type: number, flags: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE((0x80030000 | type) >>> 0, 0);
  head.writeUInt32BE(((flags << 24) | payload.byteLength) >>> 0, 4);
  return Buffer.concat([head, payload]);
}
