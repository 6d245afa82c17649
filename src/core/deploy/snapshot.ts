/** The files of an application that go into its image: .dockerignore and our defaults respected, hashed once (stat cache). */
import type { ImageFile } from '../../../emulator/capabilities/protocol.ts';

export interface Snapshot {
  dir: string;
  /** Sorted by path. */
  files: ImageFile[];
  bytes: number;
}

/** @throws Fault EmptySnapshot, FileUnreadable */
export async function takeSnapshot(
  _dir: string,
  _options?: { cacheFile?: string; signal?: AbortSignal; onProgress?(files: number): void },
): Promise<Snapshot> {
  throw new Error('not written yet');
}
