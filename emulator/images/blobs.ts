/** Content-addressed files. What is here under a digest has that content: it is checked while it is written. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError } from '../kernel/errors.ts';

export interface Blobs {
  path(sha256: string): string;
  /** A file cut short by a power failure counts as absent. */
  has(sha256: string, size: number): boolean;
  put(sha256: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
  /** Removes what `keep` does not want and that is older than `olderThanMs`. Returns how many went. */
  sweep(keep: (sha256: string) => boolean, olderThanMs: number): Promise<number>;
}

export function openBlobs(dir: string, drafts: string): Blobs {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  mkdirSync(drafts, { recursive: true, mode: 0o700 });
  const path = (sha256: string) => join(dir, sha256.slice(0, 2), sha256);

  return {
    path,
    has(sha256, size) {
      const stats = statSync(path(sha256), { throwIfNoEntry: false });
      return stats !== undefined && stats.size === size;
    },

    async put(sha256, bytes) {
      if (!/^[0-9a-f]{64}$/.test(sha256)) {
        throw new ApiError('BadRequest', 'a blob is named by its sha256 in 64 lower-case hex digits');
      }
      const draft = join(drafts, `blob-${randomUUID()}`);
      try {
        const hash = createHash('sha256');
        const file = await open(draft, 'wx', 0o444);
        try {
          for await (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) {
            hash.update(chunk);
            for (let written = 0; written < chunk.byteLength; ) {
              written += (await file.write(chunk, written)).bytesWritten;
            }
          }
        } finally {
          await file.close();
        }
        const actual = hash.digest('hex');
        if (actual !== sha256) {
          throw new ApiError('BadRequest', `the blob sent as ${sha256} has the content of ${actual}`);
        }
        await mkdir(join(dir, sha256.slice(0, 2)), { recursive: true, mode: 0o700 });
        await rename(draft, path(sha256));
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined);
        throw diskError(error, 'the blob was not stored');
      }
    },

    async sweep(keep, olderThanMs) {
      let removed = 0;
      const before = Date.now() - olderThanMs;
      for (const folder of await readdir(dir)) {
        for (const name of await readdir(join(dir, folder))) {
          if (keep(name)) continue;
          const file = join(dir, folder, name);
          const stats = await stat(file).catch(() => undefined);
          if (!stats || stats.mtimeMs > before) continue;
          await rm(file, { force: true });
          removed++;
        }
      }
      return removed;
    },
  };
}

/** A full or read-only disk as an answer that says what to do; anything else as it was. */
export function diskError(error: unknown, consequence: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ApiError(
      'InternalError',
      `no space left on the disk of the image store: ${consequence}; free some and try again`,
    );
  }
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
    return new ApiError('InternalError', `the image store cannot be written (${code}): ${consequence}`);
  }
  return error;
}
