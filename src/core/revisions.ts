/** Revisions of a service: the list, and what differs between two. */
import type { KubeObject } from '../../emulator/kernel/object.ts';
import type { PlatformClient } from './client.ts';
import { conditionOf, type Truth, truthOf } from './conditions.ts';
import { type Provenance, provenanceIn } from './deploy/provenance.ts';
import { requireService, type ServiceStatus } from './lookup.ts';
import { kinds, labels } from './resources.ts';

export interface RevisionModel {
  name: string;
  namespace: string;
  service: string;
  /** serving.knative.dev/configurationGeneration. */
  generation: number;
  created: string;
  ready: Truth;
  reason: string;
  message: string;
  active: boolean;
  image: string;
  percent: number;
  tags: string[];
  latestReady: boolean;
  actualReplicas: number;
  desiredReplicas: number;
  /** Who deployed it, and from which commit. */
  from: Provenance;
}

/** Pure. `service` gives percent, tags and latestReady. */
export function revisionModel(revision: KubeObject, service?: KubeObject): RevisionModel {
  const { metadata } = revision;
  const status = (revision.status ?? {}) as { actualReplicas?: number; desiredReplicas?: number };
  const { containers = [] } = (revision.spec ?? {}) as { containers?: { image?: string }[] };
  const routed = (service?.status ?? {}) as ServiceStatus;
  const targets = (routed.traffic ?? []).filter(({ revisionName }) => revisionName === metadata.name);
  const { status: ready, reason, message } = truthOf(revision);
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    service: metadata.labels?.[labels.service] ?? '',
    generation: generationOf(revision),
    created: metadata.creationTimestamp,
    ready,
    reason,
    message,
    active: conditionOf(revision, 'Active')?.status === 'True',
    image: containers[0]?.image ?? '',
    percent: targets.reduce((sum, { percent = 0 }) => sum + percent, 0),
    tags: targets.flatMap(({ tag }) => (tag ? [tag] : [])),
    latestReady: routed.latestReadyRevisionName === metadata.name,
    actualReplicas: status.actualReplicas ?? 0,
    desiredReplicas: status.desiredReplicas ?? 0,
    from: provenanceIn(metadata.annotations),
  };
}

export function generationOf(revision: KubeObject): number {
  return Number(revision.metadata.labels?.['serving.knative.dev/configurationGeneration'] ?? 0);
}

/** Newest first. @throws Fault ServiceNotFound */
export async function listRevisions(
  client: PlatformClient,
  namespace: string,
  service: string,
): Promise<RevisionModel[]> {
  const [owner, { items }] = await Promise.all([
    requireService(client, namespace, service),
    client.list(kinds.revision, namespace, { labelSelector: `${labels.service}=${service}` }),
  ]);
  return items.map((item) => revisionModel(item, owner)).sort((a, b) => b.generation - a.generation);
}

export interface RevisionChange {
  /** `spec.containers[user-container].env[GREETING].value`… */
  path: string;
  before: string | undefined;
  after: string | undefined;
}

/** Pure: what a reader would call a change (spec, user annotations and labels), without what the platform writes. */
export function diffRevisions(before: KubeObject, after: KubeObject): RevisionChange[] {
  const old = flatten(visible(before));
  const now = flatten(visible(after));
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((path) => old.get(path) !== now.get(path))
    .sort()
    .map((path) => ({ path, before: old.get(path), after: now.get(path) }));
}

/** Written by Knative and by us on each revision. */
const platformKey = /^(serving\.knative\.dev\/|app$|client\.knative\.dev\/|slipway\.dev\/)/;

function visible({ metadata, spec }: KubeObject): unknown {
  const own = (map: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(map).filter(([key]) => !platformKey.test(key)));
  return { annotations: own(metadata.annotations), labels: own(metadata.labels), spec };
}

function flatten(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) flatten(item, `${path}[${nameOf(item) ?? index}]`, into);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) flatten(item, path ? `${path}.${key}` : key, into);
  } else if (value !== undefined) {
    into.set(path, String(value));
  }
  return into;
}

function nameOf(item: unknown): string | undefined {
  const name = (item as { name?: unknown } | null)?.name;
  return typeof name === 'string' && name !== '' ? name : undefined;
}
