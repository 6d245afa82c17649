/** The Kubernetes API server, free of sockets: `handle` answers a request, `upgrade` takes a WebSocket (exec, attach, port-forward). */
import type { Duplex } from 'node:stream';
import type { Clock } from '../kernel/clock.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { Objects } from '../kernel/objects.ts';
import type { Registry } from '../kernel/registry.ts';
import type { Store } from '../kernel/store.ts';
import type { ExecStreams, ExitInfo } from '../pods/ports.ts';
import type { ApiRequest, ApiResponse, Route } from './http.ts';

/** What stands behind `pods/{log,exec,attach,portforward}`. Each throws ApiError to refuse. */
export interface PodSubresources {
  /** Chunks of whole lines; ends when `signal` aborts, or by itself without `follow`. */
  logs(
    pod: KubeObject,
    query: PodLogRequest,
  ): AsyncIterable<string | Uint8Array> | Promise<AsyncIterable<string | Uint8Array>>;
  exec(
    pod: KubeObject,
    container: string | undefined,
    argv: string[],
    io: ExecStreams,
    signal: AbortSignal,
  ): Promise<ExitInfo>;
  /** Output from now on; resolves when the container has ended. Absent: refused. */
  attach?(pod: KubeObject, container: string | undefined, io: ExecStreams, signal: AbortSignal): Promise<ExitInfo>;
  /** A connection to a port of the pod. */
  portForward(pod: KubeObject, port: number): Promise<Duplex>;
}

export interface PodLogRequest {
  container: string | undefined;
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  sinceSeconds?: number;
  /** ms since the epoch. */
  sinceTime?: number;
  tailLines?: number;
  limitBytes?: number;
  signal: AbortSignal;
}

export interface ApiPorts {
  objects: Objects;
  registry: Registry;
  store: Store;
  clock: Clock;
  /** Beside the resources: capabilities. Their group is discovered when `routeGroups` names it. */
  routes?: readonly Route[];
  /** Aggregated groups that routes serve. */
  routeGroups?: readonly { group: string; version: string }[];
  pods?: PodSubresources;
}

export interface Api {
  /** Never rejects: what goes wrong is a Status. */
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** A WebSocket or SPDY upgrade; answers false when the path is none, and leaves the socket alone. */
  upgrade(request: ApiRequest, socket: Duplex, head: Buffer): Promise<boolean>;
  close(): void;
}

export function createApi(_ports: ApiPorts): Api {
  throw new Error('the API server is being written');
}
