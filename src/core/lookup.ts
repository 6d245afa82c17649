/** Finding a Service or a revision, with the Fault that says what there is; and the parts of their status that are read. */
import type { KubeObject } from '../../emulator/kernel/object.ts';
import type { PlatformClient } from './client.ts';
import { Fault } from './faults.ts';
import type { Phrase } from './messages/phrases.ts';
import { kinds, labels } from './resources.ts';

/** The shape of a Knative Service's status that is read here (serving v1). */
export interface ServiceStatus {
  url?: string;
  latestReadyRevisionName?: string;
  latestCreatedRevisionName?: string;
  traffic?: { revisionName?: string; latestRevision?: boolean; percent?: number; tag?: string; url?: string }[];
}

export interface PodStatus {
  phase?: string;
  containerStatuses?: ContainerStatus[];
}

export interface ContainerStatus {
  name: string;
  ready?: boolean;
  restartCount?: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: { exitCode: number; reason?: string; message?: string; signal?: number };
}

/** @throws Fault ServiceNotFound */
export async function requireService(client: PlatformClient, namespace: string, name: string): Promise<KubeObject> {
  const service = await client.find(kinds.service, namespace, name);
  if (!service) throw new Fault('ServiceNotFound', { service: name, namespace });
  return service;
}

/** @throws Fault RevisionNotFound, with those that there are */
export async function requireRevision(
  client: PlatformClient,
  namespace: string,
  service: string,
  name: string,
): Promise<KubeObject> {
  const { items } = await client.list(kinds.revision, namespace, { labelSelector: `${labels.service}=${service}` });
  const found = items.find(({ metadata }) => metadata.name === name);
  if (found) return found;
  if (items.length === 0) await requireService(client, namespace, service);
  const known = items.map(({ metadata }) => metadata.name).join(', ') || ('none so far' satisfies Phrase);
  throw new Fault('RevisionNotFound', { service, revision: name, known });
}
