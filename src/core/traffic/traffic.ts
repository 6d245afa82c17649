/** The split of a service as its object has it (decision 7), and its changing as field manager `slipway-traffic`. */
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { PlatformClient } from '../client.ts';

export const trafficManager = 'slipway-traffic';

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
  /** Part of `percent` that follows the latest ready revision. */
  followsLatest: boolean;
  /** What the status says is routed now. */
  actual: number;
  tags: { tag: string; url: string | undefined }[];
  latestReady: boolean;
  ready: 'True' | 'False' | 'Unknown';
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
  /** The split before the last change, when it was kept. */
  before: TrafficTarget[] | undefined;
  /** The routed split is the wished one. */
  settled: boolean;
}

/** Pure. `gateway` is added to URLs (services.ts publicUrl). */
export function trafficModel(
  _service: KubeObject,
  _revisions: readonly KubeObject[],
  _gateway?: { port: number },
): TrafficModel {
  throw new Error('not written yet');
}

/** @throws Fault ServiceNotFound */
export async function readTraffic(
  _client: PlatformClient,
  _namespace: string,
  _service: string,
): Promise<TrafficModel> {
  throw new Error('not written yet');
}

export interface TrafficWish {
  /** Revision → whole per cent; all others get 0. `@latest` follows the latest ready revision. */
  percent?: Record<string, number>;
  /** Tag → revision or `@latest`; null removes it. Tags not named are kept. */
  tags?: Record<string, string | null>;
  /** The resourceVersion the wish was made on: refuses with TrafficChanged when the split differs from then. */
  basedOn?: string;
}

/** Applies, keeps the split before in an annotation, waits until it is routed. @throws Fault Split…, Tag…, Revision…, TrafficChanged */
export async function applyTraffic(
  _client: PlatformClient,
  _namespace: string,
  _service: string,
  _wish: TrafficWish,
  _options?: { signal?: AbortSignal; wait?: boolean },
): Promise<TrafficModel> {
  throw new Error('not written yet');
}

/** Back to the split before the last change; without one, all to the ready revision before the one that serves most. */
export async function rollback(
  _client: PlatformClient,
  _namespace: string,
  _service: string,
  _options?: { signal?: AbortSignal; wait?: boolean },
): Promise<TrafficModel> {
  throw new Error('not written yet');
}
