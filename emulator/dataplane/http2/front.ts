/** A client's HTTP/2 stream (h2c with prior knowledge, also gRPC) as the downstream of an exchange. */
import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { OnRequest } from '../http1/front.ts';
import type { Downstream, DownstreamHandler, HeaderList, RequestHead, ResponseHead } from '../types.ts';

const endStreamFlag = 1;

/** Begins an exchange for a stream. `rawHeaders`: name, value, name, value… */
export function serveStream(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  flags: number,
  rawHeaders: readonly string[],
  onRequest: OnRequest,
): void {
  // What HTTP/1.1 could read as another request must not get there, whatever the library lets through.
  if (!isPlain(headers[':method']) || !isPlain(headers[':path']) || !isPlain(headers[':authority'] ?? headers.host)) {
    stream.on('error', () => {});
    stream.respond({ ':status': 400 }, { endStream: true });
    return;
  }
  const downstream = new Http2Downstream(stream);
  const head = toHead(headers, (flags & endStreamFlag) !== 0, rawHeaders);
  downstream.start(onRequest(downstream, head), head.length === 0);
}

/** Visible ASCII only: no blanks, no control characters. */
function isPlain(text: string | undefined): boolean {
  return text === undefined || /^[\x21-\x7e]*$/.test(text);
}

class Http2Downstream implements Downstream {
  readonly remoteAddress: string;
  readonly #stream: ServerHttp2Stream;
  #handler: DownstreamHandler | undefined;
  #ended = false;
  #trailers: HeaderList | undefined;

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream;
    this.remoteAddress = stream.session?.socket?.remoteAddress?.replace(/^::ffff:/, '') ?? '';
    stream.pause();
    stream.on('error', () => {});
  }

  start(handler: DownstreamHandler, empty: boolean): void {
    if (this.#ended) {
      this.#stream.resume();
      return;
    }
    this.#handler = handler;
    const stream = this.#stream;
    let trailers: HeaderList | undefined;
    stream.on('trailers', (_headers, _flags, raw?: string[]) => {
      trailers = raw && lowered(raw);
    });
    stream.on('drain', () => this.#handler?.clientDrained());
    stream.on('close', () => this.#gone());
    if (empty) {
      stream.resume();
      handler.requestEnd();
      return;
    }
    stream.on('data', (chunk: Buffer) => this.#handler?.requestData(chunk));
    stream.on('end', () => this.#handler?.requestEnd(trailers));
  }

  info(status: number, headers: HeaderList): void {
    if (!this.#stream.headersSent && !this.#stream.destroyed) {
      this.#orReset(() => this.#stream.additionalHeaders({ ':status': status, ...toObject(headers) }));
    }
  }

  head({ status, headers, length, bodyless, trailers }: ResponseHead): void {
    const stream = this.#stream;
    if (stream.destroyed) return;
    const fields: OutgoingHttpHeaders = { ':status': status, ...toObject(headers) };
    // An answer of the gateway itself without anything in it has no field at all.
    const empty = length === 0 && headers.length === 0;
    if (length !== undefined && !empty && status !== 204) fields['content-length'] = length;
    const endStream = bodyless || length === 0;
    // Without any, node:http2 ends the stream by an empty frame of data.
    stream.on('wantTrailers', () => this.#orReset(() => stream.sendTrailers(toObject(this.#trailers ?? []))));
    this.#orReset(() => stream.respond(fields, { endStream, waitForTrailers: !endStream && trailers === true }));
  }

  data(chunk: Buffer): void {
    if (!this.#stream.destroyed && !this.#stream.writableEnded) this.#stream.write(chunk);
  }

  flush(): boolean {
    return this.#stream.destroyed || !this.#stream.writableNeedDrain;
  }

  end(trailers: HeaderList | undefined): void {
    this.#ended = true;
    this.#handler = undefined;
    this.#trailers = trailers;
    if (this.#stream.destroyed) return;
    this.#stream.end();
    // What is left of the request is of no interest, but would hold its stream open.
    this.#stream.resume();
  }

  reset(): void {
    this.#ended = true;
    this.#handler = undefined;
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  resume(): void {
    this.#stream.resume();
  }

  pause(): void {
    this.#stream.pause();
  }

  upgrade(): { socket: Socket; rest: Buffer } | undefined {
    return undefined;
  }

  /** node:http2 throws at fields that HTTP/2 forbids; an application may send any. */
  #orReset(send: () => void): void {
    try {
      send();
    } catch {
      this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    }
  }

  #gone(): void {
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.clientGone();
  }
}

function toHead(headers: IncomingHttpHeaders, ended: boolean, raw: readonly string[]): RequestHead {
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
  const list: HeaderList = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (name[0] === ':' || name === 'host' || name === 'content-length' || name === 'expect') continue;
    list.push(name, raw[i + 1] ?? '');
  }
  return {
    method: headers[':method'] ?? 'GET',
    path: headers[':path'] ?? '/',
    authority: headers[':authority'] ?? headers.host ?? '',
    headers: list,
    length: ended ? 0 : length,
    lengthGiven: length !== undefined,
    upgrade: undefined,
    expectsContinue: false,
  };
}

export function lowered(raw: readonly string[]): HeaderList {
  return raw.map((text, i) => (i % 2 === 0 ? text.toLowerCase() : text));
}

/** Fields as node:http2 takes them; repeated ones become a list. */
export function toObject(headers: HeaderList): Record<string, string | string[]> {
  const object: Record<string, string | string[]> = Object.create(null);
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    const before = object[name];
    if (before === undefined) object[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else object[name] = [before, value];
  }
  return object;
}
