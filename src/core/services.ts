/** Services as front ends list and show them. The models are pure functions of objects, so an informer's copy serves too. */
import type { KubeObject } from '../../emulator/kernel/object.ts';
import type { PlatformClient } from './client.ts';

export interface ServiceModel {
  name: string;
  namespace: string;
  /** With the gateway's port where it has one. */
  url: string | undefined;
  ready: 'True' | 'False' | 'Unknown';
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
  runtime: string | undefined;
  debugAddress: string | undefined;
}

export interface Gateway {
  host: string;
  /** Where the URLs' hosts are served; undefined = the scheme's own port. */
  port: number | undefined;
}

/** Where requests go in: the platform's ingress, else 80/443 as the URLs say. Kept per client. */
export async function gatewayOf(_client: PlatformClient): Promise<Gateway> {
  throw new Error('not written yet');
}

/** `http://hello.default.localhost` + port 8080 → `http://hello.default.localhost:8080`. Pure. */
export function publicUrl(_url: string | undefined, _gateway?: { port: number | undefined }): string | undefined {
  throw new Error('not written yet');
}

export function serviceModel(_service: KubeObject, _gateway?: Gateway): ServiceModel {
  throw new Error('not written yet');
}

export function instanceModel(_pod: KubeObject): InstanceModel {
  throw new Error('not written yet');
}

export async function listServices(_client: PlatformClient, _namespace?: string): Promise<ServiceModel[]> {
  throw new Error('not written yet');
}

/** @throws Fault ServiceNotFound */
export async function showService(
  _client: PlatformClient,
  _namespace: string,
  _name: string,
): Promise<{
  service: ServiceModel;
  revisions: import('./revisions.ts').RevisionModel[];
  instances: InstanceModel[];
  domains: import('./domains.ts').DomainModel[];
  pings: import('./ping.ts').PingModel[];
  conditions: { type: string; status: string; reason: string; message: string }[];
}> {
  throw new Error('not written yet');
}

/** @returns false when it was not there */
export async function deleteService(_client: PlatformClient, _namespace: string, _name: string): Promise<boolean> {
  throw new Error('not written yet');
}
