/** PingSources: list, next fires, fire now, what was delivered. */
import type { Delivery, PingSchedule } from '../../emulator/capabilities/protocol.ts';
import { ApiError } from '../../emulator/kernel/errors.ts';
import type { KubeObject } from '../../emulator/kernel/object.ts';
import { requireCapability } from './capability.ts';
import type { PlatformClient } from './client.ts';
import { type Truth, truthOf } from './conditions.ts';
import { Fault } from './faults.ts';
import { kinds } from './resources.ts';

export interface PingModel {
  name: string;
  namespace: string;
  schedule: string;
  timezone: string;
  sink: string;
  /** Name of the Knative Service that it fires into, when it is one. */
  service: string | undefined;
  ready: Truth;
  reason: string;
}

export function pingModel(source: KubeObject): PingModel {
  const spec = (source.spec ?? {}) as {
    schedule?: string;
    timezone?: string;
    sink?: { ref?: { apiVersion?: string; kind?: string; name?: string }; uri?: string };
  };
  const { sinkUri } = (source.status ?? {}) as { sinkUri?: string };
  const { status, reason } = truthOf(source);
  const { ref } = spec.sink ?? {};
  return {
    name: source.metadata.name,
    namespace: source.metadata.namespace ?? '',
    schedule: spec.schedule ?? '* * * * *',
    timezone: spec.timezone ?? '',
    sink: sinkUri ?? spec.sink?.uri ?? ref?.name ?? '',
    service: ref?.kind === 'Service' && ref.apiVersion?.startsWith('serving.') ? ref.name : undefined,
    ready: status,
    reason,
  };
}

/** [] on a platform without Eventing. */
export async function listPings(client: PlatformClient, namespace?: string): Promise<PingModel[]> {
  try {
    const { items } = await client.list(kinds.pingSource, namespace);
    return items.map(pingModel).sort((a, b) => a.name.localeCompare(b.name));
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return [];
    throw error;
  }
}

/** @throws Fault CapabilityMissing, PingSourceNotFound; so do the next two */
export async function nextFires(
  client: PlatformClient,
  namespace: string,
  name: string,
  count = 5,
): Promise<PingSchedule> {
  return onSource(client, namespace, name, (path) => client.capability('GET', `${path}/schedule?count=${count}`));
}

export async function fireNow(client: PlatformClient, namespace: string, name: string): Promise<Delivery> {
  // The answer is the delivery's result: a sink that is at zero has to start first.
  return onSource(client, namespace, name, (path) =>
    client.capability('POST', `${path}/fire`, {}, { timeoutMs: 120_000 }),
  );
}

/** Newest first. */
export async function deliveries(
  client: PlatformClient,
  namespace: string,
  source?: string,
  limit = 50,
): Promise<Delivery[]> {
  await requireCapability(client, 'ping');
  const query = new URLSearchParams({ limit: String(limit), ...(source ? { source } : {}) });
  const { items } = await client.capability<{ items: Delivery[] }>(
    'GET',
    `/namespaces/${encodeURIComponent(namespace)}/deliveries?${query}`,
  );
  return items;
}

async function onSource<T>(
  client: PlatformClient,
  namespace: string,
  name: string,
  call: (path: string) => Promise<T>,
): Promise<T> {
  await requireCapability(client, 'ping');
  try {
    return await call(`/namespaces/${encodeURIComponent(namespace)}/pingsources/${encodeURIComponent(name)}`);
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) throw new Fault('PingSourceNotFound', { name, namespace });
    throw error;
  }
}
