/** What a deploy does before it changes anything: the build command, the snapshot, the image in the platform's store. */
import type { ImageInfo } from '../../../emulator/capabilities/protocol.ts';
import { type Application, environmentOf } from '../app/model.ts';
import type { PlatformClient } from '../client.ts';
import { Fault } from '../faults.ts';
import { putImage } from '../images.ts';
import { runBuild } from './build.ts';
import { imageConfig } from './deploy.ts';
import { imageRepository } from './objects.ts';
import { madeFolders, takeSnapshot } from './snapshot.ts';

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
  const { command } = app.build;
  if (command) {
    const { exitCode, notFound } = await runBuild(command, app.dir, (_stream, text) => onLine(text), signal);
    if (exitCode !== 0) throw new Fault(notFound ? 'BuildCommandMissing' : 'BuildFailed', { command, exitCode });
  }
  const snapshot = await takeSnapshot(app.dir, { signal, made: madeFolders(app) });
  const repository = imageRepository(app, environmentOf(app, environment));
  const { image, uploadedBytes } = await putImage(client, repository, snapshot, imageConfig(app), { signal });
  return { image, files: snapshot.files.length, uploadedBytes };
}
