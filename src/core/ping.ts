/** PingSources: list, next fires, fire now, what was delivered. */
import type { Delivery, PingSchedule } from '../../emulator/capabilities/protocol.ts';
import type { KubeObject } from '../../emulator/kernel/object.ts';
import type { PlatformClient } from './client.ts';

export interface PingModel {
  name: string;
  namespace: string;
  schedule: string;
  timezone: string;
  sink: string;
  /** Name of the Knative Service that it fires into, when it is one. */
  service: string | undefined;
  ready: 'True' | 'False' | 'Unknown';
  reason: string;
}

export function pingModel(_source: KubeObject): PingModel {
  throw new Error('not written yet');
}

export async function listPings(_client: PlatformClient, _namespace?: string): Promise<PingModel[]> {
  throw new Error('not written yet');
}

/** @throws Fault CapabilityMissing, PingSourceNotFound; so do the next two */
export async function nextFires(
  _client: PlatformClient,
  _namespace: string,
  _name: string,
  _count?: number,
): Promise<PingSchedule> {
  throw new Error('not written yet');
}

export async function fireNow(_client: PlatformClient, _namespace: string, _name: string): Promise<Delivery> {
  throw new Error('not written yet');
}

/** Newest first. */
export async function deliveries(
  _client: PlatformClient,
  _namespace: string,
  _source?: string,
  _limit?: number,
): Promise<Delivery[]> {
  throw new Error('not written yet');
}
