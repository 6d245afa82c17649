/** Requests and answers of the API server, free of sockets, so that most tests call `api.handle` directly. */
import type { UserInfo } from '../kernel/resource.ts';

export interface ApiRequest {
  method: string;
  /** Decoded by nobody yet: as it came, without the query. */
  path: string;
  query: URLSearchParams;
  /** Lower-case names. */
  headers: Record<string, string | undefined>;
  body: Uint8Array;
  user: UserInfo;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
}

export interface ApiResponse {
  status: number;
  headers?: Record<string, string | string[]>;
  /** An iterable is streamed chunked with backpressure; it must end when `request.signal` aborts. */
  body?: string | Uint8Array | AsyncIterable<string | Uint8Array>;
  /** Of a stream whose client can come back for the rest: ms without room for more after which it is cut off. */
  stallMs?: number;
}

/** A route beside the resources: capabilities and the like. `path` has `{name}` parameters; they arrive decoded. */
export interface Route {
  method: string;
  path: string;
  handle(request: ApiRequest, parameters: Record<string, string>): ApiResponse | Promise<ApiResponse>;
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): ApiResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}
