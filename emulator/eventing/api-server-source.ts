/** ApiServerSources at work: each change of what they watch is an event for their sink. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';
import { type KubeObject, rfc3339 } from '../kernel/object.ts';
import type { View } from '../kernel/resource.ts';
import type { Change } from '../kernel/store.ts';
import { apiServerEventType, apiServerUri } from '../knative/api-server-source/reconcile.ts';
import type { ApiServerSource } from '../knative/api-server-source/types.ts';
import { resourceOf } from '../knative/destination.ts';
import { eventingResources } from '../knative/eventing.ts';
import { selects } from '../knative/objects.ts';
import type { Deliver } from './eventing-ports.ts';
import { binaryHeaders, type CloudEvent } from './events.ts';
import { wants } from './filters.ts';
import { send } from './send.ts';

export interface ApiServerSourcePorts {
  view: View;
  subscribe(listener: (change: Change) => void): Disposable;
  clock: Clock;
  deliver: Deliver;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
}

const changeNames = { ADDED: 'add', MODIFIED: 'update', DELETED: 'delete' } as const;
/** As Knative's adapter: five retries from 50 ms. */
const policy = { retries: 5, delay: (retry: number) => 50 * 2 ** (retry - 1) };

export function watchApiServerSources({ view, subscribe, clock, deliver, log }: ApiServerSourcePorts): Disposable {
  const closing = new AbortController();
  /** By uid of each source that is at work the namespaces that it watches: of a new one it tells what is there already. */
  const known = new Map<string, ReadonlySet<string>>();
  const wait = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));

  function tell(source: ApiServerSource, type: Change['type'], object: KubeObject): void {
    const url = source.status?.sinkUri;
    const event = eventOf(source, type, object, clock.now());
    if (!url || !wants({ ...(source.spec?.filters ? { filters: source.spec.filters } : {}) }, event)) return;
    const headers = {
      'user-agent': 'Go-http-client/1.1',
      'accept-encoding': 'gzip',
      'kn-namespace': source.metadata.namespace ?? '',
      ...binaryHeaders(event),
    };
    void send({ url, headers, body: event.data }, policy, { deliver, wait, signal: closing.signal }).then(
      ({ error }) => {
        if (error) log('warn', `ApiServerSource ${source.metadata.namespace}/${source.metadata.name}: ${error}`);
      },
    );
  }

  function begin(source: ApiServerSource): void {
    if (!source.status?.sinkUri) return;
    const namespaces = namespacesOf(source);
    const before = known.get(source.metadata.uid);
    known.set(source.metadata.uid, namespaces);
    const resources = new Set((source.spec?.resources ?? []).map(resourceOfEntry));
    for (const namespace of namespaces) {
      if (before?.has(namespace)) continue;
      for (const resource of resources) {
        for (const object of view.list(resource, { namespace })) {
          if (watches(source, resource, object)) tell(source, 'ADDED', object);
        }
      }
    }
  }

  // What a source has told before a restart it does not tell again.
  for (const source of view.list<ApiServerSource>(eventingResources.apiServerSources)) {
    if (source.status?.sinkUri) known.set(source.metadata.uid, namespacesOf(source));
  }
  const subscription = subscribe(({ type, resource, object, previous }) => {
    if (resource === eventingResources.apiServerSources) {
      if (type === 'DELETED') known.delete(object.metadata.uid);
      else begin(object as ApiServerSource);
    }
    for (const source of view.list<ApiServerSource>(eventingResources.apiServerSources)) {
      if (!known.has(source.metadata.uid)) continue;
      const is = watches(source, resource, object);
      const was = previous !== undefined && type === 'MODIFIED' && watches(source, resource, previous);
      if (is) tell(source, type === 'MODIFIED' && !was ? 'ADDED' : type, object);
      else if (was) tell(source, 'DELETED', object);
    }
  });
  return {
    [Symbol.dispose]() {
      closing.abort();
      subscription[Symbol.dispose]();
    },
  };
}

/** As its controller has found them. */
function namespacesOf({ status, metadata }: ApiServerSource): ReadonlySet<string> {
  return new Set(status?.namespaces ?? [metadata.namespace ?? '']);
}

function resourceOfEntry({ apiVersion = 'v1', kind = '' }: { apiVersion?: string; kind?: string }): string {
  return resourceOf(apiVersion, kind);
}

function watches(source: ApiServerSource, resource: string, object: KubeObject): boolean {
  const { spec } = source;
  if (!namespacesOf(source).has(object.metadata.namespace ?? '')) return false;
  const owner = spec?.owner;
  const isOwned =
    !owner ||
    object.metadata.ownerReferences?.some(
      ({ apiVersion, kind, controller }) => controller && apiVersion === owner.apiVersion && kind === owner.kind,
    );
  return (
    isOwned === true &&
    (spec?.resources ?? []).some((entry) => resourceOfEntry(entry) === resource && selects(entry.selector, object))
  );
}

function eventOf({ spec }: ApiServerSource, type: Change['type'], object: KubeObject, now: number): CloudEvent {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace = '' } = metadata;
  const resource = resourceOf(apiVersion, kind);
  const plural = resource.includes('.') ? resource.slice(0, resource.indexOf('.')) : resource;
  const data = spec?.mode === 'Resource' ? object : { kind, namespace, name, apiVersion };
  return {
    id: randomUUID(),
    source: apiServerUri,
    type: apiServerEventType(spec?.mode, changeNames[type]),
    specversion: '1.0',
    datacontenttype: 'application/json',
    time: rfc3339(now),
    subject: `/apis/${apiVersion}/namespaces/${namespace}/${plural}/${name}`,
    extensions: { apiversion: apiVersion, kind, name, namespace },
    data: Buffer.from(JSON.stringify(data)),
  };
}
