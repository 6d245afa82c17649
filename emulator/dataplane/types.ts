/**
 * The two sides of an exchange. A downstream is a client's connection (HTTP/1.1 or a stream of HTTP/2), an upstream one to
 * an instance; the exchange between them knows neither's framing, so all four combinations are one code.
 */
import type { LookupFunction, Socket } from 'node:net';

/** name, value, name, value…; names in lower case; in the order they came. No Host, no hop-by-hop fields. */
export type HeaderList = string[];

export interface RequestHead {
  method: string;
  /** Path and query as they came. */
  path: string;
  /** Host with its port, as it came. */
  authority: string;
  /** `proxy`: the target was a whole URL, so the client takes the platform for its proxy (RFC 9112, section 3.2.2). */
  asked?: 'origin' | 'proxy';
  headers: HeaderList;
  /** Bytes of the body; 0 = none; undefined = told by its end only. */
  length: number | undefined;
  /** content-length was given (also as 0). */
  lengthGiven: boolean;
  /** The protocol asked for by Upgrade, e.g. `websocket`. */
  upgrade: string | undefined;
  /** The client waits for 100 Continue. */
  expectsContinue: boolean;
}

export interface ResponseHead {
  status: number;
  /** Reason phrase; HTTP/2 has none. */
  reason: string;
  headers: HeaderList;
  /** Bytes of the body; undefined = told by its end only. A bodyless answer (HEAD, 204, 304) has what its header said. */
  length: number | undefined;
  bodyless: boolean;
  /** Trailers may follow (HTTP/2 applications; those of HTTP/1.1 are lost at the gateway, as Envoy loses them). */
  trailers?: boolean;
}

/** Calls of the client's side, made by the exchange. */
export interface Downstream {
  readonly remoteAddress: string;
  info(status: number, headers: HeaderList): void;
  head(head: ResponseHead): void;
  data(chunk: Buffer): void;
  /** Sends what `head` and `data` put together. false: wait for `clientDrained` before more. */
  flush(): boolean;
  end(trailers: HeaderList | undefined): void;
  /** Breaks the answer off, in a way that the client sees. */
  reset(): void;
  /** The request's body does not flow before the first call. */
  resume(): void;
  pause(): void;
  /** Takes the connection out of HTTP, after 101 was written with these headers; what was already read follows. */
  upgrade(status: number, headers: HeaderList): { socket: Socket; rest: Buffer } | undefined;
}

export interface DownstreamHandler {
  requestData(chunk: Buffer): void;
  requestEnd(trailers?: HeaderList): void;
  clientDrained(): void;
  /** The client went away (or broke the protocol) before its answer was complete. */
  clientGone(): void;
}

/** Calls of the instance's side, made by the exchange. */
export interface Upstream {
  /** Connected already. */
  readonly ready: boolean;
  /** Puts the request's head together; `host` is what the application sees as Host. */
  send(head: RequestHead, host: string): void;
  data(chunk: Buffer): void;
  /** Sends what was put together. false: wait for `upstreamDrained` before more. */
  flush(): boolean;
  end(trailers: HeaderList | undefined): void;
  pause(): void;
  resume(): void;
  /** Breaks it off; no handler is called any more. */
  abort(): void;
}

/** `refused`: nothing was sent; `stale`: a kept connection was gone before a byte came; `reset`: in the middle. */
export type UpstreamFailure = 'refused' | 'stale' | 'reset';

export interface UpstreamHandler {
  /** Of a connection that was not `ready` when it was handed out. */
  upstreamConnected(): void;
  responseInfo(status: number, headers: HeaderList): void;
  responseHead(head: ResponseHead): void;
  responseData(chunk: Buffer): void;
  /** Everything that came at once was handed over. */
  responseFlush(): void;
  responseEnd(trailers?: HeaderList): void;
  /** 101: the connection is the application's from here on. */
  upgraded(status: number, headers: HeaderList, socket: Socket, rest: Buffer): void;
  upstreamDrained(): void;
  upstreamFailed(kind: UpstreamFailure, message: string): void;
}

export interface Address {
  host: string;
  port: number;
  /** Instead of the system's look-up of names. */
  lookup?: LookupFunction;
}

export function headerOf(headers: HeaderList, name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return headers[i + 1];
  return undefined;
}
