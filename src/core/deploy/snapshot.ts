/**
 * The files of an application that go into its image: what .dockerignore leaves, as a build would see it, plus the
 * dependencies that a Dockerfile would install and what it would build (they are here already, and a local image is not built by one). A
 * .slipwayignore replaces both. Contents are hashed once: a cache remembers size, times and inode (decision 4).
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import dockerignore from '@balena/dockerignore';
import type { ImageFile } from '../../../emulator/capabilities/protocol.ts';
import { stateHome } from '../../../emulator/platform/record.ts';
import { readText } from '../app/model.ts';
import { Fault } from '../faults.ts';

export interface Snapshot {
  dir: string;
  /** Sorted by path. */
  files: ImageFile[];
  bytes: number;
}

export interface SnapshotOptions {
  /** Where hashes are remembered; false = nowhere. Default: below the user's state directory. */
  cacheFile?: string | false | undefined;
  /** Folders that are in it although .dockerignore leaves them out (app/made-folders.ts). */
  made?: readonly string[] | undefined;
  signal?: AbortSignal | undefined;
  onProgress?(files: number): void;
}

/** Never part of an image. */
const defaultIgnores = ['**/.git', '**/.hg', '**/.svn', '**/.DS_Store', '**/Thumbs.db', '.vscode', '.idea'];
/** Installed dependencies: in the image even though .dockerignore leaves them out of a build's context. */
const dependencies = /(^|\/)(node_modules|\.venv|venv)(\/|$)/;
/**
 * What only an editor or a compiler reads of them, what npm is just unpacking, and what Cargo keeps for its next build: no application
 * needs it to run, and it would be the largest part of many an image.
 */
const neverRun =
  /(^|\/)(node_modules\/(typescript|@types|\.[^/]+-[A-Za-z0-9]{8})|target\/(debug|(release\/)?(deps|build|incremental|examples|\.fingerprint)))(\/|$)/;
const hashesAtOnce = 8;

/** Of what is installed, not written. */
export function isDependency(path: string): boolean {
  return dependencies.test(path);
}

/** @throws Fault EmptySnapshot, FileUnreadable, Cancelled */
export async function takeSnapshot(dir: string, options: SnapshotOptions = {}): Promise<Snapshot> {
  const root = await realpath(resolve(dir));
  const keeps = await filterOf(root, options.made);
  const found: Entry[] = [];
  await walk(root, root, '', keeps, found, new Set([root]), options);
  if (found.length === 0) throw new Fault('EmptySnapshot', { dir: root });
  const cacheFile = options.cacheFile === undefined ? defaultCacheFile(root) : options.cacheFile;
  const cache = cacheFile ? await readCache(cacheFile) : new Map<string, CacheLine>();
  const files = await hashAll(found, cache, options);
  if (cacheFile) await writeCache(cacheFile, found, files);
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { dir: root, files, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

/** Files that somebody wrote by hand, absolute: what could have a port or an error in it. */
export function sourcesOf(dir: string, files: readonly { path: string; size: number }[]): string[] {
  return files.filter(({ path, size }) => isSource(path) && size < 200_000).map(({ path }) => join(dir, path));
}

/** The same of a directory that is not deployed but run in place; never throws. */
export async function listSources(dir: string): Promise<string[]> {
  try {
    const root = await realpath(resolve(dir));
    const found: Entry[] = [];
    await walk(root, root, '', await filterOf(root), found, new Set([root]), {});
    return sourcesOf(dir, found);
  } catch {
    return [];
  }
}

const isSource = (path: string): boolean =>
  /\.([cm]?[jt]sx?|py|go|rb|java|kt|rs|php|cs)$/.test(path) &&
  !/(^|\/)(node_modules|dist|build|test|tests|vendor)\//.test(path);

interface Entry {
  path: string;
  /** On disk. */
  file: string;
  size: number;
  executable: boolean;
  link?: string;
  /** Size, times and inode: changes with the content. */
  stamp: string;
  changedAt: number;
}

async function filterOf(root: string, made: readonly string[] = []): Promise<(path: string) => boolean> {
  const own = await readText(join(root, '.slipwayignore'));
  const docker = own === undefined ? await readText(join(root, '.dockerignore')) : undefined;
  const always = dockerignore().add(defaultIgnores).createFilter();
  const chosen = dockerignore()
    .add(own ?? docker ?? '')
    .createFilter();
  const isMade = (path: string) => made.some((folder) => path.startsWith(`${folder}/`));
  const wanted = (path: string) => chosen(path) || dependencies.test(path) || isMade(path);
  // Whoever writes a .slipwayignore says all of it.
  return (path) => always(path) && (own === undefined ? wanted(path) && !neverRun.test(path) : chosen(path));
}

async function walk(
  root: string,
  dir: string,
  prefix: string,
  keeps: (path: string) => boolean,
  found: Entry[],
  entered: Set<string>,
  options: SnapshotOptions,
): Promise<void> {
  if (options.signal?.aborted) throw new Fault('Cancelled');
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: Error) => {
    throw new Fault('FileUnreadable', { file: dir, detail: error.message }, { cause: error });
  });
  for (const entry of entries) {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    const file = join(dir, entry.name);
    const kept = keeps(path);
    if (entry.isDirectory()) {
      // A directory that is left out may hold an exception (`!keep.txt`) or dependencies; only .git is never entered.
      if (kept || !/^\.(git|hg|svn)$/.test(entry.name)) await walk(root, file, path, keeps, found, entered, options);
    } else if (kept && entry.isSymbolicLink()) {
      await addLink(root, file, path, keeps, found, entered, options);
    } else if (kept && entry.isFile()) {
      found.push(await entryOf(file, path));
      if (found.length % 500 === 0) options.onProgress?.(found.length);
    }
  }
}

/** A link that stays inside is kept as one; another is replaced by what it leads to (linked packages of a workspace). */
async function addLink(
  root: string,
  file: string,
  path: string,
  keeps: (path: string) => boolean,
  found: Entry[],
  entered: Set<string>,
  options: SnapshotOptions,
): Promise<void> {
  const target = await realpath(file).catch(() => undefined);
  // A dangling link is of no use to anyone.
  if (target === undefined) return;
  if (target.startsWith(root + sep)) {
    const link = relative(dirname(file), target).split(sep).join('/');
    const there = relative(root, target).split(sep).join('/');
    if (keeps(there)) {
      found.push({
        path,
        file,
        size: Buffer.byteLength(link),
        executable: false,
        link,
        stamp: `link ${link}`,
        changedAt: 0,
      });
    }
    return;
  }
  const kind = await stat(target);
  if (kind.isFile()) found.push(await entryOf(target, path));
  else if (kind.isDirectory() && !entered.has(target)) {
    await walk(root, target, path, keeps, found, new Set([...entered, target]), options);
  }
}

async function entryOf(file: string, path: string): Promise<Entry> {
  const { size, mode, mtimeMs, ctimeMs, ino } = await stat(file);
  return {
    path,
    file,
    size,
    executable: (mode & 0o100) !== 0,
    stamp: `${size} ${mtimeMs} ${ctimeMs} ${ino}`,
    changedAt: Math.max(mtimeMs, ctimeMs),
  };
}

async function hashAll(
  entries: readonly Entry[],
  cache: ReadonlyMap<string, CacheLine>,
  options: SnapshotOptions,
): Promise<ImageFile[]> {
  const files: ImageFile[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let entry = entries[next++]; entry; entry = entries[next++]) {
      if (options.signal?.aborted) throw new Fault('Cancelled');
      const { path, size, executable, link } = entry;
      const remembered = cache.get(path);
      const sha256 =
        link !== undefined
          ? createHash('sha256').update(link).digest('hex')
          : remembered?.stamp === entry.stamp
            ? remembered.sha256
            : await hashOf(entry.file);
      files.push({ path, size, sha256, executable, ...(link === undefined ? {} : { link }) });
    }
  };
  await Promise.all(Array.from({ length: hashesAtOnce }, worker));
  return files;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const part of createReadStream(file)) hash.update(part as Buffer);
  } catch (error) {
    throw new Fault('FileUnreadable', { file, detail: (error as Error).message }, { cause: error });
  }
  return hash.digest('hex');
}

interface CacheLine {
  stamp: string;
  sha256: string;
}

function defaultCacheFile(root: string): string {
  const key = createHash('sha256').update(root).digest('hex').slice(0, 16);
  return join(stateHome(), '.cache', `snapshot-${key}.json`);
}

async function readCache(file: string): Promise<Map<string, CacheLine>> {
  try {
    const lines = JSON.parse(await readFile(file, 'utf8')) as [string, string, string][];
    return new Map(lines.map(([path, stamp, sha256]) => [path, { stamp, sha256 }]));
  } catch {
    return new Map();
  }
}

/** Leaves out what changed within the last two seconds: a second write in the same tick of the disk's clock would not show. */
async function writeCache(file: string, entries: readonly Entry[], files: readonly ImageFile[]): Promise<void> {
  const hashes = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  const settled = Date.now() - 2_000;
  const lines = entries
    .filter(({ link, changedAt }) => link === undefined && changedAt < settled)
    .map(({ path, stamp }) => [path, stamp, hashes.get(path)]);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}.tmp`;
    await writeFile(draft, JSON.stringify(lines), { mode: 0o600 });
    await rename(draft, file);
  } catch {
    // Only a help: without it everything is hashed again.
  }
}
