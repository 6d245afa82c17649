/**
 * The running autoscaler: one decider for each PodAutoscaler of Knative's own class, fed with the data plane's
 * statistics, ticking every two seconds of platform time. It decides and tells; the PodAutoscaler's reconciler acts.
 */
import type { InstanceStat } from '../dataplane/protocol.ts';
import type { Clock } from '../kernel/clock.ts';
import { type KubeObject, keyOf, type ObjectKey } from '../kernel/object.ts';
import type { Change, Store, View } from '../kernel/store.ts';
import type { AutoscalerConfig } from '../knative/config/types.ts';
import { annotation, type DeciderSpec, resolveDecider } from './config.ts';
import type { Decision } from './decide.ts';
import { createDecider, type Decider } from './decider.ts';

export interface AutoscalerPorts {
  clock: Clock;
  /** PodAutoscalers and Pods are read from it and followed. */
  store: View & Pick<Store, 'subscribe'>;
  /** The parsed `config-autoscaler`; asked before each tick, so it should be the same object while nothing changed. */
  config(): AutoscalerConfig;
}

export interface Autoscaler extends Disposable {
  /** Begins to tick. Deciders are there from the call of `createAutoscaler` on. */
  start(): void;
  record(stats: readonly InstanceStat[]): void;
  /** Key of the PodAutoscaler. `want` is −1 until something was decided; undefined where there is no decider. */
  desired(key: ObjectKey): Decision | undefined;
  /** What the decider is told: target, burst capacity, windows. */
  spec(key: ObjectKey): DeciderSpec | undefined;
  /** Called when `want`, or the sign of the excess burst capacity, became another one. */
  onChange(listener: (key: ObjectKey) => void): Disposable;
  /** While a debugger holds an instance, its revision is not scaled: what stands stays, and one that runs is not ended. */
  hold(key: ObjectKey, held: boolean): void;
}

interface Entry {
  source: { containerConcurrency: number; reachable: boolean; annotations: Readonly<Record<string, string>> };
  spec: DeciderSpec;
  decider: Decider;
}

interface PodAutoscalerSpec {
  containerConcurrency?: number;
  reachability?: string;
}

const autoscalers = 'podautoscalers.autoscaling.internal.knative.dev';
const knativeClass = 'kpa.autoscaling.knative.dev';
const tickMs = 2000;
const silence = { averageConcurrency: 0, averageProxiedConcurrency: 0, requestCount: 0, proxiedRequestCount: 0 };

export function createAutoscaler({ clock, store, config }: AutoscalerPorts): Autoscaler {
  const entries = new Map<ObjectKey, Entry>();
  const held = new Set<ObjectKey>();
  const ready = createReadyIndex(store);
  const listeners = new Set<(key: ObjectKey) => void>();
  const seconds = () => clock.now() / 1000;
  let current = config();
  let timer: Disposable | undefined;

  for (const object of store.list(autoscalers)) follow(object);
  const subscription = store.subscribe((change) => {
    ready.apply(change);
    if (change.resource !== autoscalers) return;
    if (change.type === 'DELETED') remove(change.key);
    else follow(change.object);
  });

  function follow(object: KubeObject): void {
    const key = keyOf(object);
    const annotations = object.metadata.annotations ?? {};
    if ((annotation(annotations, 'class') ?? current.podAutoscalerClass) !== knativeClass) {
      remove(key);
      return;
    }
    const { containerConcurrency = 0, reachability } = (object.spec ?? {}) as PodAutoscalerSpec;
    const source = { annotations, containerConcurrency, reachable: reachability !== 'Unreachable' };
    const entry = entries.get(key);
    if (entry) {
      if (sameSource(entry.source, source)) return;
      entry.source = source;
      configure(entry);
      return;
    }
    const spec = resolveDecider(source, current);
    entries.set(key, { source, spec, decider: createDecider(spec, ready.count(key), seconds()) });
  }

  function configure(entry: Entry): void {
    entry.spec = resolveDecider(entry.source, current);
    entry.decider.configure(entry.spec, seconds());
  }

  function remove(key: ObjectKey): void {
    entries.delete(key);
    held.delete(key);
  }

  function tickAll(): void {
    timer = clock.after(tickMs, tickAll);
    const latest = config();
    if (latest !== current) {
      current = latest;
      for (const entry of entries.values()) configure(entry);
    }
    for (const [key, entry] of entries) {
      // An instance that is quiet still answers when it is asked. The seconds since the last tick count as zero by themselves.
      if (entry.spec.scraped && ready.count(key) > 0) entry.decider.record(Math.floor(seconds()), silence);
      tick(key, entry);
    }
  }

  function tick(key: ObjectKey, { decider }: Entry): void {
    if (held.has(key)) return;
    if (decider.tick(ready.count(key), seconds()).changed) notify(key);
  }

  function notify(key: ObjectKey): void {
    for (const listener of listeners) listener(key);
  }

  return {
    start() {
      timer ??= clock.after(tickMs, tickAll);
    },
    record(stats) {
      const second = Math.floor(seconds());
      for (const stat of stats) {
        const entry = entries.get(stat.revision);
        if (!entry) continue;
        entry.decider.record(second, stat);
        const poked = stat.pod.startsWith('activator') && stat.averageConcurrency !== 0;
        if (poked && entry.decider.decision.want === 0) tick(stat.revision, entry);
      }
    },
    desired(key) {
      const decision = entries.get(key)?.decider.decision;
      const running = held.has(key) ? Math.min(1, ready.count(key)) : 0;
      return decision && decision.want >= 0 && decision.want < running ? { ...decision, want: running } : decision;
    },
    spec: (key) => entries.get(key)?.spec,
    onChange(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    hold(key, isHeld) {
      if (held.has(key) === isHeld) return;
      if (isHeld) held.add(key);
      else held.delete(key);
      notify(key);
    },
    [Symbol.dispose]() {
      timer?.[Symbol.dispose]();
      subscription[Symbol.dispose]();
      listeners.clear();
    },
  };
}

interface ReadyIndex {
  apply(change: Change): void;
  count(revision: ObjectKey): number;
}

/** Ready pods by revision, kept by changes: a tick over a thousand revisions must not list a thousand times. */
function createReadyIndex(view: View): ReadyIndex {
  const pods = new Map<ObjectKey, Set<ObjectKey>>();

  function put(pod: KubeObject, gone: boolean): void {
    const name = pod.metadata.labels?.['serving.knative.dev/revision'];
    if (!name) return;
    const revision = `${pod.metadata.namespace}/${name}`;
    const set = pods.get(revision) ?? new Set();
    if (!gone && isReady(pod)) set.add(keyOf(pod));
    else set.delete(keyOf(pod));
    if (set.size > 0) pods.set(revision, set);
    else pods.delete(revision);
  }

  for (const pod of view.list('pods')) put(pod, false);
  return {
    apply({ resource, type, object }) {
      if (resource === 'pods') put(object, type === 'DELETED');
    },
    count: (revision) => pods.get(revision)?.size ?? 0,
  };
}

/** Ready, and not being deleted: as the private Service's endpoints have it. */
function isReady(pod: KubeObject): boolean {
  const { conditions } = (pod.status ?? {}) as { conditions?: { type: string; status: string }[] };
  if (pod.metadata.deletionTimestamp) return false;
  return conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function sameSource(a: Entry['source'], b: Entry['source']): boolean {
  if (a.containerConcurrency !== b.containerConcurrency || a.reachable !== b.reachable) return false;
  const names = Object.keys(a.annotations);
  return (
    names.length === Object.keys(b.annotations).length &&
    names.every((name) => a.annotations[name] === b.annotations[name])
  );
}
