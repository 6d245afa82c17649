/**
 * Writes a volume's files so that a reader has the old ones or the new ones, never some of each, in a folder that stays
 * the same: a container has it mounted. The layout is the one of Kubernetes: `name` → `..data/name`, `..data` → a folder
 * named by its time, and only that last link is replaced.
 */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** Path in the volume, with `/` → what is there. */
export type VolumeFiles = Map<string, { content: Uint8Array | string; mode: number }>;

const current = '..data';

/** Writes nothing where everything is as it should be. Paths must have been checked not to lead out. */
export function writeVolumeFiles(dir: string, files: VolumeFiles): void {
  mkdirSync(dir, { recursive: true });
  const before = targetOf(join(dir, current));
  if (before !== undefined && holds(join(dir, before), files)) return;
  const next = `..${new Date().toISOString().replaceAll(/[-:.]/g, '_')}_${process.hrtime.bigint()}`;
  writePlain(join(dir, next), files);
  const link = join(dir, `${current}_next`);
  rmSync(link, { force: true });
  symlinkSync(next, link, 'dir');
  renameSync(link, join(dir, current));
  const names = new Set([...files.keys()].map((path) => path.split('/')[0] ?? path));
  for (const name of names) {
    if (lstatSync(join(dir, name), { throwIfNoEntry: false })) continue;
    symlinkSync(`${current}${sep}${name}`, join(dir, name), 'file');
  }
  for (const name of readdirSync(dir)) {
    const stale = name.startsWith('..') ? name !== next && name !== current : !names.has(name);
    if (stale) rmSync(join(dir, name), { recursive: true, force: true });
  }
}

function writePlain(dir: string, files: VolumeFiles): void {
  mkdirSync(dir, { recursive: true });
  for (const [name, { content, mode }] of files) {
    const file = join(dir, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    // Not as part of the write, where the umask takes of it.
    chmodSync(file, mode);
  }
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

function holds(dir: string, files: VolumeFiles): boolean {
  try {
    const there = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return (
      there.length === files.size &&
      [...files].every(([name, { content, mode }]) => {
        const file = join(dir, name);
        return (statSync(file).mode & 0o777) === mode && readFileSync(file).equals(Buffer.from(content));
      })
    );
  } catch {
    return false;
  }
}
