/**
 * An image's files as a tree on disk: read-only, laid out once a digest by reflink (copy where the file system has none)
 * and shared by every instance. A fixed modification time on everything shows cheaply whether anyone changed it: the
 * super-user is not held back by permissions.
 */
import { constants } from 'node:fs';
import { chmod, copyFile, lstat, lutimes, mkdir, readdir, rename, rm, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImageFile } from '../capabilities/protocol.ts';

const stamp = new Date('2001-01-01T00:00:00Z');
const concurrency = 32;

/** Writes the tree next to its place and renames it in, so that a tree that is there is whole. */
export async function layOut(
  target: string,
  draft: string,
  files: readonly ImageFile[],
  blob: (sha256: string) => string,
): Promise<void> {
  await removeTree(draft);
  const directories = new Set<string>(['']);
  for (const { path } of files) {
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1))
      directories.add(path.slice(0, cut));
  }
  const shallowFirst = [...directories].sort((a, b) => a.length - b.length);
  for (const directory of shallowFirst) await mkdir(join(draft, directory), { recursive: true });
  await eachOf(files, async (file) => {
    const path = join(draft, file.path);
    if (file.link !== undefined) {
      await symlink(file.link, path);
      await lutimes(path, stamp, stamp);
      return;
    }
    await copyFile(blob(file.sha256), path, constants.COPYFILE_FICLONE);
    await chmod(path, file.executable ? 0o555 : 0o444);
    await utimes(path, stamp, stamp);
  });
  for (const directory of shallowFirst.reverse()) {
    const path = join(draft, directory);
    await utimes(path, stamp, stamp);
    // The root is renamed once more, which needs write permission on some systems.
    await chmod(path, directory === '' ? 0o755 : 0o555);
  }
  await mkdir(dirname(target), { recursive: true });
  await rename(draft, target);
  await chmod(target, 0o555);
}

/** Whether every entry is as it was laid out: nothing added, removed or written. */
export async function isUntouched(dir: string, files: readonly ImageFile[]): Promise<boolean> {
  const directories = new Set<string>([dir]);
  for (const { path } of files) directories.add(dirname(join(dir, path)));
  const paths = [...directories, ...files.map(({ path }) => join(dir, path))];
  let untouched = true;
  await eachOf(paths, async (path) => {
    if (!untouched) return;
    const stats = await lstat(path).catch(() => undefined);
    if (stats?.mtimeMs !== stamp.getTime()) untouched = false;
  });
  return untouched;
}

/** Removes a read-only tree: directories are made writable on the way down. */
export async function removeTree(dir: string): Promise<void> {
  const stats = await lstat(dir).catch(() => undefined);
  if (!stats) return;
  if (stats.isDirectory()) {
    await chmod(dir, 0o755);
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      if (entry.isDirectory()) await removeTree(join(dir, entry.name));
    }
  }
  await rm(dir, { recursive: true, force: true });
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
}
