/** What the traffic view is shown, out of the snapshot and the core's model. Pure leaf. */

import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { CanaryView, TrafficRowView, TrafficState } from '../../../webview/protocol.ts';
import type { Trouble } from '../../core/crash.ts';
import { ownPaths, shortCause } from '../../core/short-cause.ts';
import type { CanaryState } from '../../core/traffic/canary.ts';
import type { TrafficModel, TrafficRow } from '../../core/traffic/traffic.ts';
import {
  findService,
  keyText,
  livingPodsOfRevision,
  revisionsOf,
  type ServiceKey,
  type Snapshot,
  serviceKey,
  shortRevision,
} from '../platform/snapshot.ts';
import { type CrashReader, revisionTrouble } from '../platform/trouble.ts';

export interface TrafficReaders {
  model(service: KubeObject, revisions: readonly KubeObject[], gateway?: { port: number }): TrafficModel;
  /** Is the pod ready? */
  ready(pod: KubeObject): boolean;
  crash: CrashReader;
}

/** What other parts of the extension know of a service. */
export interface TrafficMore {
  canary(key: ServiceKey, state: CanaryState | undefined): CanaryView | null;
  alerts(key: ServiceKey): string[];
}

const runLabel = 'slipway.dev/run';

export function pagePlatform(snapshot: Snapshot): TrafficState['platform'] {
  return snapshot.state === 'connecting' ? 'starting' : snapshot.state;
}

/** Its traffic can be moved: it is none of development mode. */
export const isDeployed = ({ metadata }: KubeObject): boolean => metadata.labels?.[runLabel] === undefined;

export function deployedServices(snapshot: Snapshot): ServiceKey[] {
  return snapshot.services.filter(isDeployed).map(serviceKey);
}

/** Whether traffic can be moved from here, or why not. */
export function movingOf({ entry }: Snapshot, trusted: boolean): TrafficState['moving'] {
  if (entry.readOnly) return 'readOnly';
  return trusted ? 'allowed' : 'untrusted';
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
    on: snapshot.entry.id,
    services,
    platform: pagePlatform(snapshot),
    moving: movingOf(snapshot, trusted),
    measures: measures(snapshot),
    problem: null,
  };
  if (!selected || !object) {
    const nothing = { canRollBack: false, canary: null, alerts: [] };
    return { ...base, ...nothing, service: null, url: null, rows: [], others: [], settled: true };
  }
  const model = trafficModelOf(snapshot, object, readers);
  const row = (entry: TrafficRow) => trafficRowView(snapshot, selected, entry, readers);
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

function trafficRowView(snapshot: Snapshot, key: ServiceKey, row: TrafficRow, readers: TrafficReaders): TrafficRowView {
  const pods = livingPodsOfRevision(snapshot, key, row.revision);
  const instances = pods.filter(readers.ready).length;
  const revision = revisionsOf(snapshot, key).find(({ metadata }) => metadata.name === row.revision);
  const trouble = revision && revisionTrouble(snapshot, revision, key, readers.crash);
  return {
    revision: row.revision,
    short: shortRevision(row.revision, key.name),
    percent: row.percent,
    actual: row.actual,
    followsLatest: row.followsLatest,
    latestReady: row.latestReady,
    tags: row.tags.map(({ tag, url }) => ({ tag, url: url ?? null })),
    state: stateOf({ failed: trouble !== undefined, ready: row.ready }, instances, pods.length),
    ...whyFailed(trouble),
    instances,
  };
}

export function stateOf(row: { failed: boolean; ready: string }, ready: number, pods: number): TrafficRowView['state'] {
  if (row.failed) return 'failed';
  if (ready > 0) return 'ready';
  return row.ready === 'Unknown' || pods > 0 ? 'starting' : 'zero';
}

/** In one line, and as it was said. */
function whyFailed({ reason, message }: Trouble = { reason: '', message: '' }): { reason: string; details: string } {
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
