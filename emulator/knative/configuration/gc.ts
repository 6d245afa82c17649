/** Revisions nobody needs any more (knative.dev/serving pkg/reconciler/gc), by the four settings of config-gc. */
import type { Controller, Outcome } from '../../kernel/controller.ts';
import { type KubeObject, keyOf } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { readConfig } from '../config/read.ts';
import type { GcConfig } from '../config/types.ts';
import { resources, serving } from '../keys.ts';
import { annotationsOf } from '../objects.ts';
import { lastActiveTime, routingStateOf } from '../revision/helpers.ts';
import type { Revision } from '../revision/types.ts';
import type { Configuration } from './types.ts';

const disabled = -1;

export function gcController(): Controller<Configuration> {
  return {
    name: 'gc',
    resource: resources.configurations,
    watches: [
      { resource: resources.revisions, keys: configurationOf },
      { resource: resources.configMaps, keys: configurationsOfConfig },
    ],
    reconcile: collectRevisions,
  };
}

function configurationOf({ metadata }: KubeObject): string[] {
  const name = metadata.labels?.[serving.configuration];
  return name ? [`${metadata.namespace}/${name}`] : [];
}

function configurationsOfConfig({ metadata }: KubeObject, view: View): string[] {
  if (metadata.namespace !== 'knative-serving' || metadata.name !== 'config-gc') return [];
  return view.list(resources.configurations).map(keyOf);
}

export function collectRevisions(configuration: Configuration, view: View, now: number): Outcome {
  if (configuration.metadata.deletionTimestamp) return {};
  const { gc } = readConfig(view);
  const { minNonActiveRevisions: least, maxNonActiveRevisions: most } = gc;
  if (most === disabled && gc.retainSinceCreateTimeMs === disabled && gc.retainSinceLastActiveTimeMs === disabled) {
    return {};
  }
  const all = view.list<Revision>(resources.revisions, {
    namespace: configuration.metadata.namespace ?? '',
    labels: { [serving.configuration]: configuration.metadata.name },
  });
  if (all.length <= least) return {};
  const candidates = all
    .filter((revision) => isCandidate(revision, configuration))
    .toSorted((a, b) => lastActiveTime(a) - lastActiveTime(b));
  if (candidates.length <= least) return {};

  const spare = candidates.length - least;
  const stale = candidates.filter((revision) => staleIn(revision, gc, now) <= 0).slice(0, spare);
  const gone = new Set(stale);
  if (stale.length < spare && most !== disabled) {
    const surplus = candidates.length - stale.length - most;
    for (const revision of candidates.filter((one) => !gone.has(one)).slice(0, Math.max(0, surplus))) {
      gone.add(revision);
    }
  }
  const waits = candidates
    .filter((revision) => !gone.has(revision))
    .map((revision) => staleIn(revision, gc, now))
    .filter(Number.isFinite);
  return {
    deletes: [...gone].map((revision) => ({ resource: resources.revisions, key: keyOf(revision) })),
    // Age alone makes the next one stale.
    ...(waits.length > 0 && stale.length < spare ? { requeueAfter: Math.max(1000, Math.min(...waits)) } : {}),
  };
}

/** In reserve, not the latest ready one, and not kept by its user. */
function isCandidate(revision: Revision, configuration: Configuration): boolean {
  if (revision.metadata.deletionTimestamp) return false;
  if (configuration.status?.latestReadyRevisionName === revision.metadata.name) return false;
  if (annotationsOf(revision)[serving.noGc]?.toLowerCase() === 'true') return false;
  return routingStateOf(revision) === 'reserve';
}

/** ms until both times have passed; Infinity where neither counts. */
function staleIn(revision: Revision, gc: GcConfig, now: number): number {
  const { retainSinceCreateTimeMs: created, retainSinceLastActiveTimeMs: active } = gc;
  if (created === disabled && active === disabled) return Infinity;
  const sinceCreation = created === disabled ? 0 : Date.parse(revision.metadata.creationTimestamp) + created - now;
  const sinceActive = active === disabled ? 0 : lastActiveTime(revision) + active - now;
  return Math.max(0, sinceCreation, sinceActive);
}
