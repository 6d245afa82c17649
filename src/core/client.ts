/**
 * The one way to a platform: Kubernetes calls, watches and capabilities over the credentials of a kubeconfig context. The
 * credentials, TLS and proxies are @kubernetes/client-node's (loaded at the first use); objects stay the JSON that the
 * server sent. No call waits for ever: a dead cluster is a Fault within seconds.
 */
import type { IncomingMessage } from 'node:http';
import {
  type Capability,
  capabilityGroup,
  capabilityVersion,
  type PlatformInfo,
} from '../../emulator/capabilities/protocol.ts';
import { ApiError } from '../../emulator/kernel/errors.ts';
import type { Json, KubeObject, ObjectMeta } from '../../emulator/kernel/object.ts';
import { Fault, isFault } from './faults.ts';
import { kinds, type ResourceKind, resourcePath } from './resources.ts';
import { platformName, type Target } from './target.ts';
import { bodyLines, bodyText, openTransport, refusal, type TransportRequest } from './transport.ts';
import { follow } from './watch.ts';

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

export interface DeleteOptions extends WriteOptions {
  propagation?: 'Foreground' | 'Background';
  gracePeriodSeconds?: number;
  /** Only the object that has it; another of its name is a conflict. */
  uid?: string;
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
  /** Each line begins with its RFC 3339 time and a space. */
  timestamps?: boolean;
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
  delete(kind: ResourceKind, namespace: string | undefined, name: string, options?: DeleteOptions): Promise<boolean>;
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

export interface ConnectOptions {
  /** Whatever would change something is refused before it is sent: a Fault TargetReadOnly. */
  readOnly?: boolean;
}

/**
 * Reads the kubeconfig; no request is made yet.
 * @throws Fault KubeconfigMissing, KubeconfigInvalid, ContextMissing, PlatformNotRunning, PlatformStopped
 */
export async function connect(target: Target, { readOnly = false }: ConnectOptions = {}): Promise<PlatformClient> {
  const transport = await openTransport(target);
  const discovered = new Map<string, ResourceKind>();
  let known: ReadonlySet<Capability> | undefined;

  async function send(request: TransportRequest): Promise<IncomingMessage> {
    if (readOnly && request.method !== 'GET') throw new Fault('TargetReadOnly', { target: platformName(target) });
    let answer: IncomingMessage;
    try {
      answer = await transport.send(request);
    } catch (error) {
      if (!isFault(error, 'Cancelled')) known = undefined;
      throw error;
    }
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return answer;
    throw refusal(status, await bodyText(answer, transport.server), transport.server, target);
  }

  async function call<T>(method: string, path: string, body: unknown, options: CallOptions, type?: string): Promise<T> {
    const raw = body instanceof Uint8Array;
    const answer = await send({
      method,
      path,
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
      headers: { 'content-type': type ?? (raw ? 'application/octet-stream' : 'application/json') },
      signal: options.signal,
      timeoutMs: options.timeoutMs,
    });
    const text = await bodyText(answer, transport.server);
    return (text === '' ? {} : JSON.parse(text)) as T;
  }

  const write = (
    method: string,
    kind: ResourceKind,
    namespace: string | undefined,
    name: string | undefined,
    body: unknown,
    options: WriteOptions,
    extra: { type?: string; force?: boolean } = {},
  ) => {
    const query = new URLSearchParams();
    if (options.fieldManager) query.set('fieldManager', options.fieldManager);
    if (options.dryRun) query.set('dryRun', 'All');
    if (extra.force) query.set('force', 'true');
    const path = resourcePath(kind, namespace, name) + (options.subresource ? `/${options.subresource}` : '');
    return call<never>(method, withQuery(path, query), body, options, extra.type);
  };

  const client: PlatformClient = {
    target,
    get server() {
      return transport.server;
    },
    get: (kind, namespace, name, options = {}) => call('GET', resourcePath(kind, namespace, name), undefined, options),
    async find(kind, namespace, name, options) {
      try {
        return await client.get(kind, namespace, name, options);
      } catch (error) {
        if (error instanceof ApiError && error.code === 404) return undefined;
        throw error;
      }
    },
    async list<T>(kind: ResourceKind, namespace: string | undefined, options: ListOptions = {}) {
      const items: T[] = [];
      let position = '';
      for (let next: string | undefined = ''; next !== undefined; ) {
        const query = selectors(options, { limit: '500', ...(next ? { continue: next } : {}) });
        const page: ListPage = await call('GET', withQuery(resourcePath(kind, namespace), query), undefined, options);
        // Items of a list come without them from a real API server.
        for (const item of page.items) items.push({ apiVersion: kind.apiVersion, kind: kind.kind, ...item } as T);
        position = page.metadata.resourceVersion;
        next = page.metadata.continue || undefined;
      }
      return { items, resourceVersion: position };
    },
    watch(kind, namespace, handlers, options = {}) {
      return follow(
        {
          list: (signal) => client.list<KubeObject>(kind, namespace, { ...options, signal }),
          stream: (resourceVersion, signal) => watchEvents(kind, namespace, resourceVersion, { ...options, signal }),
        },
        handlers,
        options,
      );
    },
    create: (kind, namespace, object, options = {}) => write('POST', kind, namespace, undefined, object, options),
    replace: (kind, namespace, name, object, options = {}) => write('PUT', kind, namespace, name, object, options),
    patch: (kind, namespace, name, patch, options = {}) =>
      write('PATCH', kind, namespace, name, patch.body, options, {
        type: patchTypes[patch.type],
        force: patch.type === 'apply' && patch.force === true,
      }),
    async delete(kind, namespace, name, options = {}) {
      const body = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        ...(options.propagation ? { propagationPolicy: options.propagation } : {}),
        ...(options.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: options.gracePeriodSeconds }),
        ...(options.uid === undefined ? {} : { preconditions: { uid: options.uid } }),
      };
      try {
        await write('DELETE', kind, namespace, name, body, options);
        return true;
      } catch (error) {
        if (error instanceof ApiError && error.code === 404) return false;
        throw error;
      }
    },
    async kindOf(apiVersion, kind) {
      const key = `${apiVersion} ${kind}`;
      const common = Object.values<ResourceKind>(kinds).find((k) => k.apiVersion === apiVersion && k.kind === kind);
      const found = common ?? discovered.get(key);
      if (found) return found;
      for (const resource of await resourcesOf(apiVersion)) {
        discovered.set(`${apiVersion} ${resource.kind}`, { ...resource, apiVersion });
      }
      const now = discovered.get(key);
      if (!now) throw new Fault('KindUnknown', { apiVersion, kind });
      return now;
    },
    async capabilities(options) {
      known ??= new Set((await client.platform(options))?.capabilities ?? []);
      return known;
    },
    async platform(options = {}) {
      try {
        return await call<PlatformInfo>('GET', `${capabilityRoot}/platform`, undefined, options);
      } catch (error) {
        if (isFault(error, 'Forbidden') || (error instanceof ApiError && error.code === 404)) return undefined;
        throw error;
      }
    },
    capability: (method, path, body, options = {}) => call(method, capabilityRoot + path, body, options),
    async *capabilityStream<T>(path: string, options: CallOptions = {}) {
      const answer = await send({
        method: 'GET',
        path: capabilityRoot + path,
        signal: options.signal,
        timeoutMs: options.timeoutMs,
      });
      for await (const line of bodyLines(answer, options.signal)) if (line.trim() !== '') yield JSON.parse(line) as T;
    },
    async *podLogs(namespace, pod, options = {}) {
      const query = new URLSearchParams();
      if (options.container) query.set('container', options.container);
      if (options.follow) query.set('follow', 'true');
      if (options.timestamps) query.set('timestamps', 'true');
      if (options.previous) query.set('previous', 'true');
      if (options.tailLines !== undefined) query.set('tailLines', String(options.tailLines));
      if (options.sinceSeconds !== undefined) query.set('sinceSeconds', String(options.sinceSeconds));
      const path = withQuery(`${resourcePath(kinds.pod, namespace, pod)}/log`, query);
      const headers = { accept: 'text/plain, application/json' };
      const answer = await send({ method: 'GET', path, headers, signal: options.signal, timeoutMs: options.timeoutMs });
      yield* bodyLines(answer, options.signal);
    },
    [Symbol.dispose]: () => transport[Symbol.dispose](),
  };

  async function resourcesOf(apiVersion: string): Promise<{ kind: string; plural: string; namespaced: boolean }[]> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    try {
      const list = await call<{ resources: { name: string; kind: string; namespaced: boolean }[] }>(
        'GET',
        path,
        undefined,
        {},
      );
      return list.resources
        .filter(({ name }) => !name.includes('/'))
        .map(({ name, kind, namespaced }) => ({ kind, plural: name, namespaced }));
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return [];
      throw error;
    }
  }

  async function* watchEvents(
    kind: ResourceKind,
    namespace: string | undefined,
    resourceVersion: string,
    options: ListOptions & { signal: AbortSignal },
  ): AsyncIterable<{ type: string; object: KubeObject }> {
    const query = selectors(options, {
      watch: '1',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(watchSeconds),
      resourceVersion,
    });
    // A server that is cut off without a word ends nothing: a little after its own limit we do.
    const limit = AbortSignal.timeout((watchSeconds + 15) * 1000);
    const signal = AbortSignal.any([options.signal, limit]);
    const path = withQuery(resourcePath(kind, namespace), query);
    const answer = await send({ method: 'GET', path, signal, timeoutMs: options.timeoutMs });
    for await (const line of bodyLines(answer, signal)) if (line !== '') yield JSON.parse(line);
  }

  return client;
}

const capabilityRoot = `/apis/${capabilityGroup}/${capabilityVersion}`;
const watchSeconds = 290;

const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

interface ListPage {
  metadata: { resourceVersion: string; continue?: string };
  items: object[];
}

function selectors(options: ListOptions, more: Record<string, string>): URLSearchParams {
  const query = new URLSearchParams(more);
  if (options.labelSelector) query.set('labelSelector', options.labelSelector);
  if (options.fieldSelector) query.set('fieldSelector', options.fieldSelector);
  return query;
}

function withQuery(path: string, query: URLSearchParams): string {
  return query.size > 0 ? `${path}?${query}` : path;
}
