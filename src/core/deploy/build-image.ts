/** What a deploy does before it changes anything: the build command, the snapshot, the image in the platform's store. */

import type { ImageInfo } from '../../../emulator/capabilities/protocol.ts';
import { madeFolders } from '../app/made-folders.ts';
import { type Application, environmentOf } from '../app/model.ts';
import type { PlatformClient } from '../client.ts';
import { Fault } from '../faults.ts';
import { putImage } from '../images.ts';
import { buildApplication } from './build.ts';
import { imageConfig } from './deploy.ts';
import { imageRepository } from './objects.ts';
import { takeSnapshot } from './snapshot.ts';

export interface BuiltImage {
  image: ImageInfo;
  files: number;
  /** Bytes that the store did not have yet. */
  uploadedBytes: number;
}

/** @throws Fault BuildFailed, BuildCommandMissing, NoStartCommand, EmptySnapshot, CapabilityMissing, Cancelled */
export async function buildImage(
  { client, app, environment }: { client: PlatformClient; app: Application; environment?: string | undefined },
  onLine: (text: string) => void,
  signal?: AbortSignal,
): Promise<BuiltImage> {
  const failure = await buildApplication(app, (_stream, text) => onLine(text), signal);
  if (failure) throw new Fault(failure.cause.code, failure.cause.args);
  const snapshot = await takeSnapshot(app.dir, { signal, made: madeFolders(app) });
  const repository = imageRepository(app, environmentOf(app, environment));
  const { image, uploadedBytes } = await putImage(client, repository, snapshot, imageConfig(app), { signal });
  return { image, files: snapshot.files.length, uploadedBytes };
}
