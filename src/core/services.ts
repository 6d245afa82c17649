/** Services as front ends list and show them. The models are pure functions of objects, so an informer's copy serves too. */
import type { KubeObject } from '../../emulator/kernel/object.ts';
import { podAnnotations } from '../../emulator/pods/ports.ts';
import type { PlatformClient } from './client.ts';
import { conditionsOf, type Truth, truthOf } from './conditions.ts';
import { type DomainModel, listDomains } from './domains.ts';
import { type Gateway, gatewayOf, publicUrl } from './gateway.ts';
import { type PodStatus, requireService, type ServiceStatus } from './lookup.ts';
import { listPings, type PingModel } from './ping.ts';
import { kinds, labels } from './resources.ts';
import { type RevisionModel, revisionModel } from './revisions.ts';

export interface ServiceModel {
  name: string;
  namespace: string;
  /** With the gateway's port where it has one. */
  url: string | undefined;
  ready: Truth;
  reason: string;
  message: string;
  latestReady: string | undefined;
  latestCreated: string | undefined;
  traffic: { revision: string; percent: number; tag: string | undefined; url: string | undefined }[];
  /** RFC 3339. */
  created: string;
  generation: number;
  /** Made by `run`. */
  running: boolean;
}

export interface InstanceModel {
  name: string;
  namespace: string;
  service: string;
  revision: string;
  /** `Running`, `Starting`, `Terminating`, `CrashLoopBackOff`… */
  state: string;
  ready: boolean;
  restarts: number;
  created: string;
  /** The end of what it wrote before it last ended, or why it cannot begin; '' where nothing is said. */
  message: string;
  runtime: string | undefined;
  debugAddress: string | undefined;
}

export interface ServiceDetails {
  service: ServiceModel;
  revisions: RevisionModel[];
  instances: InstanceModel[];
  domains: DomainModel[];
  pings: PingModel[];
  conditions: { type: string; status: string; reason: string; message: string }[];
}

export function serviceModel(service: KubeObject, gateway?: Gateway): ServiceModel {
  const { metadata } = service;
  const status = (service.status ?? {}) as ServiceStatus;
  const { status: ready, reason, message } = truthOf(service);
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    url: publicUrl(status.url, gateway),
    ready,
    reason,
    message,
    latestReady: status.latestReadyRevisionName,
    latestCreated: status.latestCreatedRevisionName,
    traffic: (status.traffic ?? []).map(({ revisionName = '', percent = 0, tag, url }) => ({
      revision: revisionName,
      percent,
      tag,
      url: publicUrl(url, gateway),
    })),
    created: metadata.creationTimestamp,
    generation: metadata.generation ?? 0,
    running: metadata.labels?.[labels.run] !== undefined,
  };
}

export function instanceModel(pod: KubeObject): InstanceModel {
  const { metadata } = pod;
  const status = (pod.status ?? {}) as PodStatus;
  const containers = status.containerStatuses ?? [];
  const ready = conditionsOf(pod).some(({ type, status: truth }) => type === 'Ready' && truth === 'True');
  const waiting = containers.map(({ state }) => state?.waiting?.reason).find(Boolean);
  const terminated = containers.map(({ state }) => state?.terminated?.reason).find(Boolean);
  const ended = containers.map(({ state, lastState }) => (state?.terminated ?? lastState?.terminated)?.message);
  const waits = containers.map(({ state }) => state?.waiting?.message);
  const running = ready ? 'Running' : 'Starting';
  const otherPhase =
    status.phase && status.phase !== 'Running' && status.phase !== 'Pending' ? status.phase : undefined;
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    service: metadata.labels?.[labels.service] ?? '',
    revision: metadata.labels?.[labels.revision] ?? '',
    state: metadata.deletionTimestamp ? 'Terminating' : (waiting ?? terminated ?? otherPhase ?? running),
    ready: ready && !metadata.deletionTimestamp,
    restarts: containers.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    created: metadata.creationTimestamp,
    message: [...ended, ...waits].find(Boolean) ?? '',
    runtime: metadata.annotations?.[podAnnotations.runtime],
    debugAddress: metadata.annotations?.[podAnnotations.debugAddress],
  };
}

/** By namespace and name. All namespaces where none is given. */
export async function listServices(client: PlatformClient, namespace?: string): Promise<ServiceModel[]> {
  const [gateway, { items }] = await Promise.all([gatewayOf(client), client.list(kinds.service, namespace)]);
  return items
    .map((item) => serviceModel(item, gateway))
    .sort((a, b) => a.namespace.localeCompare(b.namespace) || a.name.localeCompare(b.name));
}

/** @throws Fault ServiceNotFound */
export async function showService(client: PlatformClient, namespace: string, name: string): Promise<ServiceDetails> {
  const labelSelector = `${labels.service}=${name}`;
  const [gateway, service, revisions, pods, domains, pings] = await Promise.all([
    gatewayOf(client),
    requireService(client, namespace, name),
    client.list(kinds.revision, namespace, { labelSelector }),
    client.list(kinds.pod, namespace, { labelSelector }),
    listDomains(client, namespace),
    listPings(client, namespace),
  ]);
  return {
    service: serviceModel(service, gateway),
    revisions: revisions.items.map((item) => revisionModel(item, service)).sort((a, b) => b.generation - a.generation),
    instances: pods.items.map(instanceModel).sort((a, b) => b.created.localeCompare(a.created)),
    domains: domains.filter((domain) => domain.service === name),
    pings: pings.filter((ping) => ping.service === name),
    conditions: conditionsOf(service).map(({ type, status, reason = '', message = '' }) => ({
      type,
      status,
      reason,
      message,
    })),
  };
}

/** @returns false when it was not there */
export async function deleteService(client: PlatformClient, namespace: string, name: string): Promise<boolean> {
  return client.delete(kinds.service, namespace, name, { propagation: 'Background' });
}
