/** Images in a platform's own store (decision 2): planned, missing blobs uploaded, committed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageConfig, ImageFile, ImageInfo, ImagePlan } from '../../emulator/capabilities/protocol.ts';
import { ApiError } from '../../emulator/kernel/errors.ts';
import { requireCapability } from './capability.ts';
import type { PlatformClient } from './client.ts';
import type { Snapshot } from './deploy/snapshot.ts';
import { Fault } from './faults.ts';

const uploadsAtOnce = 8;

export interface PutOptions {
  signal?: AbortSignal | undefined;
  /** Bytes sent of all that are missing. */
  onUpload?(sent: number, total: number): void;
}

/** Uploads what the store lacks and commits. @throws Fault CapabilityMissing, ApiError, Fault ClusterUnreachable */
export async function putImage(
  client: PlatformClient,
  name: string,
  snapshot: Snapshot,
  config: ImageConfig,
  options: PutOptions = {},
): Promise<{ image: ImageInfo; uploadedBytes: number }> {
  await requireCapability(client, 'images');
  const plan: ImagePlan = { name, config, files: snapshot.files };
  const missing = await missingFiles(client, plan, options.signal);
  const total = missing.reduce((sum, { size }) => sum + size, 0);
  let sent = 0;
  const queue = [...missing];
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      const bytes = await contentOf(snapshot.dir, file);
      await client.capability('PUT', `/blobs/${file.sha256}`, bytes, { signal: options.signal, timeoutMs: 60_000 });
      sent += file.size;
      options.onUpload?.(sent, total);
    }
  };
  await Promise.all(Array.from({ length: Math.min(uploadsAtOnce, queue.length) }, worker));
  const image = await client.capability<ImageInfo>('POST', '/images', plan, {
    signal: options.signal,
    timeoutMs: 120_000,
  });
  return { image, uploadedBytes: total };
}

/** One file for each blob that the store lacks. */
export async function missingFiles(
  client: PlatformClient,
  plan: ImagePlan,
  signal?: AbortSignal,
): Promise<ImageFile[]> {
  const { missing } = await client.capability<{ missing: string[] }>('POST', '/images/plan', plan, {
    signal,
    timeoutMs: 60_000,
  });
  const byHash = new Map(plan.files.map((file) => [file.sha256, file]));
  return missing.flatMap((sha256) => byHash.get(sha256) ?? []);
}

/** An image that runs in `dir` itself (development mode). */
export async function putInPlaceImage(
  client: PlatformClient,
  name: string,
  dir: string,
  config: ImageConfig,
): Promise<ImageInfo> {
  await requireCapability(client, 'images');
  const plan: ImagePlan = { name, config, files: [], inPlace: dir };
  return client.capability<ImageInfo>('POST', '/images', plan);
}

/** Newest first. */
export async function listImages(client: PlatformClient): Promise<ImageInfo[]> {
  await requireCapability(client, 'images');
  const { items } = await client.capability<{ items: ImageInfo[] }>('GET', '/images');
  return items.sort((a, b) => b.createdAt - a.createdAt);
}

/** @throws Fault ImageNotFound */
export async function removeImage(client: PlatformClient, name: string): Promise<string[]> {
  await requireCapability(client, 'images');
  try {
    const query = new URLSearchParams({ name });
    const { removed } = await client.capability<{ removed: string[] }>('DELETE', `/images?${query}`);
    if (removed.length > 0) return removed;
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
  throw new Fault('ImageNotFound', { name });
}

async function contentOf(dir: string, file: ImageFile): Promise<Uint8Array> {
  const path = join(dir, ...file.path.split('/'));
  return file.link === undefined ? readFile(path) : Buffer.from(file.link);
}
