/** The capability routes (decision 1): thin handlers over ports that the embedded platform wires. Shapes: protocol.ts. */
import { type ApiRequest, type ApiResponse, json, type Route } from '../api/http.ts';
import type { Deliver } from '../eventing/eventing-ports.ts';
import { ApiError } from '../kernel/errors.ts';
import type { View } from '../kernel/resource.ts';
import { isInstance } from '../knative/workloads/pods.ts';
import type { LogEntry, LogQuery } from '../pods/ports.ts';
import {
  capabilityGroup,
  capabilityVersion,
  type Delivery,
  type EventAnswer,
  type EventToSend,
  type ImageContents,
  type ImageInfo,
  type ImagePlan,
  type LogLine,
  type PingSchedule,
  type PlatformInfo,
} from './protocol.ts';
import type { TrafficStats } from './traffic-stats.ts';

export interface CapabilityPorts {
  info(): PlatformInfo;
  view: View;
  /** Moves platform time and keeps the offset; answers the new one. */
  advanceClock(ms: number): { now: number; offsetMs: number };
  images: {
    list(): ImageInfo[];
    /** Digests of blobs that are not there yet. @throws ApiError BadRequest on a plan that cannot be. */
    missing(plan: ImagePlan): string[];
    putBlob(sha256: string, bytes: Uint8Array): Promise<void>;
    commit(plan: ImagePlan): Promise<ImageInfo>;
    /** @throws ApiError NotFound */
    contents(name: string): ImageContents;
    /** @throws ApiError NotFound, and BadRequest where it is too large to be shown. */
    file(name: string, path: string): Promise<Uint8Array>;
    remove(name: string): Promise<string[]>;
  };
  logs: { read(query: LogQuery): AsyncIterable<LogEntry> };
  stats: TrafficStats;
  ping: {
    schedule(namespace: string, name: string, count: number): PingSchedule;
    fire(namespace: string, name: string): Promise<Delivery>;
    deliveries(namespace: string, source: string | undefined, limit: number): Delivery[];
  };
  /** Posts to a URL as applications inside reach it. */
  deliver: Deliver;
  /** A debugger's lease on an instance: while `paused` and not lapsed its timers stand still. */
  debug(namespace: string, pod: string, lease: { paused: boolean; ttlMs: number }): void;
  lease(id: string, ttlMs: number): void;
  shutdown(): void;
  reset(): Promise<number>;
}

const base = `/apis/${capabilityGroup}/${capabilityVersion}`;

export function capabilityRoutes(ports: CapabilityPorts): Route[] {
  const route = (method: string, path: string, handle: Route['handle']): Route => ({
    method,
    path: base + path,
    handle,
  });
  return [
    route('GET', '/platform', () => json(200, ports.info())),
    route('POST', '/clock/advance', (request) => {
      const { ms } = bodyOf<{ ms: number }>(request);
      if (typeof ms !== 'number' || !(ms >= 0))
        throw bad('ms: the clock moves forward only: give a number of ms, 0 or more');
      return json(200, ports.advanceClock(ms));
    }),

    route('GET', '/images', () => json(200, { items: ports.images.list() })),
    route('POST', '/images/plan', (request) => json(200, { missing: ports.images.missing(planOf(request)) })),
    route('PUT', '/blobs/{sha256}', async (request, { sha256 = '' }) => {
      await ports.images.putBlob(sha256, request.body);
      return json(201, {});
    }),
    route('POST', '/images', async (request) => {
      const plan = planOf(request);
      const missing = ports.images.missing(plan);
      if (missing.length > 0) return json(409, { missing });
      return json(201, await ports.images.commit(plan));
    }),
    route('GET', '/images/files', (request) => json(200, ports.images.contents(imageNameOf(request)))),
    route('GET', '/images/file', async (request) => {
      const path = request.query.get('path');
      if (!path) throw bad('path: say which file of the image');
      const bytes = await ports.images.file(imageNameOf(request), path);
      return json(200, { base64: Buffer.from(bytes).toString('base64') });
    }),
    route('DELETE', '/images', async (request) => {
      return json(200, { removed: await ports.images.remove(imageNameOf(request)) });
    }),

    route('GET', '/namespaces/{namespace}/services/{name}/logs', (request, { namespace = '', name = '' }) => {
      const query: LogQuery = { namespace, service: name, signal: request.signal };
      const revision = request.query.get('revision');
      const pod = request.query.get('pod');
      const since = numberOf(request, 'since');
      const tail = numberOf(request, 'tail');
      const after = numberOf(request, 'after');
      if (revision) query.revision = revision;
      if (pod) query.pod = pod;
      if (since !== undefined) query.sinceMs = since;
      if (tail !== undefined) query.tail = tail;
      if (after !== undefined) query.after = after;
      if (isSet(request, 'follow')) query.follow = true;
      return ndjson(mapped(ports.logs.read(query), logLine));
    }),
    route('GET', '/namespaces/{namespace}/services/{name}/traffic', (request, { namespace = '', name = '' }) => {
      const window = numberOf(request, 'window') ?? 10;
      const read = () =>
        ports.stats.traffic(`${namespace}/${name}`, window, Date.now(), readyInstances(ports.view, namespace, name));
      return isSet(request, 'watch') ? ndjson(everySecond(read, request.signal)) : json(200, read());
    }),
    route(
      'GET',
      '/namespaces/{namespace}/services/{name}/traffic/history',
      (request, { namespace = '', name = '' }) => {
        const seconds = numberOf(request, 'seconds') ?? 600;
        const step = numberOf(request, 'step') ?? 5;
        return json(200, { items: ports.stats.history(`${namespace}/${name}`, seconds, step, Date.now()) });
      },
    ),
    route('GET', '/namespaces/{namespace}/services/{name}/coldstarts', (_, { namespace = '', name = '' }) =>
      json(200, { items: ports.stats.coldStarts(`${namespace}/${name}`) }),
    ),

    route('GET', '/namespaces/{namespace}/pingsources/{name}/schedule', (request, { namespace = '', name = '' }) =>
      json(200, ports.ping.schedule(namespace, name, Math.min(100, numberOf(request, 'count') ?? 5))),
    ),
    route('POST', '/namespaces/{namespace}/pingsources/{name}/fire', async (_, { namespace = '', name = '' }) =>
      json(200, await ports.ping.fire(namespace, name)),
    ),
    route('GET', '/namespaces/{namespace}/deliveries', (request, { namespace = '' }) =>
      json(200, {
        items: ports.ping.deliveries(
          namespace,
          request.query.get('source') ?? undefined,
          Math.min(1000, numberOf(request, 'limit') ?? 50),
        ),
      }),
    ),

    ...Object.entries(receivers).map(([plural, group]) =>
      route(
        'POST',
        `/namespaces/{namespace}/${plural}/{name}/event`,
        async (request, { namespace = '', name = '' }) => {
          const to = { plural, group, namespace, name };
          return json(200, await sendEvent(ports, to, bodyOf<EventToSend>(request), request.signal));
        },
      ),
    ),

    route('PUT', '/namespaces/{namespace}/pods/{name}/debug', (request, { namespace = '', name = '' }) => {
      const { paused, ttlMs } = bodyOf<{ paused: boolean; ttlMs: number }>(request);
      if (typeof paused !== 'boolean') throw bad('paused: true or false');
      if (!ports.view.get('pods', namespace, name)) {
        throw new ApiError('NotFound', `pods "${name}" not found`, { details: { name, kind: 'pods' } });
      }
      ports.debug(namespace, name, { paused, ttlMs: leaseTime(ttlMs) });
      return json(200, {});
    }),
    route('PUT', '/leases/{id}', (request, { id = '' }) => {
      ports.lease(id, leaseTime(bodyOf<{ ttlMs: number }>(request).ttlMs));
      return json(200, {});
    }),
    route('POST', '/shutdown', () => {
      ports.shutdown();
      return json(202, {});
    }),
    route('POST', '/reset', async () => json(200, { removed: await ports.reset() })),
  ];
}

const longestAnswer = 4_096;

/** What an event can be sent to by hand: its resource and the group. */
const receivers = {
  services: 'serving.knative.dev',
  brokers: 'eventing.knative.dev',
  channels: 'messaging.knative.dev',
} as const;

async function sendEvent(
  { view, deliver }: CapabilityPorts,
  { plural, group, namespace, name }: { plural: string; group: string; namespace: string; name: string },
  { headers, body }: EventToSend,
  signal: AbortSignal,
): Promise<EventAnswer> {
  const given = Object.entries(headers ?? {});
  if (
    typeof body !== 'string' ||
    given.some(([key, value]) => !/^[a-z0-9-]+$/.test(key) || !/^[\x20-\x7e]*$/.test(value))
  )
    throw bad('headers: lower-case names and printable ASCII; body: a string');
  const status = view.get(`${plural}.${group}`, namespace, name)?.status as { address?: { url?: string } } | undefined;
  if (!status?.address?.url) {
    throw new ApiError('NotFound', `${plural}.${group} "${name}" has no address`, {
      details: { name, kind: plural, group },
    });
  }
  const began = performance.now();
  const answer = await deliver(status.address.url, headers, Buffer.from(body), signal).catch((error: Error) => {
    throw new ApiError('ServiceUnavailable', `${status.address?.url}: ${error.message}`);
  });
  const text = Buffer.from(answer.body ?? []).toString('utf8');
  return { status: answer.status, ms: Math.round(performance.now() - began), body: text.slice(0, longestAnswer) };
}

/** Ready pods of a Service by revision name. */
export function readyInstances(view: View, namespace: string, service: string): Record<string, number> {
  const counts: Record<string, number> = {};
  const pods = view.list('pods', { namespace, labels: { 'serving.knative.dev/service': service } });
  for (const pod of pods) {
    const revision = pod.metadata.labels?.['serving.knative.dev/revision'];
    if (revision && isInstance(pod)) counts[revision] = (counts[revision] ?? 0) + 1;
  }
  return counts;
}

function logLine(entry: LogEntry): LogLine {
  const { time, sequence, revision, pod, container, stream, text, mark, site, root } = entry;
  return { time, sequence, revision, pod, container, stream, text, mark, site, root } as LogLine;
}

function ndjson(items: AsyncIterable<unknown>): ApiResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' },
    body: mapped(items, (item) => `${JSON.stringify(item)}\n`),
  };
}

async function* mapped<From, To>(items: AsyncIterable<From>, map: (item: From) => To): AsyncIterable<To> {
  for await (const item of items) yield map(item);
}

async function* everySecond<T>(read: () => T, signal: AbortSignal): AsyncIterable<T> {
  while (!signal.aborted) {
    yield read();
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, 1_000);
      signal.addEventListener('abort', done);
    });
  }
}

function bodyOf<T>(request: ApiRequest): Partial<T> & T {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(request.body) || '{}');
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as T;
  } catch {
    // Falls through to the one answer for everything that is no JSON object.
  }
  throw bad('the body must be a JSON object');
}

function planOf(request: ApiRequest): ImagePlan {
  const plan = bodyOf<ImagePlan>(request);
  const fileIsSound = (file: Partial<ImagePlan['files'][number]>) =>
    typeof file?.path === 'string' && typeof file.size === 'number' && typeof file.sha256 === 'string';
  if (typeof plan.name !== 'string' || plan.name === '') throw bad('name: the repository of the image is missing');
  if (!Array.isArray(plan.config?.cmd) || !plan.config.cmd.every((word) => typeof word === 'string')) {
    throw bad('config.cmd: the start command must be a list of strings');
  }
  if (!Array.isArray(plan.files) || !plan.files.every(fileIsSound)) {
    throw bad('files: each needs path, size and sha256');
  }
  return { ...plan, config: { cmd: plan.config.cmd, env: plan.config.env ?? {} } };
}

function imageNameOf(request: ApiRequest): string {
  const name = request.query.get('name');
  if (!name) throw bad('name: say which image is meant');
  return name;
}

function numberOf(request: ApiRequest, name: string): number | undefined {
  const text = request.query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw bad(`${name}: a number of 0 or more, got "${text}"`);
  return value;
}

function isSet(request: ApiRequest, name: string): boolean {
  return ['1', 'true', ''].includes(request.query.get(name) ?? 'false');
}

function leaseTime(ttlMs: unknown): number {
  if (typeof ttlMs === 'number' && ttlMs >= 0 && ttlMs <= 3_600_000) return ttlMs;
  throw bad('ttlMs: a number of ms between 0 and 3600000');
}

function bad(message: string): ApiError {
  return new ApiError('BadRequest', message);
}
