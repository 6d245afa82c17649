/**
 * What a run made on its platform, as data: who ends the run may find the platform away, and then it is taken away later, by another
 * process if need be.
 */
import { ApiError } from '../../../emulator/kernel/errors.ts';
import type { PlatformClient } from '../client.ts';
import { removeImage } from '../images.ts';
import { kinds, labels, type ResourceKind } from '../resources.ts';
import { until } from '../until.ts';

export interface RunRemains {
  service: string;
  namespace: string;
  /** By their uid: what has been made anew under the same name is another's. */
  objects: readonly { kind: ResourceKind; namespace?: string; name: string; uid: string }[];
  image: string;
}

const goneMs = 15_000;
/** For an instance to end by itself. */
export const patienceSeconds = 2;

/**
 * Resolves when the instances are gone, too. Again and again does no harm.
 * @param but objects of these uids
 * @throws what the platform refuses, Fault where it is away
 */
export async function removeRemains(
  client: PlatformClient,
  remains: RunRemains,
  but: ReadonlySet<string> = new Set(),
): Promise<void> {
  const { service, namespace, objects, image } = remains;
  let others = false;
  for (const { kind, namespace: where, name, uid } of objects) {
    if (but.has(uid)) {
      others = true;
      continue;
    }
    try {
      await client.delete(kind, where, name, { propagation: 'Background', uid });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 409)) throw error;
      others = true;
    }
  }
  // The image and the instances belong to whoever runs it now.
  if (others) return;
  const instances = { labelSelector: `${labels.service}=${service}`, timeoutMs: goneMs };
  // Nothing new comes once the last is told to go. Not at once: a replica set that is still there would put another in its place.
  const ending = await until(client, kinds.pod, namespace, instances, (pods) =>
    pods.every(({ metadata }) => metadata.deletionTimestamp) ? pods : undefined,
  );
  // The minutes that a revision gives its requests are not for who has stopped it: what takes no notice (a debugger that somebody is
  // attached to) would hold its port and go on at the next start.
  for (const { metadata } of ending ?? [])
    await client.delete(kinds.pod, namespace, metadata.name, {
      gracePeriodSeconds: patienceSeconds,
      uid: metadata.uid,
    });
  await until(client, kinds.pod, namespace, instances, (pods) => (pods.length === 0 ? true : undefined));
  await removeImage(client, image).catch(() => {});
}
