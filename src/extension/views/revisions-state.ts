/** What the "Revisions & traffic" panel is shown. Pure leaf. */
import type { ColdStart } from '../../../emulator/capabilities/protocol.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { RevisionRowView, RevisionsState } from '../../../webview/protocol.ts';
import type { RevisionChange, RevisionModel } from '../../core/revisions.ts';
import type { ServiceModel } from '../../core/services.ts';
import {
  findService,
  podsOf,
  revisionsOf,
  type ServiceKey,
  type Snapshot,
  shortRevision,
} from '../platform/snapshot.ts';
import type { TrafficReaders } from './traffic-state.ts';
import { pagePlatform, serviceRef, stateOf, trafficModelOf } from './traffic-state.ts';

export interface RevisionsReaders extends TrafficReaders {
  service(object: KubeObject, gateway: Snapshot['gateway']): ServiceModel;
  revision(object: KubeObject, service: KubeObject): RevisionModel;
  changes(before: KubeObject, after: KubeObject): RevisionChange[];
}

export interface SplitChange {
  at: number;
  text: string;
}

const revisionLabel = 'serving.knative.dev/revision';
const shownChanges = 3;

export function revisionsState(
  snapshot: Snapshot,
  key: ServiceKey,
  readers: RevisionsReaders,
  coldStarts: readonly ColdStart[],
  changes: readonly SplitChange[],
): RevisionsState {
  const service = findService(snapshot, key);
  const base = { service: serviceRef(key), platform: pagePlatform(snapshot), changes: [...changes] };
  if (!service) {
    return {
      ...base,
      gone: snapshot.state === 'ready',
      url: null,
      ready: 'Unknown',
      reason: '',
      message: '',
      canRollBack: false,
      rows: [],
      conditions: [],
      coldStarts: [],
    };
  }
  const model = readers.service(service, snapshot.gateway);
  const traffic = trafficModelOf(snapshot, service, readers);
  const revisions = revisionsOf(snapshot, key);
  const known = new Map([...traffic.rows, ...traffic.others].map((row) => [row.revision, row]));
  return {
    ...base,
    gone: false,
    url: model.url ?? null,
    ready: model.ready,
    reason: model.reason,
    message: model.message,
    canRollBack: traffic.before !== undefined,
    rows: revisions.map((object, index): RevisionRowView => {
      const revision = readers.revision(object, service);
      const row = known.get(revision.name);
      const pods = podsOf(snapshot, key).filter(({ metadata }) => metadata.labels?.[revisionLabel] === revision.name);
      const instances = pods.filter(readers.ready).length;
      const before = revisions[index + 1];
      return {
        revision: revision.name,
        short: shortRevision(revision.name, key.name),
        created: Date.parse(revision.created),
        state: stateOf({ failed: revision.ready === 'False', ready: revision.ready }, instances, pods.length),
        reason: revision.reason,
        message: revision.message,
        percent: row?.percent ?? 0,
        latestReady: row?.latestReady ?? false,
        tags: (row?.tags ?? []).map(({ tag, url }) => ({ tag, url: url ?? null })),
        instances,
        image: revision.image,
        changes: before ? changeWords(readers.changes(before, object)) : [],
      };
    }),
    conditions: conditionsOf(service),
    coldStarts: coldStarts.slice(0, 5).map(({ revision, at, totalMs, phases }) => ({ revision, at, totalMs, phases })),
  };
}

/** `image`, `env GREETING`, `containerConcurrency`: the ends of the paths, few of them. */
export function changeWords(changes: readonly RevisionChange[]): string[] {
  const words = changes.map(({ path }) => {
    const variable = /\benv\[([^\]]+)\]/.exec(path)?.[1];
    if (variable) return `env ${variable}`;
    return path.split('.').at(-1)?.replace(/\[.*$/, '') || path;
  });
  const unique = [...new Set(words)];
  return unique.length > shownChanges ? [...unique.slice(0, shownChanges), `+${unique.length - shownChanges}`] : unique;
}

function conditionsOf(service: KubeObject): RevisionsState['conditions'] {
  const status = service.status as
    | {
        conditions?: { type: string; status: string; reason?: string; message?: string; lastTransitionTime?: string }[];
      }
    | undefined;
  return (status?.conditions ?? []).map(({ type, status: truth, reason = '', message = '', lastTransitionTime }) => ({
    type,
    status: truth,
    reason,
    message,
    since: lastTransitionTime === undefined ? null : Date.parse(lastTransitionTime),
  }));
}
