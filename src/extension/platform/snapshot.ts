/** What the views are painted from: the platform as last seen, as plain data. Pure leaf. */
import type { PlatformInfo } from '../../../emulator/capabilities/protocol.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { Gateway } from '../../core/gateway.ts';
import type { Target } from '../../core/target.ts';
import { oncePer } from './once.ts';

/** A platform that the user can choose: an embedded one of this machine, or a context named in the settings. */
export interface PlatformEntry {
  /** `platform:NAME` or `context:NAME`. */
  id: string;
  label: string;
  embedded: boolean;
  target: Target;
  /** Only this namespace is looked at; all of them where undefined. */
  namespace: string | undefined;
  readOnly: boolean;
}

export type PlatformState = 'stopped' | 'starting' | 'connecting' | 'ready' | 'lost';

export interface Snapshot {
  entry: PlatformEntry;
  state: PlatformState;
  /** Why it is not ready, in words. */
  detail: string | undefined;
  info: PlatformInfo | undefined;
  gateway: Gateway | undefined;
  services: readonly KubeObject[];
  revisions: readonly KubeObject[];
  pods: readonly KubeObject[];
  domains: readonly KubeObject[];
  pings: readonly KubeObject[];
}

export const emptySnapshot = (entry: PlatformEntry, state: PlatformState, detail?: string): Snapshot => ({
  entry,
  state,
  detail,
  info: undefined,
  gateway: undefined,
  services: [],
  revisions: [],
  pods: [],
  domains: [],
  pings: [],
});

export interface ServiceKey {
  namespace: string;
  name: string;
}

export const keyText = ({ namespace, name }: ServiceKey): string => `${namespace}/${name}`;

export function parseKey(text: string): ServiceKey {
  const at = text.indexOf('/');
  return { namespace: text.slice(0, at), name: text.slice(at + 1) };
}

export function serviceKey(object: KubeObject): ServiceKey {
  return { namespace: object.metadata.namespace ?? 'default', name: object.metadata.name };
}

export function findService(snapshot: Snapshot, key: ServiceKey): KubeObject | undefined {
  return snapshot.services.find(({ metadata }) => metadata.name === key.name && metadata.namespace === key.namespace);
}

const serviceLabel = 'serving.knative.dev/service';

/** Newest first. */
export function revisionsOf(snapshot: Snapshot, key: ServiceKey): KubeObject[] {
  return [...(byService(snapshot.revisions).get(keyText(key)) ?? [])].sort(
    (one, other) => generationOf(other) - generationOf(one),
  );
}

/** Cheaper than their list in order. */
export function revisionCount(snapshot: Snapshot, key: ServiceKey): number {
  return byService(snapshot.revisions).get(keyText(key))?.length ?? 0;
}

export function podsOf(snapshot: Snapshot, key: ServiceKey): readonly KubeObject[] {
  return byService(snapshot.pods).get(keyText(key)) ?? [];
}

const revisionLabel = 'serving.knative.dev/revision';

export function podsOfRevision(snapshot: Snapshot, key: ServiceKey, revision: string | undefined): KubeObject[] {
  return podsOf(snapshot, key).filter(({ metadata }) => metadata.labels?.[revisionLabel] === revision);
}

/** Those that a request can still come to, or soon can: not what is about to end. */
export function livingPodsOfRevision(snapshot: Snapshot, key: ServiceKey, revision: string): KubeObject[] {
  return podsOfRevision(snapshot, key, revision).filter(({ metadata }) => !metadata.deletionTimestamp);
}

/** A thousand services must not each look through five thousand revisions. */
const byService = oncePer((objects: readonly KubeObject[]): Map<string, KubeObject[]> => {
  const index = new Map<string, KubeObject[]>();
  for (const object of objects) {
    const name = object.metadata.labels?.[serviceLabel];
    if (name === undefined) continue;
    const key = keyText({ namespace: object.metadata.namespace ?? 'default', name });
    const list = index.get(key);
    if (list) list.push(object);
    else index.set(key, [object]);
  }
  return index;
});

function generationOf(revision: KubeObject): number {
  const stamped = Number(revision.metadata.labels?.['serving.knative.dev/configurationGeneration']);
  return Number.isFinite(stamped) ? stamped : Date.parse(revision.metadata.creationTimestamp);
}

/** `00005` of `hello-00005`; the whole name where it was given by hand. */
export function shortRevision(revision: string, service: string): string {
  const rest = revision.startsWith(`${service}-`) ? revision.slice(service.length + 1) : '';
  return rest === '' ? revision : rest;
}
