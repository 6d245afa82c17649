/** Images in a platform's own store (decision 2): planned, missing blobs uploaded, committed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  ImageConfig,
  ImageContents,
  ImageFile,
  ImageInfo,
  ImagePlan,
} from '../../emulator/capabilities/protocol.ts';
import { ApiError } from '../../emulator/kernel/errors.ts';
import { requireCapability } from './capability.ts';
import type { PlatformClient } from './client.ts';
import { isDependency, type Snapshot } from './deploy/snapshot.ts';
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

/** undefined where the platform cannot say: it keeps no images, or not this one. */
export async function imageContents(client: PlatformClient, reference: string): Promise<ImageContents | undefined> {
  if (!(await client.capabilities()).has('image-files')) return undefined;
  try {
    return await client.capability<ImageContents>('GET', `/images/files?${new URLSearchParams({ name: reference })}`);
  } catch (error) {
    if (error instanceof ApiError && (error.code === 404 || error.code === 400)) return undefined;
    throw error;
  }
}

/** One file of an image. @throws ApiError NotFound, BadRequest above 4 MiB */
export async function imageFile(client: PlatformClient, reference: string, path: string): Promise<Uint8Array> {
  const query = new URLSearchParams({ name: reference, path });
  const { base64 } = await client.capability<{ base64: string }>('GET', `/images/file?${query}`);
  return Buffer.from(base64, 'base64');
}

export interface FileChange {
  path: string;
  change: 'added' | 'removed' | 'changed';
}

/** Pure: what differs between the files of two images, by path. Installed dependencies are counted, not listed. */
export function changedFiles(
  before: Pick<ImageContents, 'files'>,
  after: Pick<ImageContents, 'files'>,
): { files: FileChange[]; dependencies: number } {
  const old = new Map(before.files.map((file) => [file.path, file]));
  const now = new Map(after.files.map((file) => [file.path, file]));
  const changes = [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((path): FileChange[] => {
    const [was, is] = [old.get(path), now.get(path)];
    if (!was) return [{ path, change: 'added' }];
    if (!is) return [{ path, change: 'removed' }];
    const same = was.sha256 === is.sha256 && was.executable === is.executable && was.link === is.link;
    return same ? [] : [{ path, change: 'changed' }];
  });
  const files = changes.filter(({ path }) => !isDependency(path));
  return { files, dependencies: changes.length - files.length };
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
