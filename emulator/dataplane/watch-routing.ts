/**
 * Keeps the data plane's routing up to date, piece by piece: a change of one object is a message about what it touches,
 * however many services there are. Changes of one turn of the event loop go in one message.
 */
import { type KubeObject, keyOf } from '../kernel/object.ts';
import type { Change, Store, View } from '../kernel/store.ts';
import type { Ingress } from '../knative/ingress/types.ts';
import type { Revision } from '../knative/revision/types.ts';
import type { ServerlessService } from '../knative/serverless-service/types.ts';
import type { RevisionKey, RoutingChanges, ToDataPlane } from './protocol.ts';
import {
  buildSnapshot,
  type IngressHost,
  type IngressHosts,
  ingressHosts,
  type RoutingConfig,
  resolveHost,
  revisionOfPod,
  revisionTarget,
  routingResources,
} from './snapshot.ts';

export interface WatchRoutingPorts {
  store: View & Pick<Store, 'subscribe'>;
  post(message: ToDataPlane): void;
  /** A debugger is paused in this pod (`namespace/name`). Call `refresh` when the answer becomes another. */
  held?: (pod: string) => boolean;
}

export interface RoutingWatch extends Disposable {
  /** Looks at a pod (`namespace/name`) again. */
  refresh(pod: string): void;
  /** Sends now what waits to be sent. */
  flush(): void;
  /** Whether an Ingress has this host, external or cluster-local. */
  serves(host: string): boolean;
  /** Of the newest message; the data plane answers `applied` with it. */
  readonly version: number;
}

/** Posts the whole snapshot, then changes. */
export function watchRouting({ store, post, held = () => false }: WatchRoutingPorts): RoutingWatch {
  const config: RoutingConfig = { traceHeaders: true, held };
  const ingresses = new Map<string, IngressHosts>();
  const external = new HostIndex();
  const local = new HostIndex();
  /** Local host → external hosts mapped to it. */
  const mapped = new Map<string, Set<string>>();
  const pods = new Map<RevisionKey, Map<string, KubeObject>>();
  const dirtyHosts = new Set<string>();
  const dirtyLocal = new Set<string>();
  const dirtyRevisions = new Set<RevisionKey>();
  let version = 1;
  let scheduled: NodeJS.Immediate | undefined;

  for (const ingress of store.list<Ingress>(routingResources.ingresses))
    putIngress(keyOf(ingress), ingressHosts(ingress));
  for (const pod of store.list(routingResources.pods)) putPod(pod, false);
  dirtyHosts.clear();
  dirtyLocal.clear();
  dirtyRevisions.clear();
  post({ type: 'snapshot', snapshot: buildSnapshot(store, config, version) });
  const subscription = store.subscribe(onChange);

  function onChange({ resource, type, key, object }: Change): void {
    const gone = type === 'DELETED';
    if (resource === routingResources.ingresses) {
      putIngress(key, gone ? undefined : ingressHosts(object as Ingress));
    } else if (resource === routingResources.pods) {
      putPod(object, gone);
    } else if (resource === routingResources.revisions || resource === routingResources.serverlessServices) {
      dirtyRevisions.add(key);
    } else {
      return;
    }
    schedule();
  }

  function putIngress(key: string, next: IngressHosts | undefined): void {
    const before = ingresses.get(key);
    if (next) ingresses.set(key, next);
    else ingresses.delete(key);
    replace(external, key, before?.external, next?.external, dirtyHosts);
    replace(local, key, before?.local, next?.local, dirtyLocal);
    for (const host of Object.keys(before?.external ?? {})) unmap(host, before?.external[host]);
    for (const [host, entry] of Object.entries(next?.external ?? {})) {
      if ('target' in entry) mapped.set(entry.target, (mapped.get(entry.target) ?? new Set()).add(host));
    }
    for (const host of [...Object.keys(before?.local ?? {}), ...Object.keys(next?.local ?? {})]) {
      for (const name of mapped.get(host) ?? []) dirtyHosts.add(name);
    }
  }

  function unmap(host: string, entry: IngressHost | undefined): void {
    if (!entry || !('target' in entry)) return;
    const names = mapped.get(entry.target);
    names?.delete(host);
    if (names?.size === 0) mapped.delete(entry.target);
  }

  function putPod(pod: KubeObject, gone: boolean): void {
    const revision = revisionOfPod(pod);
    if (!revision) return;
    const set = pods.get(revision) ?? new Map<string, KubeObject>();
    if (gone) set.delete(keyOf(pod));
    else set.set(keyOf(pod), pod);
    if (set.size > 0) pods.set(revision, set);
    else pods.delete(revision);
    dirtyRevisions.add(revision);
  }

  function schedule(): void {
    scheduled ??= setImmediate(flush);
  }

  function flush(): void {
    if (scheduled) clearImmediate(scheduled);
    scheduled = undefined;
    const changes: RoutingChanges = { version: version + 1, hosts: {}, localHosts: {}, revisions: {} };
    const known = local.record;
    for (const name of dirtyHosts) changes.hosts[name] = resolveHost(external.get(name), known) ?? null;
    for (const name of dirtyLocal) changes.localHosts[name] = resolveHost(local.get(name), known) ?? null;
    for (const key of dirtyRevisions) changes.revisions[key] = target(key);
    if (dirtyHosts.size + dirtyLocal.size + dirtyRevisions.size === 0) return;
    dirtyHosts.clear();
    dirtyLocal.clear();
    dirtyRevisions.clear();
    version++;
    post({ type: 'changes', changes });
  }

  function target(key: RevisionKey) {
    const slash = key.indexOf('/');
    const [namespace, name] = [key.slice(0, slash), key.slice(slash + 1)];
    const revision = store.get<Revision>(routingResources.revisions, namespace, name);
    if (!revision) return null;
    const serverless = store.get<ServerlessService>(routingResources.serverlessServices, namespace, name);
    return revisionTarget(revision, serverless, [...(pods.get(key)?.values() ?? [])], config);
  }

  return {
    get version() {
      return version;
    },
    serves: (host) => external.get(host) !== undefined || local.get(host) !== undefined,
    refresh(pod) {
      for (const [revision, set] of pods) if (set.has(pod)) dirtyRevisions.add(revision);
      schedule();
    },
    flush,
    [Symbol.dispose]() {
      if (scheduled) clearImmediate(scheduled);
      subscription[Symbol.dispose]();
    },
  };
}

/** Hosts by name; of two Ingresses that claim one, the newer claim holds until it goes. */
class HostIndex {
  readonly record: Record<string, IngressHost> = Object.create(null);
  readonly #claims = new Map<string, Map<string, IngressHost>>();

  get(name: string): IngressHost | undefined {
    return this.record[name];
  }

  set(name: string, owner: string, host: IngressHost | undefined): void {
    const claims = this.#claims.get(name) ?? new Map<string, IngressHost>();
    claims.delete(owner);
    if (host) claims.set(owner, host);
    const winner = [...claims.values()].at(-1);
    if (winner) {
      this.#claims.set(name, claims);
      this.record[name] = winner;
    } else {
      this.#claims.delete(name);
      delete this.record[name];
    }
  }
}

function replace(
  index: HostIndex,
  owner: string,
  before: Record<string, IngressHost> = {},
  next: Record<string, IngressHost> = {},
  dirty: Set<string>,
): void {
  for (const name in before) if (!(name in next)) index.set(name, owner, undefined);
  for (const name in next) index.set(name, owner, next[name]);
  for (const name of [...Object.keys(before), ...Object.keys(next)]) dirty.add(name);
}
