/** Custom domains: a DomainMapping and the ClusterDomainClaim that lets its namespace have the name. */
import { ApiError } from '../../emulator/kernel/errors.ts';
import type { KubeObject } from '../../emulator/kernel/object.ts';
import type { PlatformClient } from './client.ts';
import { type Truth, truthOf } from './conditions.ts';
import { Fault, isFault } from './faults.ts';
import { gatewayOf, publicUrl } from './gateway.ts';
import { requireService } from './lookup.ts';
import { kinds } from './resources.ts';
import { until } from './until.ts';

export interface DomainModel {
  host: string;
  namespace: string;
  service: string;
  url: string | undefined;
  ready: Truth;
  reason: string;
  message: string;
}

const settleMs = 10_000;

export function domainModel(mapping: KubeObject, gateway?: { port: number | undefined }): DomainModel {
  const { status, reason, message } = truthOf(mapping);
  const { ref } = (mapping.spec ?? {}) as { ref?: { name?: string } };
  const { url } = (mapping.status ?? {}) as { url?: string };
  return {
    host: mapping.metadata.name,
    namespace: mapping.metadata.namespace ?? '',
    service: ref?.name ?? '',
    url: publicUrl(url, gateway),
    ready: status,
    reason,
    message,
  };
}

export async function listDomains(client: PlatformClient, namespace?: string): Promise<DomainModel[]> {
  const [gateway, { items }] = await Promise.all([gatewayOf(client), client.list(kinds.domainMapping, namespace)]);
  return items.map((item) => domainModel(item, gateway)).sort((a, b) => a.host.localeCompare(b.host));
}

/** Waits until it is ready (10 s at most; then as it stands). @throws Fault DomainInvalid, DomainTaken, ServiceNotFound */
export async function addDomain(
  client: PlatformClient,
  namespace: string,
  host: string,
  service: string,
): Promise<DomainModel> {
  if (!isHost(host)) throw new Fault('DomainInvalid', { host });
  await requireService(client, namespace, service);
  await claimDomain(client, namespace, host);
  const spec = { ref: { apiVersion: kinds.service.apiVersion, kind: 'Service', name: service } };
  const metadata = { name: host, namespace };
  const { apiVersion, kind } = kinds.domainMapping;
  const there = await client.find(kinds.domainMapping, namespace, host);
  // The reference of a mapping cannot be changed into another one's: Knative has it immutable, so it is made anew.
  if (there && domainModel(there).service !== service) await client.delete(kinds.domainMapping, namespace, host);
  if (!there || domainModel(there).service !== service) {
    await client.create(kinds.domainMapping, namespace, { apiVersion, kind, metadata, spec });
  }
  const gateway = await gatewayOf(client);
  const fieldSelector = `metadata.name=${host}`;
  const settled = await until(
    client,
    kinds.domainMapping,
    namespace,
    { fieldSelector, timeoutMs: settleMs },
    (items) => {
      const [mapping] = items;
      return mapping && truthOf(mapping).status === 'True' ? mapping : undefined;
    },
  );
  return domainModel(settled ?? (await client.get(kinds.domainMapping, namespace, host)), gateway);
}

/** Makes the claim where the platform lets us; where it does not, its administrators hold the claims. @throws Fault DomainTaken */
export async function claimDomain(client: PlatformClient, namespace: string, host: string): Promise<void> {
  const { apiVersion, kind } = kinds.clusterDomainClaim;
  try {
    await client.create(kinds.clusterDomainClaim, undefined, {
      apiVersion,
      kind,
      metadata: { name: host },
      spec: { namespace },
    });
  } catch (error) {
    if (isFault(error, 'Forbidden')) return;
    if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
    const claim = await client.find<KubeObject<{ namespace?: string }>>(kinds.clusterDomainClaim, undefined, host);
    const owner = claim?.spec?.namespace ?? '';
    if (owner !== namespace) throw new Fault('DomainTaken', { host, namespace: owner });
  }
}

/** Takes the claim back too. @throws Fault DomainNotFound */
export async function removeDomain(client: PlatformClient, namespace: string, host: string): Promise<void> {
  const was = await client.delete(kinds.domainMapping, namespace, host);
  if (!was) throw new Fault('DomainNotFound', { host, namespace });
  try {
    await client.delete(kinds.clusterDomainClaim, undefined, host);
  } catch (error) {
    if (!isFault(error, 'Forbidden')) throw error;
  }
}

/** A full DNS name in lower case (RFC 1123), with at least two labels. */
export function isHost(host: string): boolean {
  return host.length <= 253 && /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(host);
}
