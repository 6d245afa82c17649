/** Revisions of a service: the list, and what differs between two. */
import type { KubeObject } from '../../emulator/kernel/object.ts';
import type { PlatformClient } from './client.ts';

export interface RevisionModel {
  name: string;
  namespace: string;
  service: string;
  /** serving.knative.dev/configurationGeneration. */
  generation: number;
  created: string;
  ready: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  active: boolean;
  image: string;
  percent: number;
  tags: string[];
  latestReady: boolean;
  actualReplicas: number;
  desiredReplicas: number;
}

/** Pure. `service` gives percent, tags and latestReady. */
export function revisionModel(_revision: KubeObject, _service?: KubeObject): RevisionModel {
  throw new Error('not written yet');
}

/** Newest first. @throws Fault ServiceNotFound */
export async function listRevisions(
  _client: PlatformClient,
  _namespace: string,
  _service: string,
): Promise<RevisionModel[]> {
  throw new Error('not written yet');
}

export interface RevisionChange {
  /** `spec.containers[0].env[NAME].value`… */
  path: string;
  before: string | undefined;
  after: string | undefined;
}

/** Pure: what a reader would call a change (spec, user annotations and labels), without what the platform writes. */
export function diffRevisions(_before: KubeObject, _after: KubeObject): RevisionChange[] {
  throw new Error('not written yet');
}
