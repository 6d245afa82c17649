/** Custom domains: a DomainMapping and the ClusterDomainClaim that lets its namespace have the name. */
import type { KubeObject } from '../../emulator/kernel/object.ts';
import type { PlatformClient } from './client.ts';

export interface DomainModel {
  host: string;
  namespace: string;
  service: string;
  url: string | undefined;
  ready: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
}

export function domainModel(_mapping: KubeObject, _gateway?: { port: number | undefined }): DomainModel {
  throw new Error('not written yet');
}

export async function listDomains(_client: PlatformClient, _namespace?: string): Promise<DomainModel[]> {
  throw new Error('not written yet');
}

/** Waits until it is ready (10 s at most; then as it stands). @throws Fault DomainInvalid, DomainTaken, ServiceNotFound */
export async function addDomain(
  _client: PlatformClient,
  _namespace: string,
  _host: string,
  _service: string,
): Promise<DomainModel> {
  throw new Error('not written yet');
}

/** @throws Fault DomainNotFound */
export async function removeDomain(_client: PlatformClient, _namespace: string, _host: string): Promise<void> {
  throw new Error('not written yet');
}
