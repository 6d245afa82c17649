/** The platform's own image store (decisions 2-4). */
import type { ImageInfo, ImagePlan } from '../capabilities/protocol.ts';
import type { LocalImages } from '../pods/kubelet-ports.ts';

export interface ImageStore extends LocalImages {
  /** sha256 of blobs that are not here yet. @throws ApiError BadRequest on a plan that cannot be. */
  missing(plan: ImagePlan): string[];
  /** @throws ApiError BadRequest when the bytes are not what the digest says, InternalError when the disk is full. */
  putBlob(sha256: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
  /** @throws ApiError Conflict when a blob is absent. */
  commit(plan: ImagePlan): Promise<ImageInfo>;
  list(): ImageInfo[];
  /** `repo`, `repo:tag` or `repo@digest`; answers the references that are gone. Blobs nobody needs any more go too. */
  remove(name: string): Promise<string[]>;
}

export interface ImageStoreOptions {
  now?: () => number;
}

export async function openImageStore(_dir: string, _options: ImageStoreOptions = {}): Promise<ImageStore> {
  throw new Error('the image store is being written');
}
