/** What the kubelet asks of others, and what it offers. The embedded platform wires these. */
import type { ImageConfig, ImageInfo } from '../capabilities/protocol.ts';
import type { Clock } from '../kernel/clock.ts';
import type { EventDraft } from '../kernel/controller.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { View } from '../kernel/resource.ts';
import type { Change } from '../kernel/store.ts';
import type { ExecStreams, ExitInfo, LogStore, PodRuntime } from './ports.ts';
import type { PodStatus } from './types.ts';

/** The kubelet's writes. All synchronous; a pod that is gone or is another one by now (uid) is left alone. */
export interface PodWriter {
  /** Replaces `.status`. */
  updateStatus(pod: KubeObject, status: PodStatus): void;
  /** Sets `spec.nodeName`. */
  bind(pod: KubeObject, nodeName: string): void;
  /** Sets annotations; null removes. */
  annotate(pod: KubeObject, annotations: Record<string, string | null>): void;
  /** The last step of a graceful deletion: the object goes away for good (finalizers excepted). */
  remove(pod: KubeObject): void;
  /** An Event about the pod, from component `kubelet`. */
  event(pod: KubeObject, event: EventDraft): void;
}

/** The part of the image store that running needs. */
export interface LocalImages {
  /** `repo`, `repo:tag` (default `latest`) or `repo@sha256:…`. */
  resolve(reference: string): ImageInfo | undefined;
  /** The read-only tree of an image (the user's directory for an in-place one). */
  checkout(digest: string): Promise<{ dir: string; config: ImageConfig }>;
}

export interface KubeletPorts {
  view: View;
  /** Called after each committed change, in order; `Store.subscribe`. */
  subscribe(listener: (change: Change) => void): Disposable;
  writer: PodWriter;
  clock: Clock;
  images: Pick<LocalImages, 'resolve'>;
  runtimes: { process: PodRuntime; docker?: PodRuntime | undefined };
  logs: OpenLogStore;
  /** A token of a service account, bound to a pod of it; `audience` absent: the API. Absent: pods get none. */
  token?(
    account: { namespace: string; name: string; uid: string },
    seconds: number,
    options: { audience?: string | undefined; pod: { name: string; uid: string } },
  ): string;
  /** Where the API is reached on loopback, and the authority that its certificate is of (PEM). Absent: pods are not told. */
  api?: { url(): string; ca: string };
  /**
   * Resolves once the data plane sends this pod nothing any more and what was in flight is answered. The kubelet does not
   * wait longer than the pod's grace. Absent: instances are told to stop at once.
   */
  drain?(pod: KubeObject): Promise<void>;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
}

export interface KubeletOptions {
  /** Volumes and claims live here (platformFiles(data).pods). */
  stateDir: string;
  /** Real timers, for probes. Default setTimeout. */
  after?(ms: number, callback: () => void): Disposable;
  /** Default `slipway`. */
  nodeName?: string;
  /** Called for each phase of an instance's start with ms since the epoch, wall clock; the cold-start traces use it. */
  onPhase?(pod: KubeObject, phase: 'spawned' | 'started' | 'ready', at: number): void;
  /** Called for each readiness probe that Kubernetes makes of a pod's queue-proxy. */
  onProbe?(pod: KubeObject, ok: boolean, seconds: number): void;
}

export interface Kubelet {
  /** Takes up the pods that are there and follows changes. */
  start(): void;
  /** Ends every instance (SIGTERM, a short grace, SIGKILL). Pod objects stay: the next start runs them again. */
  close(graceMs?: number): Promise<void>;
  /** @throws ApiError BadRequest when the container is not running. */
  exec(
    namespace: string,
    pod: string,
    container: string | undefined,
    argv: string[],
    io: ExecStreams,
  ): Promise<ExitInfo>;
  /** As RunningContainer.attach. @throws ApiError BadRequest when the container is not running. */
  attach(
    namespace: string,
    pod: string,
    container: string | undefined,
    io: ExecStreams,
    signal: AbortSignal,
  ): Promise<void>;
  /** Where a port of a pod is reached from here; undefined when nothing runs. For port-forward. */
  portAddress(namespace: string, pod: string, port: number): { host: string; port: number } | undefined;
  /** While held (a paused debugger) liveness and readiness probes of the pod stand still. */
  hold(namespace: string, pod: string, held: boolean): void;
  /** An image has come: pods that wait for one look again now. */
  imagesChanged(): void;
  /** Containers running now. */
  running(): number;
}

/** What `openLogStore` gives: the port plus what the API's `pods/log` needs. */
export interface OpenLogStore extends LogStore {
  /** `kubectl logs` of one container, oldest line first, each chunk one or more whole lines. */
  podLog(query: PodLogQuery): AsyncIterable<string>;
  /** Newest output of a container, at most `lines` lines and `bytes` bytes: for FallbackToLogsOnError. */
  lastOutput(
    query: { namespace: string; service: string; pod: string; podUid: string; container: string; restart: number },
    lines: number,
    bytes: number,
  ): Promise<string>;
  /** Forgets the log of a pod that belongs to no service, or a service's whole log. */
  discard(namespace: string, service: string, pod: string): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface PodLogQuery {
  namespace: string;
  pod: string;
  /** Logs of an earlier pod of the same name are not shown. */
  podUid?: string;
  container: string;
  follow?: boolean;
  /** Of which instance, by restart count; absent: all. */
  restart?: number;
  /** Service of the pod (its label), '' for none. */
  service?: string;
  /** Whether the container has ended for good: a follower ends then. Asked after each line and on `wake`. */
  ended?: () => boolean;
  sinceSeconds?: number;
  /** ms since the epoch. */
  sinceTime?: number;
  timestamps?: boolean;
  tailLines?: number;
  limitBytes?: number;
  signal?: AbortSignal;
}
