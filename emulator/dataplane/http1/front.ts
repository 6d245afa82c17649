/** A client's HTTP/1.1 connection: reads requests strictly, one after another, and writes their answers. */
import type { Socket } from 'node:net';
import type { Downstream, DownstreamHandler, HeaderList, RequestHead, ResponseHead } from '../types.ts';
import { type ChunkedDecoder, createChunkedDecoder } from './chunked.ts';
import { hasBareLineFeed, maxHeadBytes, type ParsedRequest, ProtocolError, parseRequestHead } from './head.ts';
import { reasonOf } from './reasons.ts';
import { SocketWriter } from './writer.ts';

/** Begins an exchange. The handler hears of the body only after `downstream.resume()`. */
export type OnRequest = (downstream: Downstream, head: RequestHead) => DownstreamHandler;

/** What a pipelining client may send ahead before its socket is no longer read. */
const aheadLimit = 64 * 1024;
/** How long an answered connection with an unread request stays open, so that the client gets to read the answer. */
const lingerMs = 1000;

const nothing = Buffer.alloc(0);
const headEnd = Buffer.from('\r\n\r\n');

type State = 'head' | 'body' | 'answering' | 'closing' | 'tunnel';

export class Http1Connection implements Downstream {
  readonly remoteAddress: string;
  readonly #socket: Socket;
  readonly #writer: SocketWriter;
  readonly #onRequest: OnRequest;
  #state: State = 'head';
  #unread: Buffer = nothing;
  #handler: DownstreamHandler | undefined;
  #request: ParsedRequest | undefined;
  #bodyLeft = 0;
  #decoder: ChunkedDecoder | undefined;
  #wantsBody = false;
  #answered = false;
  #chunkedAnswer = false;
  #answerLeft: number | undefined;
  #close = false;
  #feeding = false;
  #scheduled = false;
  /** ms of performance.now() when the head that is being read began; 0 = none has begun. */
  headSince = 0;

  constructor(socket: Socket, onRequest: OnRequest) {
    this.#socket = socket;
    this.#writer = new SocketWriter(socket);
    this.#onRequest = onRequest;
    this.remoteAddress = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
    for (const [event, listener] of Object.entries(this.#listeners)) socket.on(event, listener);
  }

  /** Kept, so that an upgrade takes off these and no others. */
  readonly #listeners = {
    data: (chunk: Buffer) => this.#read(chunk),
    drain: () => this.#handler?.clientDrained(),
    end: () => this.#gone(),
    error: () => this.#gone(),
    close: () => this.#gone(),
  };

  /** Nothing is being asked or answered. */
  get idle(): boolean {
    return this.#state === 'head' && this.#unread.length === 0;
  }

  /** Ends it as soon as nothing is being answered. */
  shutdown(): void {
    this.#close = true;
    if (this.idle) this.#finish();
  }

  /** What came before this object was made, and every further piece. */
  feed(chunk: Buffer): void {
    this.#read(chunk);
  }

  /** Answers for the gateway itself, where no exchange came to be. */
  refuse(status: number, message: string): void {
    if (this.#state === 'closing' || this.#state === 'tunnel') return;
    const text = status === 431 ? 'Request Header Fields Too Large' : message;
    this.#writer.text(
      `HTTP/1.1 ${status} ${reasonOf(status)}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n` +
        `content-type: text/plain\r\nconnection: close\r\n\r\n${text}`,
    );
    this.#writer.flush();
    this.#finish();
  }

  #read(chunk: Buffer): void {
    if (this.#state === 'body' && this.#wantsBody && this.#unread.length === 0) {
      this.#feedBody(chunk);
      return;
    }
    if (this.#state === 'closing') return;
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    if (this.#state === 'head') this.#readHead();
    else if (this.#unread.length > aheadLimit) this.#socket.pause();
  }

  #readHead(): void {
    while (this.#unread.length > 0 && this.#state === 'head') {
      // Blank lines before a request are from clients that end their bodies with one (RFC 9112, 2.2).
      if (this.#unread[0] === 13 && this.#unread[1] === 10) {
        this.#unread = this.#unread.subarray(2);
        continue;
      }
      const end = this.#unread.indexOf(headEnd);
      if (end < 0 || end > maxHeadBytes) {
        this.#incompleteHead();
        return;
      }
      this.headSince = 0;
      const text = this.#unread.toString('latin1', 0, end);
      const rest = this.#unread.subarray(end + 4);
      this.#unread = rest.length === 0 ? nothing : rest;
      if (!this.#begin(text)) return;
    }
  }

  #incompleteHead(): void {
    if (this.#unread.length > maxHeadBytes) this.refuse(431, '');
    else if (hasBareLineFeed(this.#unread.toString('latin1'))) this.refuse(400, 'Bad Request');
    else if (this.headSince === 0) this.headSince = performance.now();
  }

  #begin(text: string): boolean {
    let request: ParsedRequest;
    try {
      request = parseRequestHead(text);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.refuse(error.status, reasonOf(error.status));
      return false;
    }
    this.#request = request;
    this.#close ||= request.minor === 0 ? !request.keepAlive : request.close;
    this.#answered = false;
    this.#wantsBody = false;
    this.#bodyLeft = request.length ?? 0;
    this.#decoder = request.chunked ? createChunkedDecoder(400) : undefined;
    this.#state = request.chunked || this.#bodyLeft > 0 ? 'body' : 'answering';
    const handler = this.#onRequest(this, toHead(request));
    // An answer at once, without a look at the body, has already ended this request.
    if (this.#request !== request) return true;
    this.#handler = handler;
    if (this.#answered) return true;
    if (this.#hasState('body')) this.#pump();
    else handler.requestEnd();
    return true;
  }

  #hasState(state: State): boolean {
    return this.#state === state;
  }

  resume(): void {
    if (this.#wantsBody) return;
    this.#wantsBody = true;
    const request = this.#request;
    if (request?.expectsContinue && this.#state === 'body' && !this.#answered) {
      request.expectsContinue = false;
      if (this.#unread.length === 0) this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
    }
    if (this.#handler) this.#pump();
  }

  pause(): void {
    if (!this.#wantsBody) return;
    this.#wantsBody = false;
    if (this.#state === 'body') this.#socket.pause();
  }

  /** Hands out what has been read of the body, then reads on. */
  #pump(): void {
    if (this.#feeding) return;
    this.#feeding = true;
    while (this.#wantsBody && this.#state === 'body' && this.#unread.length > 0) {
      const chunk = this.#unread;
      this.#unread = nothing;
      this.#feedBody(chunk);
    }
    this.#feeding = false;
    if (this.#state === 'body' && this.#wantsBody) this.#socket.resume();
  }

  #feedBody(chunk: Buffer): void {
    const handler = this.#handler;
    if (!handler) return;
    if (this.#decoder) {
      this.#feedChunked(chunk, this.#decoder, handler);
      return;
    }
    const take = Math.min(this.#bodyLeft, chunk.length);
    this.#bodyLeft -= take;
    const done = this.#bodyLeft === 0;
    if (done) this.#state = 'answering';
    if (take < chunk.length) this.#unread = chunk.subarray(take);
    handler.requestData(take === chunk.length ? chunk : chunk.subarray(0, take));
    if (done && this.#handler === handler) handler.requestEnd();
  }

  #feedChunked(chunk: Buffer, decoder: ChunkedDecoder, handler: DownstreamHandler): void {
    let used: number;
    try {
      used = decoder.decode(chunk, (data) => {
        if (this.#handler === handler) handler.requestData(data);
      });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#abandon();
      if (!this.#answered) this.refuse(400, 'Bad Request');
      else this.#socket.destroy();
      return;
    }
    if (!decoder.done || this.#handler !== handler || this.#state !== 'body') return;
    this.#state = 'answering';
    if (used < chunk.length) this.#unread = chunk.subarray(used);
    handler.requestEnd();
  }

  info(status: number, headers: HeaderList): void {
    if (this.#request?.minor !== 1) return;
    this.#writer.text(`HTTP/1.1 ${status} ${reasonOf(status)}\r\n${fieldLines(headers)}\r\n`);
    this.#writer.flush();
  }

  head({ status, reason, headers, length, bodyless }: ResponseHead): void {
    const minor = this.#request?.minor ?? 1;
    this.#answered = true;
    this.#chunkedAnswer = !bodyless && length === undefined && minor === 1;
    this.#answerLeft = bodyless ? 0 : length;
    // Without the end of the request there is no next one; without a length in HTTP/1.0 the end is the connection's.
    if (this.#state === 'body' || (!bodyless && length === undefined && minor === 0)) this.#close = true;
    let text = `HTTP/1.1 ${status} ${reason || reasonOf(status)}\r\n${fieldLines(headers)}`;
    if (this.#chunkedAnswer) text += 'transfer-encoding: chunked\r\n';
    else if (length !== undefined && status !== 204) text += `content-length: ${length}\r\n`;
    if (this.#close) text += 'connection: close\r\n';
    else if (minor === 0) text += 'connection: keep-alive\r\n';
    this.#writer.text(`${text}\r\n`);
  }

  data(chunk: Buffer): void {
    if (this.#chunkedAnswer) {
      this.#writer.chunk(chunk);
      return;
    }
    if (this.#answerLeft !== undefined) this.#answerLeft -= chunk.length;
    this.#writer.bytes(chunk);
  }

  flush(): boolean {
    return this.#writer.flush();
  }

  end(): void {
    if (this.#answerLeft !== undefined && this.#answerLeft > 0) {
      this.reset();
      return;
    }
    if (this.#chunkedAnswer) this.#writer.text('0\r\n\r\n');
    this.#writer.flush();
    const complete = this.#state === 'answering';
    this.#handler = undefined;
    this.#request = undefined;
    if (this.#close || !complete) {
      this.#finish();
      return;
    }
    this.#state = 'head';
    this.#socket.resume();
    if (this.#unread.length > 0 && !this.#scheduled) {
      this.#scheduled = true;
      // Not from within the end of the answer before: a long pipeline must not become a deep stack.
      setImmediate(() => {
        this.#scheduled = false;
        if (this.#state === 'head') this.#readHead();
      });
    }
  }

  reset(): void {
    this.#handler = undefined;
    this.#state = 'closing';
    this.#socket.destroy();
  }

  upgrade(status: number, headers: HeaderList): { socket: Socket; rest: Buffer } | undefined {
    const { upgrade, method } = this.#request ?? {};
    if ((!upgrade && method !== 'CONNECT') || this.#answered) return undefined;
    this.#answered = true;
    const rest = this.#unread;
    this.#state = 'tunnel';
    this.#handler = undefined;
    this.#unread = nothing;
    const switching = upgrade ? `upgrade: ${upgrade}\r\nconnection: upgrade\r\n` : '';
    this.#writer.text(`HTTP/1.1 ${status} ${reasonOf(status)}\r\n${fieldLines(headers)}${switching}\r\n`);
    this.#writer.flush();
    this.#socket.pause();
    for (const [event, listener] of Object.entries(this.#listeners)) this.#socket.off(event, listener);
    return { socket: this.#socket, rest };
  }

  #finish(): void {
    this.#abandon();
    this.#state = 'closing';
    this.#unread = nothing;
    this.#socket.end();
    // Bytes that nobody reads would turn the close into a reset, which can take the answer with it.
    this.#socket.resume();
    setTimeout(() => this.#socket.destroy(), lingerMs).unref();
  }

  #gone(): void {
    if (this.#state === 'tunnel') return;
    this.#state = 'closing';
    this.#socket.destroy();
    this.#abandon();
  }

  #abandon(): void {
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.clientGone();
  }
}

function toHead(request: ParsedRequest): RequestHead {
  const { method, headers, length, chunked, upgrade, expectsContinue } = request;
  let { target: path, host: authority = '' } = request;
  // A client that offers HTTP/2 this way goes on in HTTP/1.1 when nobody takes it up.
  const wanted = upgrade === 'h2c' ? undefined : upgrade;
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(path);
  if (absolute) {
    authority = absolute[1] ?? '';
    path = absolute[2] || '/';
    if (path[0] === '?') path = `/${path}`;
  }
  return {
    method,
    path,
    authority,
    asked: absolute ? 'proxy' : 'origin',
    headers,
    length: chunked ? undefined : (length ?? 0),
    lengthGiven: length !== undefined,
    upgrade: wanted,
    expectsContinue,
  };
}

export function fieldLines(headers: HeaderList): string {
  let text = '';
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return text;
}
