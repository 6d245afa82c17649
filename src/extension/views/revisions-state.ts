/** What the "Revisions & Traffic" panel is shown. Pure leaf. */
import type { ColdStart } from '../../../emulator/capabilities/protocol.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { RevisionRowView, RevisionsState } from '../../../webview/protocol.ts';
import type { RevisionChange, RevisionModel } from '../../core/revisions.ts';
import type { ServiceModel } from '../../core/services.ts';
import { ownPaths, shortCause } from '../../core/short-cause.ts';
import type { Say } from '../messages.ts';
import {
  findService,
  livingPodsOfRevision,
  revisionsOf,
  type ServiceKey,
  type Snapshot,
  shortRevision,
} from '../platform/snapshot.ts';
import { revisionTrouble, serviceTrouble } from '../platform/trouble.ts';
import type { TrafficMore, TrafficReaders } from './traffic-state.ts';
import { measures, movingOf, pagePlatform, serviceRef, stateOf, trafficModelOf } from './traffic-state.ts';

export interface RevisionsReaders extends TrafficReaders {
  service(object: KubeObject, gateway: Snapshot['gateway']): ServiceModel;
  revision(object: KubeObject, service: KubeObject): RevisionModel;
  changes(before: KubeObject, after: KubeObject): RevisionChange[];
}

export interface SplitChange {
  at: number;
  text: string;
}

/** What the panel knows besides the objects. */
export interface PanelFacts extends TrafficMore {
  coldStarts: readonly ColdStart[];
  /** Changes of the split that were seen while somebody looked; those that the object tells are added. */
  changes: readonly SplitChange[];
  /** How many files differ between two images, by changeKey; absent: not known. */
  files: ReadonlyMap<string, number>;
  trusted: boolean;
  say: Say;
}

export const changeKey = (before: string, after: string): string => `${before} ${after}`;

const shownChanges = 3;

export function revisionsState(
  snapshot: Snapshot,
  key: ServiceKey,
  readers: RevisionsReaders,
  facts: PanelFacts,
): RevisionsState {
  const service = findService(snapshot, key);
  const base = {
    on: snapshot.entry.id,
    service: serviceRef(key),
    platform: pagePlatform(snapshot),
    measures: measures(snapshot),
    moving: movingOf(snapshot, facts.trusted),
    changes: [...facts.changes],
  };
  if (!service) {
    return {
      ...base,
      gone: snapshot.state === 'ready',
      url: null,
      ready: 'Unknown',
      reason: '',
      cause: '',
      message: '',
      canRollBack: false,
      rows: [],
      conditions: [],
      coldStarts: [],
      canary: null,
      alerts: [],
    };
  }
  const model = readers.service(service, snapshot.gateway);
  const trouble = serviceTrouble(snapshot, model, readers.crash);
  const told = trouble ?? model;
  const traffic = trafficModelOf(snapshot, service, readers);
  const revisions = revisionsOf(snapshot, key);
  const known = new Map([...traffic.rows, ...traffic.others].map((row) => [row.revision, row]));
  return {
    ...base,
    changes: allChanges(traffic.history, facts.changes, key),
    canary: facts.canary(key, traffic.canary),
    alerts: facts.alerts(key),
    gone: false,
    url: model.url ?? null,
    ready: trouble ? 'False' : model.ready,
    reason: told.reason,
    cause: shortCause(told.message),
    message: ownPaths(told.message),
    canRollBack: traffic.before !== undefined,
    rows: revisions.map((object, index): RevisionRowView => {
      const revision = readers.revision(object, service);
      const row = known.get(revision.name);
      const pods = livingPodsOfRevision(snapshot, key, revision.name);
      const instances = pods.filter(readers.ready).length;
      const met = revisionTrouble(snapshot, object, key, readers.crash);
      const why = met ?? revision;
      const before = revisions[index + 1];
      return {
        revision: revision.name,
        short: shortRevision(revision.name, key.name),
        generation: revision.generation,
        created: Date.parse(revision.created),
        by: revision.from.by ?? '',
        commit: revision.from.commit ? `${revision.from.commit.slice(0, 7)}${revision.from.dirty ? '*' : ''}` : '',
        subject: revision.from.subject ?? '',
        state: stateOf({ failed: met !== undefined, ready: revision.ready }, instances, pods.length),
        reason: why.reason,
        cause: shortCause(why.message),
        message: ownPaths(why.message),
        percent: row?.percent ?? 0,
        followsLatest: row?.followsLatest ?? false,
        latestReady: row?.latestReady ?? false,
        tags: (row?.tags ?? []).map(({ tag, url }) => ({ tag, url: url ?? null })),
        instances,
        image: revision.image,
        conditions: conditionsOf(object),
        changes: before
          ? changeWords(readers.changes(before, object), imageWords(imageOf(before), revision.image, facts))
          : [],
      };
    }),
    conditions: conditionsOf(service),
    coldStarts: onePerInstance(facts.coldStarts)
      .slice(0, 5)
      .map(({ revision, at, totalMs, phases }) => ({ revision, at, totalMs, phases })),
  };
}

/** All requests that waited for one instance tell of the same start: the one that waited longest tells all of it. */
export function onePerInstance(starts: readonly ColdStart[]): ColdStart[] {
  const longest = new Map<string, ColdStart>();
  for (const start of starts) {
    const known = longest.get(start.pod);
    if (!known || known.totalMs < start.totalMs) longest.set(start.pod, start);
  }
  return starts.filter((start) => longest.get(start.pod) === start);
}

/** `2 files`, `env GREETING`, `containerConcurrency`: the ends of the paths, few of them. */
export function changeWords(changes: readonly RevisionChange[], image: string): string[] {
  const words = changes.map(({ path }) => {
    const variable = /\benv\[([^\]]+)\]/.exec(path)?.[1];
    if (variable) return `env ${variable}`;
    const last = path.split('.').at(-1)?.replace(/\[.*$/, '') || path;
    return last === 'image' ? image : last;
  });
  const unique = [...new Set(words)].sort((one, other) => Number(other === image) - Number(one === image));
  return unique.length > shownChanges ? [...unique.slice(0, shownChanges), `+${unique.length - shownChanges}`] : unique;
}

function imageWords(before: string, after: string, { files, say }: PanelFacts): string {
  const count = files.get(changeKey(before, after));
  if (count === undefined || count === 0) return say('changes.image');
  return count === 1 ? say('changes.files.one') : say('changes.files.many', { count });
}

export function imageOf(revision: KubeObject): string {
  return (revision.spec as { containers?: { image?: string }[] } | undefined)?.containers?.[0]?.image ?? '';
}

/** What the object tells of its changes, and what was seen of those that were made past us (kubectl). */
function allChanges(
  told: readonly { at: number; split: Readonly<Record<string, number>> }[],
  seen: readonly SplitChange[],
  key: ServiceKey,
): SplitChange[] {
  const own = told.map(({ at, split }) => ({ at, text: shortSplit(split, key.name) }));
  const others = seen.filter((change) => !own.some(({ at, text }) => text === change.text && near(at, change.at)));
  return [...own, ...others].sort((one, other) => one.at - other.at);
}

const near = (one: number, other: number): boolean => Math.abs(one - other) < 10_000;

/** `30 % → 00005` of the newest in it: what a mark in a chart has room for. */
export function shortSplit(split: Readonly<Record<string, number>>, service: string): string {
  const [newest] = Object.entries(split)
    .filter(([, percent]) => percent > 0)
    .sort(([one], [other]) => (one < other ? 1 : -1));
  return newest ? `${newest[1]} % → ${newest[0] === '@latest' ? newest[0] : shortRevision(newest[0], service)}` : '';
}

function conditionsOf(object: KubeObject): RevisionsState['conditions'] {
  const status = object.status as
    | {
        conditions?: { type: string; status: string; reason?: string; message?: string; lastTransitionTime?: string }[];
      }
    | undefined;
  return (status?.conditions ?? []).map(({ type, status: truth, reason = '', message = '', lastTransitionTime }) => ({
    type,
    status: truth,
    reason,
    cause: shortCause(message),
    message: ownPaths(message),
    since: lastTransitionTime === undefined ? null : Date.parse(lastTransitionTime),
  }));
}
