/** An API server over a store in memory and a clock that stands still, called without a socket. */
import { kubernetesKinds } from '../../../emulator/api/kinds/kinds.ts';
import { type Api, type ApiPorts, createApi } from '../../../emulator/api/server.ts';
import { VirtualClock } from '../../../emulator/kernel/clock.ts';
import { collectGarbage, type GarbageCollector } from '../../../emulator/kernel/garbage.ts';
import { createObjects, type Objects } from '../../../emulator/kernel/objects.ts';
import { createRegistry, type Registry } from '../../../emulator/kernel/registry.ts';
import type { ResourceDefinition, UserInfo } from '../../../emulator/kernel/resource.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import type { Store } from '../../../emulator/kernel/store.ts';

export const admin: UserInfo = { username: 'tester', groups: ['system:masters', 'system:authenticated'] };

/** A custom kind with what the walker must know: defaults, bounds, a map list, int-or-string. */
export const widgets: ResourceDefinition = {
  group: 'example.com',
  kind: 'Widget',
  plural: 'widgets',
  singular: 'widget',
  shortNames: ['wd'],
  categories: ['all'],
  namespaced: true,
  generation: true,
  crd: true,
  subresources: { status: true },
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      columns: [
        { name: 'Size', type: 'integer', value: '.spec.size' },
        { name: 'Ready', type: 'string', value: '.status.conditions[?(@.type=="Ready")].status' },
      ],
      schema: {
        type: 'object',
        properties: {
          spec: {
            type: 'object',
            required: ['size'],
            properties: {
              size: { type: 'integer', minimum: 1, maximum: 10 },
              color: { type: 'string', enum: ['red', 'blue'], default: 'red' },
              port: { 'x-kubernetes-int-or-string': true },
              free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              parts: {
                type: 'array',
                'x-kubernetes-list-type': 'map',
                'x-kubernetes-list-map-keys': ['name'],
                items: {
                  type: 'object',
                  required: ['name'],
                  properties: { name: { type: 'string' }, count: { type: 'integer' } },
                },
              },
            },
          },
          status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    },
  ],
};

export interface TestPlatform {
  api: Api;
  objects: Objects;
  registry: Registry;
  store: Store;
  clock: VirtualClock;
  garbage: GarbageCollector;
  /** What the server logged as errors: bugs. */
  errors: readonly string[];
  /** Calls the API; a body that is no string goes as JSON. */
  call(method: string, url: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Opens a watch; `next` waits for one event. */
  watch(url: string): Promise<Watch>;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any;
}

export interface Watch {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape
  next(): Promise<any>;
  close(): Promise<void>;
}

export function testPlatform(
  options: Partial<ApiPorts> & { file?: string; namespaces?: string[]; kinds?: readonly ResourceDefinition[] } = {},
): TestPlatform {
  const clock = new VirtualClock();
  const store = openStore(options.file ?? ':memory:');
  const registry = createRegistry([...(options.kinds ?? kubernetesKinds), widgets]);
  const objects = createObjects({ store, registry, clock });
  for (const name of options.namespaces ?? ['default']) {
    if (store.get('namespaces', undefined, name)) continue;
    objects.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { user: admin });
  }
  const errors: string[] = [];
  const log = (level: string, message: string) => void (level === 'error' && errors.push(message));
  const garbage = collectGarbage({ objects, store, clock, log });
  const api = createApi({ ...options, objects, registry, store, clock, log });

  const request = (
    method: string,
    url: string,
    body: unknown,
    headers: Record<string, string>,
    signal: AbortSignal,
  ) => {
    const { pathname, searchParams } = new URL(url, 'https://api');
    const bytes =
      body === undefined
        ? new Uint8Array()
        : body instanceof Uint8Array
          ? body
          : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    return api.handle({
      method,
      path: pathname,
      query: searchParams,
      headers: { 'content-type': 'application/json', ...headers },
      body: bytes,
      user: admin,
      signal,
    });
  };
  return {
    api,
    objects,
    registry,
    store,
    clock,
    garbage,
    errors,
    async call(method, url, body, headers = {}) {
      const response = await request(method, url, body, headers, new AbortController().signal);
      let text = '';
      const content = response.body ?? '';
      if (typeof content === 'string' || content instanceof Uint8Array) text = Buffer.from(content).toString();
      else for await (const chunk of content) text += Buffer.from(chunk).toString();
      const isJson = String(response.headers?.['content-type'] ?? '').startsWith('application/json');
      let parsed: unknown = text;
      if (isJson) {
        const lines = text.trim().split('\n');
        parsed = lines.length > 1 ? lines.map((line) => JSON.parse(line) as unknown) : JSON.parse(text || 'null');
      }
      return { status: response.status, headers: response.headers ?? {}, body: parsed };
    },
    async watch(url) {
      const aborted = new AbortController();
      const { body } = await request('GET', url, undefined, {}, aborted.signal);
      if (typeof body !== 'object' || body instanceof Uint8Array) throw new Error('no stream');
      const stream = body[Symbol.asyncIterator]();
      const events: unknown[] = [];
      // The watch begins with its first read.
      let reading: Promise<IteratorResult<string | Uint8Array>> | undefined = stream.next();
      return {
        async next() {
          while (events.length === 0) {
            const { value, done } = await (reading ?? stream.next());
            reading = undefined;
            if (done) return undefined;
            events.push(
              ...Buffer.from(value)
                .toString()
                .trim()
                .split('\n')
                .map((line) => JSON.parse(line) as unknown),
            );
          }
          return events.shift();
        },
        async close() {
          aborted.abort();
          await reading;
          await stream.return?.();
        },
      };
    },
  };
}

export const core = '/api/v1/namespaces/default';
export const custom = '/apis/example.com/v1/namespaces/default/widgets';

export function widget(name: string, spec: object = { size: 1 }, metadata: object = {}): object {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name, ...metadata }, spec };
}

export function configMap(name: string, data: object = {}, metadata: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}
