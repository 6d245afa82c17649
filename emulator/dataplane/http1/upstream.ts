/** Kept connections to one instance that speaks HTTP/1.1, and one exchange after another over each of them. */
import { connect, type Socket } from 'node:net';
import type { Address, RequestHead, Upstream, UpstreamFailure, UpstreamHandler } from '../types.ts';
import { type ChunkedDecoder, createChunkedDecoder } from './chunked.ts';
import { fieldLines } from './front.ts';
import { maxHeadBytes, type ParsedResponse, ProtocolError, parseResponseHead } from './head.ts';
import { SocketWriter } from './writer.ts';

/** Below the 5 s after which servers on Node's defaults close a quiet connection: so the race with it is rare. */
const idleMs = 4000;
const maxIdle = 256;
const connectTimeoutMs = 10_000;
const nothing = Buffer.alloc(0);
const headEnd = Buffer.from('\r\n\r\n');

type Reading = 'head' | 'length' | 'chunked' | 'close';

export class Http1Pool {
  readonly #address: Address;
  #idle: Http1Upstream[] = [];
  #closed = false;

  constructor(address: Address) {
    this.#address = address;
  }

  /** Hands out a kept connection (`ready`), or opens one: `handler.upstreamConnected` or `upstreamFailed` follows. */
  acquire(handler: UpstreamHandler): Http1Upstream {
    const kept = this.#idle.pop();
    if (kept) {
      kept.take(handler);
      return kept;
    }
    return new Http1Upstream(this, connect({ ...this.#address, noDelay: true, allowHalfOpen: false }), handler);
  }

  release(connection: Http1Upstream): void {
    if (this.#closed || this.#idle.length >= maxIdle) {
      connection.abort();
      return;
    }
    connection.idleSince = performance.now();
    this.#idle.push(connection);
  }

  forget(connection: Http1Upstream): void {
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  /** Closes what has been kept for too long. */
  sweep(now: number): void {
    const old = this.#idle.filter((connection) => now - connection.idleSince > idleMs);
    if (old.length === 0) return;
    this.#idle = this.#idle.filter((connection) => now - connection.idleSince <= idleMs);
    for (const connection of old) connection.abort();
  }

  /** Keeps nothing any more; what is in use goes on to its end. */
  close(): void {
    this.#closed = true;
    const idle = this.#idle;
    this.#idle = [];
    for (const connection of idle) connection.abort();
  }
}

export class Http1Upstream implements Upstream {
  readonly #pool: Http1Pool;
  readonly #socket: Socket;
  readonly #writer: SocketWriter;
  #handler: UpstreamHandler | undefined;
  #connected = false;
  #used = false;
  #reading: Reading = 'head';
  #unread: Buffer = nothing;
  #left = 0;
  #decoder: ChunkedDecoder | undefined;
  #keep = true;
  #isHead = false;
  #chunkedRequest = false;
  #requestDone = false;
  #heard = false;
  idleSince = 0;

  constructor(pool: Http1Pool, socket: Socket, handler: UpstreamHandler) {
    this.#pool = pool;
    this.#socket = socket;
    this.#writer = new SocketWriter(socket);
    this.#handler = handler;
    const timer = setTimeout(() => this.#fail('refused', 'connection timed out'), connectTimeoutMs);
    socket.on('connect', () => {
      clearTimeout(timer);
      this.#connected = true;
      this.#handler?.upstreamConnected();
    });
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => this.#handler?.upstreamDrained());
    socket.on('end', () => this.#ended());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      this.#broken(error.code ?? error.message);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      this.#ended();
    });
  }

  get ready(): boolean {
    return this.#connected;
  }

  take(handler: UpstreamHandler): void {
    this.#handler = handler;
    this.#used = true;
  }

  /** Puts the request's head together; `flush` (or `end`) sends it. */
  send(head: RequestHead, host: string): void {
    this.#reading = 'head';
    this.#heard = false;
    this.#keep = true;
    this.#requestDone = false;
    this.#isHead = head.method === 'HEAD';
    this.#chunkedRequest = head.length === undefined;
    let text = `${head.method} ${head.path} HTTP/1.1\r\nhost: ${host}\r\n${fieldLines(head.headers)}`;
    if (this.#chunkedRequest) text += 'transfer-encoding: chunked\r\n';
    else if (head.lengthGiven) text += `content-length: ${head.length}\r\n`;
    if (head.upgrade) text += `upgrade: ${head.upgrade}\r\nconnection: upgrade\r\n`;
    this.#writer.text(`${text}\r\n`);
  }

  data(chunk: Buffer): void {
    if (this.#chunkedRequest) this.#writer.chunk(chunk);
    else this.#writer.bytes(chunk);
  }

  flush(): boolean {
    return this.#writer.flush();
  }

  end(): void {
    if (this.#chunkedRequest) this.#writer.text('0\r\n\r\n');
    this.#requestDone = true;
    this.#writer.flush();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  abort(): void {
    this.#handler = undefined;
    this.#pool.forget(this);
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const handler = this.#handler;
    if (!handler) {
      // Bytes that nobody asked for: the connection cannot be trusted any more.
      this.abort();
      return;
    }
    this.#heard = true;
    try {
      this.#parse(chunk, handler);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#fail('reset', error.message);
      return;
    }
    if (this.#handler === handler) handler.responseFlush();
  }

  #parse(chunk: Buffer, handler: UpstreamHandler): void {
    let input = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    this.#unread = nothing;
    while (this.#reading === 'head') {
      const end = input.indexOf(headEnd);
      if (end < 0) {
        if (input.length > maxHeadBytes * 4) throw new ProtocolError(502, 'the head of the answer is too large');
        this.#unread = input;
        return;
      }
      const head = parseResponseHead(input.toString('latin1', 0, end));
      input = input.subarray(end + 4);
      if (head.status === 101) {
        this.#upgrade(head, input, handler);
        return;
      }
      if (head.status >= 200) this.#begin(head, handler);
      else if (head.status !== 100) handler.responseInfo(head.status, head.headers);
      if (this.#handler !== handler) return;
      if (input.length === 0 && (this.#reading === 'head' || !this.#endsHere())) return;
    }
    this.#body(input, handler);
  }

  #endsHere(): boolean {
    return this.#reading === 'length' && this.#left === 0;
  }

  #begin(head: ParsedResponse, handler: UpstreamHandler): void {
    const { status, reason, headers, length, chunked } = head;
    const bodyless = this.#isHead || status === 204 || status === 304;
    this.#keep = head.minor === 1 ? !head.close : head.keepAlive;
    this.#decoder = undefined;
    if (bodyless) {
      this.#reading = 'length';
      this.#left = 0;
    } else if (chunked) {
      this.#reading = 'chunked';
      this.#decoder = createChunkedDecoder(502);
    } else if (length !== undefined) {
      this.#reading = 'length';
      this.#left = length;
    } else {
      this.#reading = 'close';
      this.#keep = false;
    }
    handler.responseHead({ status, reason, headers, length, bodyless });
  }

  #body(input: Buffer, handler: UpstreamHandler): void {
    if (this.#reading === 'close') {
      handler.responseData(input);
      return;
    }
    if (this.#decoder) {
      const decoder = this.#decoder;
      const used = decoder.decode(input, (data) => {
        if (this.#handler === handler) handler.responseData(data);
      });
      if (decoder.done && this.#handler === handler) this.#finish(used < input.length, handler);
      return;
    }
    const take = Math.min(this.#left, input.length);
    this.#left -= take;
    if (take > 0) handler.responseData(take === input.length ? input : input.subarray(0, take));
    if (this.#left === 0 && this.#handler === handler) this.#finish(take < input.length, handler);
  }

  /** `surplus`: bytes after the end of the answer. */
  #finish(surplus: boolean, handler: UpstreamHandler): void {
    this.#handler = undefined;
    const reusable = this.#keep && !surplus && this.#requestDone && this.#connected && !this.#socket.destroyed;
    if (reusable) {
      this.#reading = 'head';
      this.#socket.resume();
      this.#pool.release(this);
    } else {
      this.#socket.destroySoon();
    }
    handler.responseEnd();
  }

  #upgrade({ status, headers }: ParsedResponse, rest: Buffer, handler: UpstreamHandler): void {
    this.#handler = undefined;
    this.#socket.removeAllListeners();
    this.#socket.pause();
    handler.upgraded(status, headers, this.#socket, rest);
  }

  #ended(): void {
    const handler = this.#handler;
    if (handler && this.#reading === 'close') {
      this.#handler = undefined;
      this.#socket.destroy();
      handler.responseEnd();
      return;
    }
    this.#broken('closed by the application');
  }

  #broken(message: string): void {
    if (!this.#connected) this.#fail('refused', message);
    else this.#fail(this.#used && !this.#heard ? 'stale' : 'reset', message);
  }

  #fail(kind: UpstreamFailure, message: string): void {
    const handler = this.#handler;
    this.abort();
    handler?.upstreamFailed(kind, message);
  }
}
