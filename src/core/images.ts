/** Images in a platform's own store (decision 2): planned, missing blobs uploaded, committed. */
import type { ImageConfig, ImageInfo } from '../../emulator/capabilities/protocol.ts';
import type { PlatformClient } from './client.ts';
import type { Snapshot } from './deploy/snapshot.ts';

/** Uploads what the store lacks and commits. `onUpload` tells bytes sent of all. @throws Fault CapabilityMissing */
export async function putImage(
  _client: PlatformClient,
  _name: string,
  _snapshot: Snapshot,
  _config: ImageConfig,
  _options?: { signal?: AbortSignal; onUpload?(sent: number, total: number): void },
): Promise<{ image: ImageInfo; uploadedBytes: number }> {
  throw new Error('not written yet');
}

/** An image that runs in `dir` itself (development mode). */
export async function putInPlaceImage(
  _client: PlatformClient,
  _name: string,
  _dir: string,
  _config: ImageConfig,
): Promise<ImageInfo> {
  throw new Error('not written yet');
}

export async function listImages(_client: PlatformClient): Promise<ImageInfo[]> {
  throw new Error('not written yet');
}

/** @throws Fault ImageNotFound */
export async function removeImage(_client: PlatformClient, _name: string): Promise<string[]> {
  throw new Error('not written yet');
}
