/** What the traffic view is shown, out of the snapshot and the core's model. Pure leaf. */

import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { CanaryView, TrafficRowView, TrafficState } from '../../../webview/protocol.ts';
import { ownPaths, shortCause } from '../../core/short-cause.ts';
import type { CanaryState } from '../../core/traffic/canary.ts';
import type { TrafficModel, TrafficRow } from '../../core/traffic/traffic.ts';
import {
  findService,
  keyText,
  podsOf,
  revisionsOf,
  type ServiceKey,
  type Snapshot,
  serviceKey,
  shortRevision,
} from '../platform/snapshot.ts';

export interface TrafficReaders {
  model(service: KubeObject, revisions: readonly KubeObject[], gateway?: { port: number }): TrafficModel;
  /** Is the pod ready? */
  ready(pod: KubeObject): boolean;
  /** What keeps one of these pods from starting (`CrashLoopBackOff`…), if anything does. */
  crash(pods: readonly KubeObject[]): string | undefined;
}

/** What other parts of the extension know of a service. */
export interface TrafficMore {
  canary(key: ServiceKey, state: CanaryState | undefined): CanaryView | null;
  alerts(key: ServiceKey): string[];
}

const runLabel = 'slipway.dev/run';
const revisionLabel = 'serving.knative.dev/revision';

export function pagePlatform(snapshot: Snapshot): TrafficState['platform'] {
  return snapshot.state === 'connecting' ? 'starting' : snapshot.state;
}

/** Services whose traffic can be moved: not those of development mode. */
export function deployedServices(snapshot: Snapshot): ServiceKey[] {
  return snapshot.services.filter(({ metadata }) => metadata.labels?.[runLabel] === undefined).map(serviceKey);
}

export function trafficState(
  snapshot: Snapshot,
  selected: ServiceKey | undefined,
  readers: TrafficReaders,
  trusted: boolean,
  more: TrafficMore,
): TrafficState {
  const services = deployedServices(snapshot).map(serviceRef);
  const object = selected && findService(snapshot, selected);
  const base = {
    services,
    platform: pagePlatform(snapshot),
    moving: snapshot.entry.readOnly ? ('readOnly' as const) : trusted ? ('allowed' as const) : ('untrusted' as const),
    measures: measures(snapshot),
    problem: null,
  };
  if (!selected || !object) {
    const nothing = { canRollBack: false, canary: null, alerts: [] };
    return { ...base, ...nothing, service: null, url: null, rows: [], others: [], settled: true };
  }
  const model = trafficModelOf(snapshot, object, readers);
  const row = (entry: TrafficRow) => trafficRowView(snapshot, selected, entry, object, readers);
  return {
    ...base,
    service: serviceRef(selected),
    url: model.url ?? null,
    rows: model.rows.map(row),
    others: model.others.map(row),
    settled: model.settled,
    canRollBack: model.before !== undefined,
    canary: more.canary(selected, model.canary),
    alerts: more.alerts(selected),
  };
}

/** The platform measures requests (decision 1): asked of its capabilities, never of its kind. */
export function measures({ info }: Snapshot): boolean {
  return info?.capabilities.includes('traffic') ?? false;
}

export function trafficModelOf(snapshot: Snapshot, service: KubeObject, readers: TrafficReaders): TrafficModel {
  const port = snapshot.gateway?.port;
  return readers.model(service, revisionsOf(snapshot, serviceKey(service)), port === undefined ? undefined : { port });
}

function trafficRowView(
  snapshot: Snapshot,
  key: ServiceKey,
  row: TrafficRow,
  service: KubeObject,
  readers: TrafficReaders,
): TrafficRowView {
  const pods = podsOf(snapshot, key).filter(({ metadata }) => metadata.labels?.[revisionLabel] === row.revision);
  const instances = pods.filter(readers.ready).length;
  const revision = snapshot.revisions.find(
    ({ metadata }) => metadata.name === row.revision && metadata.namespace === service.metadata.namespace,
  );
  return {
    revision: row.revision,
    short: shortRevision(row.revision, key.name),
    percent: row.percent,
    actual: row.actual,
    followsLatest: row.followsLatest,
    latestReady: row.latestReady,
    tags: row.tags.map(({ tag, url }) => ({ tag, url: url ?? null })),
    state: stateOf(row, instances, pods.length),
    ...(row.failed ? whyFailed(revision) : { reason: '', details: '' }),
    instances,
  };
}

export function stateOf(row: { failed: boolean; ready: string }, ready: number, pods: number): TrafficRowView['state'] {
  if (row.failed) return 'failed';
  if (ready > 0) return 'ready';
  return row.ready === 'Unknown' || pods > 0 ? 'starting' : 'zero';
}

/** In one line, and as it was said. */
function whyFailed(revision: KubeObject | undefined): { reason: string; details: string } {
  const status = revision?.status as
    | { conditions?: { type: string; status: string; reason?: string; message?: string }[] }
    | undefined;
  const ready = status?.conditions?.find(({ type, status: truth }) => type === 'Ready' && truth === 'False');
  const { reason = '', message = '' } = ready ?? {};
  const together = (text: string) => [reason, text].filter(Boolean).join(': ');
  return { reason: together(shortCause(message)), details: together(ownPaths(message)) };
}

export function serviceRef(key: ServiceKey) {
  return { key: keyText(key), name: key.name, namespace: key.namespace };
}

/**
 * The wish in the core's words. `follow`: the share of the latest ready revision moves on to each newer one. Unless said
 * otherwise all to the latest follows, so that the next deploy serves at once, and a split is pinned, so that the next deploy
 * takes nothing until it is sent traffic.
 */
export function pinned(
  percent: Readonly<Record<string, number>>,
  latestReady: string | undefined,
  follow = latestReady !== undefined && percent[latestReady] === 100,
): Record<string, number> {
  if (!follow || latestReady === undefined || !percent[latestReady]) return { ...percent };
  const { [latestReady]: share, ...others } = percent;
  return { '@latest': share ?? 0, ...others };
}
