/**
 * A Route's traffic, brought down to revisions: what each target name (the Route itself is '', else a tag) is served by
 * (knative.dev/serving pkg/reconciler/route/traffic).
 */
import type { View } from '../../kernel/resource.ts';
import { conditionOf, isReady } from '../conditions.ts';
import type { Configuration } from '../configuration/types.ts';
import { resources, serving } from '../keys.ts';
import { labelsOf } from '../objects.ts';
import { protocolOf } from '../revision/helpers.ts';
import type { Revision } from '../revision/types.ts';
import type { Protocol } from '../serverless-service/types.ts';
import { type ConfigurationRollout, type Rollout, rolloutOf, wantedRollout } from './rollout.ts';
import { isFailure, type TargetFault } from './status.ts';
import type { Route, TrafficTarget } from './types.ts';

/** The Route's own address, beside the tags. */
export const defaultTarget = '';

export interface RevisionTarget {
  tag: string;
  revisionName: string;
  configurationName: string;
  latestRevision: boolean;
  percent: number;
  protocol: Protocol;
}

export interface Traffic {
  /** By target name; of one name each revision once. */
  targets: Map<string, RevisionTarget[]>;
  /** In the order of the spec: what the status shows. */
  listed: RevisionTarget[];
  /** The first that is wrong, a failure before one to wait for. */
  fault: TargetFault | undefined;
}

export function buildTraffic(route: Route, view: View): Traffic {
  const targets = new Map<string, RevisionTarget[]>();
  const listed: RevisionTarget[] = [];
  let fault: TargetFault | undefined;
  for (const spec of route.spec?.traffic ?? []) {
    const found = spec.revisionName ? revisionTarget(route, spec, view) : configurationTarget(route, spec, view);
    if (!found) continue;
    if ('fault' in found) {
      if (!fault || isFailure(found)) fault = found;
      continue;
    }
    addListed(listed, found);
    add(targets, defaultTarget, found);
    if (found.tag) add(targets, found.tag, found);
  }
  if (fault) return { targets: new Map(), listed: [], fault };
  return { targets: new Map([...targets].map(([name, list]) => [name, consolidated(list)])), listed, fault };
}

function configurationTarget(route: Route, spec: TrafficTarget, view: View): RevisionTarget | TargetFault | undefined {
  const name = spec.configurationName;
  if (!name) return undefined;
  const { namespace } = route.metadata;
  const configuration = view.get<Configuration>(resources.configurations, namespace, name);
  if (!configuration) return { fault: 'missing', kind: 'Configuration', name };
  const latest = configuration.status?.latestReadyRevisionName;
  if (!latest) {
    const failed = conditionOf(configuration, 'Ready')?.status === 'False';
    return { fault: 'configurationUnready', name, failed };
  }
  const revision = view.get<Revision>(resources.revisions, namespace, latest);
  if (!revision) return { fault: 'missing', kind: 'Revision', name: latest };
  return unready(revision) ?? target(spec, revision, name);
}

function revisionTarget(route: Route, spec: TrafficTarget, view: View): RevisionTarget | TargetFault {
  const name = spec.revisionName ?? '';
  const { namespace } = route.metadata;
  const revision = view.get<Revision>(resources.revisions, namespace, name);
  if (!revision) return { fault: 'missing', kind: 'Revision', name };
  // A Service's Route keeps to the Service's revisions; one on its own may use any.
  const expected = labelsOf(route)[serving.service];
  const actual = labelsOf(revision)[serving.service] ?? '';
  if (expected && expected !== actual) return { fault: 'notOwned', name, expected, actual };
  const waiting = unready(revision);
  if (waiting) return waiting;
  const configuration = labelsOf(revision)[serving.configuration];
  if (configuration && !view.get(resources.configurations, namespace, configuration)) {
    return { fault: 'missing', kind: 'Configuration', name: configuration };
  }
  return target(spec, revision, configuration ?? '');
}

function unready(revision: Revision): TargetFault | undefined {
  if (isReady(revision)) return undefined;
  const failed = conditionOf(revision, 'Ready')?.status === 'False';
  return { fault: 'revisionUnready', name: revision.metadata.name, failed };
}

function target(spec: TrafficTarget, revision: Revision, configurationName: string): RevisionTarget {
  return {
    tag: spec.tag ?? '',
    revisionName: revision.metadata.name,
    configurationName,
    latestRevision: spec.latestRevision ?? !spec.revisionName,
    percent: spec.percent ?? 0,
    protocol: protocolOf(revision),
  };
}

/** Equal entries of the spec are one in the status. */
function addListed(listed: RevisionTarget[], next: RevisionTarget): void {
  const equal = listed.find(
    ({ tag, revisionName, latestRevision }) =>
      tag === next.tag && revisionName === next.revisionName && latestRevision === next.latestRevision,
  );
  if (equal) equal.percent += next.percent;
  else listed.push({ ...next });
}

function add(targets: Map<string, RevisionTarget[]>, name: string, next: RevisionTarget): void {
  targets.set(name, [...(targets.get(name) ?? []), next]);
}

/** Each revision once; a single one has all. */
function consolidated(list: readonly RevisionTarget[]): RevisionTarget[] {
  const byName = new Map<string, RevisionTarget>();
  for (const entry of list) {
    const standing = byName.get(entry.revisionName);
    if (standing) standing.percent += entry.percent;
    else byName.set(entry.revisionName, { ...entry });
  }
  const result = [...byName.values()];
  const [only] = result;
  return only && result.length === 1 ? [{ ...only, percent: 100 }] : result;
}

/** The rollout that would be done at once. */
export function trafficRollout({ targets }: Traffic): Rollout {
  return wantedRollout(
    [...targets].flatMap(([tag, list]) =>
      list.filter(({ latestRevision }) => latestRevision).map((entry) => ({ ...entry, tag })),
    ),
  );
}

/** `status.traffic`: with a rollout, each revision that takes part in it. `url` of a tag. */
export function trafficStatus(
  { listed }: Traffic,
  rollout: Rollout | undefined,
  url: (tag: string) => string,
): TrafficTarget[] {
  return listed.flatMap(({ tag, revisionName, configurationName, latestRevision, percent }) => {
    const running: ConfigurationRollout | undefined =
      latestRevision && rollout ? rolloutOf(rollout, tag, configurationName) : undefined;
    const shares = running?.revisions ?? [{ revisionName, percent }];
    return shares.map((share) => ({
      ...(tag ? { tag, url: url(tag) } : {}),
      revisionName: share.revisionName,
      percent: share.percent,
      latestRevision,
    }));
  });
}
