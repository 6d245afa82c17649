/** One HTTP/2 session (h2c) to an instance, and the streams over it as upstreams of exchanges. */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import type { Address, HeaderList, RequestHead, Upstream, UpstreamHandler } from '../types.ts';
import { toObject } from './front.ts';

const windowBytes = 1024 * 1024;
const endStreamFlag = 1;

export class Http2Pool {
  readonly #address: Address;
  #session: ClientHttp2Session | undefined;
  #ready = false;

  constructor(address: Address) {
    this.#address = address;
  }

  acquire(handler: UpstreamHandler): Upstream {
    const session = this.#current();
    const upstream = new Http2Upstream(session, this.#ready, handler);
    if (!this.#ready) {
      const failed = (error?: NodeJS.ErrnoException) => {
        session.off('connect', connected);
        upstream.refused(error?.code ?? 'connection closed');
      };
      const connected = () => {
        session.off('error', failed);
        session.off('close', failed);
        upstream.connected();
      };
      session.once('connect', connected);
      session.once('error', failed);
      session.once('close', failed);
    }
    return upstream;
  }

  #current(): ClientHttp2Session {
    if (this.#session && !this.#session.closed && !this.#session.destroyed) return this.#session;
    const host = this.#address.host.includes(':') ? `[${this.#address.host}]` : this.#address.host;
    const session = connect(`http://${host}:${this.#address.port}`, { settings: { initialWindowSize: windowBytes } });
    this.#session = session;
    this.#ready = false;
    // Each waiting exchange listens until it is connected.
    session.setMaxListeners(0);
    session.on('connect', () => {
      if (this.#session === session) this.#ready = true;
      session.setLocalWindowSize(windowBytes);
    });
    const drop = () => {
      if (this.#session === session) this.#session = undefined;
    };
    session.on('goaway', drop);
    session.on('error', drop);
    session.on('close', drop);
    return session;
  }

  sweep(): void {}

  close(): void {
    this.#session?.close();
    this.#session = undefined;
  }
}

class Http2Upstream implements Upstream {
  ready: boolean;
  readonly #session: ClientHttp2Session;
  #handler: UpstreamHandler | undefined;
  #stream: ClientHttp2Stream | undefined;
  #heard = false;

  constructor(session: ClientHttp2Session, ready: boolean, handler: UpstreamHandler) {
    this.#session = session;
    this.ready = ready;
    this.#handler = handler;
  }

  connected(): void {
    this.ready = true;
    this.#handler?.upstreamConnected();
  }

  refused(message: string): void {
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.upstreamFailed('refused', message);
  }

  send(head: RequestHead, host: string): void {
    const fields: Record<string, string | string[] | number> = {
      ...toObject(head.headers),
      ':method': head.method,
      ':path': head.path,
      ':authority': host,
      ':scheme': 'http',
    };
    if (head.lengthGiven && head.length !== undefined) fields['content-length'] = head.length;
    let stream: ClientHttp2Stream;
    try {
      stream = this.#session.request(fields, { endStream: head.length === 0 });
    } catch (error) {
      const handler = this.#handler;
      this.#handler = undefined;
      queueMicrotask(() => handler?.upstreamFailed('stale', error instanceof Error ? error.message : 'no stream'));
      return;
    }
    this.#stream = stream;
    this.#listen(stream);
  }

  #listen(stream: ClientHttp2Stream): void {
    let answerTrailers: HeaderList | undefined;
    stream.on('headers', (headers: IncomingHttpHeaders & { ':status'?: number }, _flags, raw?: string[]) => {
      this.#handler?.responseInfo(Number(headers[':status']), plain(raw ?? []));
    });
    stream.on('response', (headers, flags, raw?: string[]) => {
      this.#heard = true;
      const length = (flags & endStreamFlag) !== 0 ? 0 : undefined;
      const given = headers['content-length'];
      const status = Number(headers[':status']);
      this.#handler?.responseHead({
        status,
        reason: '',
        headers: plain(raw ?? Object.entries(headers).flatMap(([name, value]) => [name, String(value)])),
        length: given === undefined ? length : Number(given),
        bodyless: length === 0 && given !== undefined && given !== '0',
        trailers: true,
      });
      this.#handler?.responseFlush();
    });
    stream.on('trailers', (_headers, _flags, raw?: string[]) => {
      answerTrailers = raw && plain(raw);
    });
    stream.on('data', (chunk: Buffer) => {
      this.#handler?.responseData(chunk);
      this.#handler?.responseFlush();
    });
    stream.on('drain', () => this.#handler?.upstreamDrained());
    stream.on('error', () => {});
    stream.on('end', () => {
      if (!this.#heard || stream.rstCode !== constants.NGHTTP2_NO_ERROR) return;
      const handler = this.#handler;
      this.#handler = undefined;
      handler?.responseEnd(answerTrailers);
    });
    stream.on('close', () => {
      const handler = this.#handler;
      this.#handler = undefined;
      const refused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
      handler?.upstreamFailed(refused ? 'stale' : 'reset', `the application reset the stream (${stream.rstCode})`);
    });
  }

  data(chunk: Buffer): void {
    this.#stream?.write(chunk);
  }

  flush(): boolean {
    return !this.#stream?.writableNeedDrain;
  }

  end(): void {
    this.#stream?.end();
  }

  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  abort(): void {
    this.#handler = undefined;
    this.#stream?.close(constants.NGHTTP2_CANCEL);
  }
}

function plain(raw: readonly string[]): HeaderList {
  const list: HeaderList = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    if (name[0] !== ':' && name !== 'content-length') list.push(name, raw[i + 1] ?? '');
  }
  return list;
}
