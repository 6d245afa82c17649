/** Why a service is not ready, as soon as anything on the platform says so. Pure leaf. */
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { truthOf } from '../../core/conditions.ts';
import { type Trouble, troubleOf } from '../../core/crash.ts';
import type { ServiceModel } from '../../core/services.ts';
import { podsOfRevision, revisionsOf, type ServiceKey, type Snapshot } from './snapshot.ts';

/** What keeps one of these pods from starting, if anything does. */
export type CrashReader = (pods: readonly KubeObject[]) => Trouble | undefined;

/** By its condition, or by what the instances meet while they are still tried. */
export function revisionTrouble(snapshot: Snapshot, revision: KubeObject, service: ServiceKey, crash: CrashReader) {
  const { status: ready, reason, message } = truthOf(revision);
  return troubleOf({ ready, reason, message }, () => crash(podsOfRevision(snapshot, service, revision.metadata.name)));
}

/** That of its newest revision is the cause; what a Service says of itself is then what follows from it (`RevisionMissing`). */
export function serviceTrouble(snapshot: Snapshot, model: ServiceModel, crash: CrashReader): Trouble | undefined {
  if (model.ready === 'True') return undefined;
  const newest = revisionsOf(snapshot, model).find(({ metadata }) => metadata.name === model.latestCreated);
  const cause = newest && revisionTrouble(snapshot, newest, model, crash);
  return cause ?? troubleOf(model, () => undefined);
}
