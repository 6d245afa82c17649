/** The split of a service as its object has it (decision 7), and its changing as field manager `slipway-traffic`. */
import { ApiError } from '../../../emulator/kernel/errors.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { PlatformClient } from '../client.ts';
import { isObserved, type Truth, truthOf } from '../conditions.ts';
import { Fault } from '../faults.ts';
import { gatewayOf, publicUrl } from '../gateway.ts';
import { requireService, type ServiceStatus } from '../lookup.ts';
import type { Phrase } from '../messages/phrases.ts';
import { annotations, kinds, labels } from '../resources.ts';
import { generationOf } from '../revisions.ts';
import { until } from '../until.ts';
import { type CanaryState, parseCanary } from './canary.ts';

export const trafficManager = 'slipway-traffic';
/** In a wish: whatever revision is the latest ready one. */
export const latest = '@latest';

/** An entry of spec.traffic or status.traffic (serving v1 TrafficTarget). */
export interface TrafficTarget {
  revisionName?: string;
  latestRevision?: boolean;
  percent?: number;
  tag?: string;
  url?: string;
}

export interface TrafficRow {
  revision: string;
  /** What the spec asks for. */
  percent: number;
  /** A part of `percent` follows the latest ready revision. */
  followsLatest: boolean;
  /** What the status says is routed now. */
  actual: number;
  tags: { tag: string; url: string | undefined }[];
  latestReady: boolean;
  ready: Truth;
  failed: boolean;
  /** RFC 3339. */
  created: string;
}

export interface TrafficModel {
  service: string;
  namespace: string;
  resourceVersion: string;
  generation: number;
  /** With the gateway's port where it has one. */
  url: string | undefined;
  latestReady: string | undefined;
  latestCreated: string | undefined;
  /** With traffic or a tag, and the latest ready: newest first. */
  rows: TrafficRow[];
  /** The rest, newest first. */
  others: TrafficRow[];
  /** spec.traffic as it stands: give it back as `basedOn`. */
  wished: TrafficTarget[];
  /** The split before the last change, when it was kept. */
  before: TrafficTarget[] | undefined;
  /** The last changes of the split that were made through this module, oldest first. */
  history: SplitChange[];
  /** A guarded canary that goes on, holds or has ended and was not dismissed. */
  canary: CanaryState | undefined;
  /** The routed split is the wished one. */
  settled: boolean;
}

export interface SplitChange {
  /** ms since the epoch. */
  at: number;
  /** Revision → per cent. */
  split: Record<string, number>;
}

/** Pure. `gateway` is added to URLs (gateway.ts publicUrl). */
export function trafficModel(
  service: KubeObject,
  revisions: readonly KubeObject[],
  gateway?: { port: number | undefined },
): TrafficModel {
  const status = (service.status ?? {}) as ServiceStatus;
  const latestReady = status.latestReadyRevisionName;
  const wished = wishedTargets(service);
  const routed = status.traffic ?? [];
  const nameOf = (target: TrafficTarget): string | undefined => target.revisionName ?? latestReady;
  const rowOf = (revision: KubeObject): TrafficRow => {
    const { name, creationTimestamp } = revision.metadata;
    const mine = wished.filter((target) => nameOf(target) === name);
    const actual = routed.filter(({ revisionName }) => revisionName === name);
    const ready = truthOf(revision).status;
    return {
      revision: name,
      percent: sum(mine),
      followsLatest: mine.some(({ revisionName, percent = 0 }) => !revisionName && percent > 0),
      actual: sum(actual),
      tags: mine.flatMap(({ tag }) =>
        tag ? [{ tag, url: publicUrl(routed.find((target) => target.tag === tag)?.url, gateway) }] : [],
      ),
      latestReady: name === latestReady,
      ready,
      failed: ready === 'False',
      created: creationTimestamp,
    };
  };
  const all = [...revisions].sort((a, b) => generationOf(b) - generationOf(a)).map(rowOf);
  const shown = ({ percent, actual, tags, latestReady: last }: TrafficRow) =>
    percent > 0 || actual > 0 || tags.length > 0 || last;
  return {
    service: service.metadata.name,
    namespace: service.metadata.namespace ?? '',
    resourceVersion: service.metadata.resourceVersion,
    generation: service.metadata.generation ?? 0,
    url: publicUrl(status.url, gateway),
    latestReady,
    latestCreated: status.latestCreatedRevisionName,
    rows: all.filter(shown),
    others: all.filter((row) => !shown(row)),
    wished,
    before: earlier(splitBefore(service), service),
    history: historyOf(service),
    canary: parseCanary(service.metadata.annotations?.[annotations.canary]),
    settled: isRouted(service),
  };
}

/** @throws Fault ServiceNotFound */
export async function readTraffic(client: PlatformClient, namespace: string, service: string): Promise<TrafficModel> {
  const [object, { items }, gateway] = await Promise.all([
    requireService(client, namespace, service),
    client.list(kinds.revision, namespace, { labelSelector: `${labels.service}=${service}` }),
    gatewayOf(client),
  ]);
  return trafficModel(object, items, gateway);
}

export interface TrafficWish {
  /** Revision → whole per cent; all others get 0. `@latest` follows the latest ready revision. */
  percent?: Record<string, number>;
  /** Tag → revision or `@latest`; null removes it. Tags not named are kept. */
  tags?: Record<string, string | null>;
  /** The split that the wish was made on: refuses with TrafficChanged when it differs now. */
  basedOn?: readonly TrafficTarget[];
}

export interface ApplyOptions {
  signal?: AbortSignal | undefined;
  /** false = do not wait until it is routed. */
  wait?: boolean;
  /** ms; 30 s by default. What is not routed by then is returned as it stands (`settled: false`). */
  timeoutMs?: number;
}

/** Applies, keeps the split before in an annotation, waits until it is routed. @throws Fault Split…, Tag…, Revision…, TrafficChanged */
export async function applyTraffic(
  client: PlatformClient,
  namespace: string,
  service: string,
  wish: TrafficWish,
  options: ApplyOptions = {},
): Promise<TrafficModel> {
  // Read and write meet in resourceVersion; a status written in between is no reason to give up.
  for (let attempt = 0; ; attempt++) {
    const [object, { items: revisions }] = await Promise.all([
      requireService(client, namespace, service),
      client.list(kinds.revision, namespace, { labelSelector: `${labels.service}=${service}` }),
    ]);
    const current = wishedTargets(object);
    if (wish.basedOn && canonical(wish.basedOn) !== canonical(current)) throw new Fault('TrafficChanged', { service });
    checkWish(wish, service, revisions);
    const next = targetsOf(wish, current);
    if (canonical(next) === canonical(current)) break;
    try {
      await writeTraffic(client, object, next, { signal: options.signal });
      break;
    } catch (error) {
      if (!(error instanceof ApiError && error.reason === 'Conflict') || attempt >= 5) throw error;
    }
  }
  if (options.wait !== false) await untilRouted(client, namespace, service, options);
  return readTraffic(client, namespace, service);
}

/** Back to the split before the last change; without one, all to the ready revision before the one that serves most. */
export async function rollback(
  client: PlatformClient,
  namespace: string,
  service: string,
  options: ApplyOptions = {},
): Promise<TrafficModel> {
  const model = await readTraffic(client, namespace, service);
  const all = [...model.rows, ...model.others].sort((a, b) => b.created.localeCompare(a.created));
  const usable = new Set(all.filter(({ failed }) => !failed).map(({ revision }) => revision));
  const kept = model.before?.filter(({ percent = 0 }) => percent > 0);
  if (kept?.length && kept.every(({ revisionName }) => !revisionName || usable.has(revisionName))) {
    const percent: Record<string, number> = {};
    for (const target of kept) {
      // A split that followed the latest is held at what was the latest then, when that is known.
      const key = target.revisionName ?? latest;
      percent[key] = (percent[key] ?? 0) + (target.percent ?? 0);
    }
    return applyTraffic(client, namespace, service, { percent }, options);
  }
  const rows = [...model.rows, ...model.others].filter(({ ready }) => ready === 'True');
  const main = [...model.rows].sort((a, b) => b.percent - a.percent)[0];
  const index = rows.findIndex(({ revision }) => revision === main?.revision);
  const earlier = rows.filter(({ created }, at) => (main ? created <= main.created && at !== index : false));
  const [target] = earlier.sort((a, b) => b.created.localeCompare(a.created) || b.revision.localeCompare(a.revision));
  if (!target) throw new Fault('NothingToRollBack', { service });
  return applyTraffic(client, namespace, service, { percent: { [target.revision]: 100 } }, options);
}

/** spec.traffic; where there is none, what Knative takes: all to the latest ready. */
export function wishedTargets(service: KubeObject): TrafficTarget[] {
  const { traffic } = (service.spec ?? {}) as { traffic?: TrafficTarget[] };
  return traffic && traffic.length > 0 ? traffic : [{ latestRevision: true, percent: 100 }];
}

export interface WriteTrafficOptions {
  signal?: AbortSignal | undefined;
  /** Kept as the split before instead of the one that the object has: a canary goes back to where it began. */
  before?: Readonly<Record<string, number>>;
  /** Set with it; null removes. */
  annotations?: Readonly<Record<string, string | null>>;
  /** ms since the epoch; the machine's clock by default. */
  now?: number;
}

/** Writes spec.traffic and keeps the split before, on exactly this state of the object. @throws ApiError Conflict */
export async function writeTraffic(
  client: PlatformClient,
  service: KubeObject,
  next: readonly TrafficTarget[],
  options: WriteTrafficOptions = {},
): Promise<KubeObject> {
  const { name, namespace, resourceVersion } = service.metadata;
  const { before, now = Date.now() } = options;
  const kept = before ? targetsOf({ percent: { ...before } }, []) : pinned(service);
  const change = { at: now, split: sharesIn(pinned(service, next)) };
  const body = {
    metadata: {
      resourceVersion,
      annotations: {
        [annotations.trafficBefore]: JSON.stringify(kept),
        [annotations.trafficHistory]: JSON.stringify([...historyOf(service), change].slice(-keptChanges)),
        ...options.annotations,
      },
    },
    spec: { traffic: next.map(({ url: _, ...target }) => target) },
  };
  const write = { fieldManager: trafficManager, signal: options.signal };
  return client.patch(kinds.service, namespace, name, { type: 'merge', body }, write);
}

const keptChanges = 20;

/** What the split means right now, in revision names: rolling back a split that followed the latest must not follow on. */
function pinned(service: KubeObject, targets: readonly TrafficTarget[] = wishedTargets(service)): TrafficTarget[] {
  const { latestReadyRevisionName } = (service.status ?? {}) as ServiceStatus;
  return targets
    .filter(({ percent = 0 }) => percent > 0)
    .map(({ revisionName, percent = 0 }) => {
      const name = revisionName ?? latestReadyRevisionName;
      return name ? { revisionName: name, latestRevision: false, percent } : { latestRevision: true, percent };
    });
}

function sharesIn(targets: readonly TrafficTarget[]): Record<string, number> {
  const shares: Record<string, number> = {};
  for (const { revisionName = latest, percent = 0 } of targets) {
    if (percent > 0) shares[revisionName] = (shares[revisionName] ?? 0) + percent;
  }
  return shares;
}

/** The targets of a wish; tags that it does not name stay. */
export function targetsOf(wish: TrafficWish, current: readonly TrafficTarget[]): TrafficTarget[] {
  const target = (revision: string): TrafficTarget =>
    revision === latest ? { latestRevision: true } : { revisionName: revision, latestRevision: false };
  const shares = wish.percent
    ? Object.entries(wish.percent)
        .filter(([, percent]) => percent > 0)
        .map(([revision, percent]) => ({ ...target(revision), percent }))
    : current.filter(({ percent = 0 }) => percent > 0).map(({ tag: _, url: __, ...rest }) => rest);
  const tags = new Map<string, TrafficTarget>();
  for (const { tag, revisionName } of current) if (tag) tags.set(tag, target(revisionName ?? latest));
  for (const [tag, revision] of Object.entries(wish.tags ?? {})) {
    if (revision === null) tags.delete(tag);
    else tags.set(tag, target(revision));
  }
  return [...shares, ...[...tags].map(([tag, where]) => ({ ...where, percent: 0, tag }))];
}

function checkWish(wish: TrafficWish, service: string, revisions: readonly KubeObject[]): void {
  const known = new Map(revisions.map((revision) => [revision.metadata.name, revision]));
  const require = (revision: string): KubeObject | undefined => {
    const found = known.get(revision);
    if (revision === latest || found) return found;
    throw new Fault('RevisionNotFound', {
      service,
      revision,
      known: [...known.keys()].join(', ') || ('none so far' satisfies Phrase),
    });
  };
  for (const [tag, revision] of Object.entries(wish.tags ?? {})) {
    if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(tag)) throw new Fault('TagInvalid', { tag });
    if (revision !== null) require(revision);
  }
  if (!wish.percent) return;
  let total = 0;
  for (const [revision, percent] of Object.entries(wish.percent)) {
    if (!Number.isInteger(percent) || percent < 0 || percent > 100) throw new Fault('SplitPercent', { percent });
    const found = require(revision);
    if (percent > 0 && found && truthOf(found).status === 'False') {
      throw new Fault('RevisionFailed', { revision, service });
    }
    total += percent;
  }
  if (total !== 100) throw new Fault('SplitSum', { sum: total });
}

async function untilRouted(
  client: PlatformClient,
  namespace: string,
  service: string,
  options: ApplyOptions,
): Promise<void> {
  const fieldSelector = `metadata.name=${service}`;
  const wait = { fieldSelector, timeoutMs: options.timeoutMs ?? 30_000, signal: options.signal };
  await until(client, kinds.service, namespace, wait, ([object]) => (object && isRouted(object) ? true : undefined));
}

/** The status speaks of this spec, the route is ready, and the shares are those wished. */
export function isRouted(service: KubeObject): boolean {
  const status = (service.status ?? {}) as ServiceStatus;
  if (!isObserved(service) || truthOf(service, 'RoutesReady').status !== 'True') return false;
  const shares = (targets: readonly TrafficTarget[]): string => {
    const byRevision = new Map<string, number>();
    for (const { revisionName = status.latestReadyRevisionName ?? '', percent = 0 } of targets) {
      if (percent > 0) byRevision.set(revisionName, (byRevision.get(revisionName) ?? 0) + percent);
    }
    return JSON.stringify([...byRevision].sort());
  };
  return shares(wishedTargets(service)) === shares(status.traffic ?? []);
}

/** Not what it is now: a canary that was rolled back stands where it began, and there is nothing to go back to. */
function earlier(before: TrafficTarget[] | undefined, service: KubeObject): TrafficTarget[] | undefined {
  if (!before) return undefined;
  const form = (targets: readonly TrafficTarget[]) => JSON.stringify(Object.entries(sharesIn(targets)).sort());
  return form(before) === form(pinned(service)) ? undefined : before;
}

function splitBefore(service: KubeObject): TrafficTarget[] | undefined {
  const text = service.metadata.annotations?.[annotations.trafficBefore];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as TrafficTarget[]) : undefined;
  } catch {
    return undefined;
  }
}

function historyOf(service: KubeObject): SplitChange[] {
  const text = service.metadata.annotations?.[annotations.trafficHistory];
  if (text === undefined) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isChange) : [];
  } catch {
    return [];
  }
}

function isChange(value: unknown): value is SplitChange {
  if (typeof value !== 'object' || value === null || !('at' in value) || !('split' in value)) return false;
  const { at, split } = value;
  if (typeof at !== 'number' || typeof split !== 'object' || split === null) return false;
  return Object.values(split).every((percent) => typeof percent === 'number');
}

function sum(targets: readonly TrafficTarget[]): number {
  return targets.reduce((total, { percent = 0 }) => total + percent, 0);
}

/** Two splits are the same when this is. */
function canonical(targets: readonly TrafficTarget[]): string {
  return JSON.stringify(
    targets
      .map(({ revisionName = latest, percent = 0, tag = '' }) => [revisionName, percent, tag])
      .filter(([, percent, tag]) => percent !== 0 || tag !== '')
      .sort((a, b) => String(a).localeCompare(String(b))),
  );
}
