/**
 * The one way to a platform: Kubernetes calls, watches and capabilities over the credentials of a kubeconfig context. The
 * credentials, TLS and proxies are @kubernetes/client-node's (loaded at the first use); objects stay the JSON that the
 * server sent. No call waits for ever: a dead cluster is a Fault within seconds.
 */
import type { Capability, PlatformInfo } from '../../emulator/capabilities/protocol.ts';
import type { Json, KubeObject, ObjectMeta } from '../../emulator/kernel/object.ts';
import type { ResourceKind } from './resources.ts';
import type { Target } from './target.ts';

/** What a client sends: metadata that the server fills is optional. */
export interface ObjectInput {
  apiVersion: string;
  kind: string;
  metadata: Partial<ObjectMeta>;
  spec?: unknown;
  status?: unknown;
  [field: string]: unknown;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** ms until the answer must have begun; 15 s by default. */
  timeoutMs?: number;
}

export interface ListOptions extends CallOptions {
  labelSelector?: string;
  fieldSelector?: string;
}

export interface WriteOptions extends CallOptions {
  fieldManager?: string;
  dryRun?: boolean;
  subresource?: 'status';
}

/** `apply` is server-side apply and needs `fieldManager`; `force` takes fields over from other managers. */
export type Patch =
  | { type: 'merge'; body: Json | object }
  | { type: 'json'; body: readonly { op: string; path: string; value?: unknown }[] }
  | { type: 'apply'; body: ObjectInput; force?: boolean };

export interface WatchHandlers<T> {
  /** Once after each full list: what is there now. Also after a reconnect. */
  onSync?(items: readonly T[]): void;
  onEvent?(event: 'added' | 'modified' | 'deleted', object: T): void;
  /** The server is away; the informer goes on trying. Called once per outage. */
  onLost?(problem: Error): void;
  /** Back after an outage (also called for a platform that was restarted). */
  onBack?(): void;
}

/** A local copy of a list that follows the server until disposed. */
export interface Informer<T> extends Disposable {
  readonly items: readonly T[];
  get(name: string, namespace?: string): T | undefined;
  /** Resolves after the first list; rejects when it fails with a Fault that waiting cannot mend (403, 404). */
  readonly synced: Promise<void>;
}

export interface PodLogOptions extends CallOptions {
  container?: string;
  follow?: boolean;
  tailLines?: number;
  sinceSeconds?: number;
  previous?: boolean;
}

export interface PlatformClient extends Disposable {
  readonly target: Target;
  /** `https://host:port`. */
  readonly server: string;
  /** @throws ApiError (kernel/errors.ts) as the server answered; Fault where there was no answer. So do all below. */
  get<T = KubeObject>(
    kind: ResourceKind,
    namespace: string | undefined,
    name: string,
    options?: CallOptions,
  ): Promise<T>;
  /** undefined instead of NotFound. */
  find<T = KubeObject>(
    kind: ResourceKind,
    namespace: string | undefined,
    name: string,
    options?: CallOptions,
  ): Promise<T | undefined>;
  /** All namespaces where `namespace` is undefined. Items carry apiVersion and kind. */
  list<T = KubeObject>(
    kind: ResourceKind,
    namespace: string | undefined,
    options?: ListOptions,
  ): Promise<{ items: T[]; resourceVersion: string }>;
  watch<T = KubeObject>(
    kind: ResourceKind,
    namespace: string | undefined,
    handlers: WatchHandlers<T>,
    options?: ListOptions,
  ): Informer<T>;
  create<T = KubeObject>(
    kind: ResourceKind,
    namespace: string | undefined,
    object: ObjectInput,
    options?: WriteOptions,
  ): Promise<T>;
  replace<T = KubeObject>(
    kind: ResourceKind,
    namespace: string | undefined,
    name: string,
    object: ObjectInput,
    options?: WriteOptions,
  ): Promise<T>;
  patch<T = KubeObject>(
    kind: ResourceKind,
    namespace: string | undefined,
    name: string,
    patch: Patch,
    options?: WriteOptions,
  ): Promise<T>;
  /** false when it was not there. */
  delete(
    kind: ResourceKind,
    namespace: string | undefined,
    name: string,
    options?: WriteOptions & { propagation?: 'Foreground' | 'Background' },
  ): Promise<boolean>;
  /** Looked up by discovery, kept. @throws Fault KindUnknown */
  kindOf(apiVersion: string, kind: string): Promise<ResourceKind>;

  /** Empty on a platform that is none of ours. Asked once, kept until the connection is lost. */
  capabilities(options?: CallOptions): Promise<ReadonlySet<Capability>>;
  /** undefined on a platform that is none of ours. Asked each time. */
  platform(options?: CallOptions): Promise<PlatformInfo | undefined>;
  /** `path` below /apis/platform.slipway.dev/v1alpha1. A Uint8Array body goes as it is, others as JSON. */
  capability<T>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    options?: CallOptions,
  ): Promise<T>;
  /** NDJSON, one object a line; ends when the server ends it or the signal aborts (no error then). */
  capabilityStream<T>(path: string, options?: CallOptions): AsyncIterable<T>;
  /** Lines of `pods/{name}/log`. */
  podLogs(namespace: string, pod: string, options?: PodLogOptions): AsyncIterable<string>;
}

/**
 * Reads the kubeconfig; no request is made yet.
 * @throws Fault KubeconfigMissing, KubeconfigInvalid, ContextMissing, PlatformNotRunning, PlatformStopped
 */
export async function connect(_target: Target): Promise<PlatformClient> {
  throw new Error('not written yet');
}
