/** Takes an existing application as it is: writes a slipway.yaml beside what is there, and changes nothing else. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { Document } from 'yaml';
import { Fault } from '../faults.ts';
import { parseYaml } from './document.ts';
import { foldersIn, isApplication, looksLikeService } from './find.ts';
import { howToRun } from './how-to-run.ts';
import { applicationFile, containersOf, readText, repositoryOf } from './model.ts';
import { isRepository, ownRepository } from './repository.ts';

const notSearched = new Set(['node_modules', 'dist', 'build', 'target', 'vendor', 'venv', '.git']);

export interface Adopted {
  name: string;
  /** What was written, relative to the folder; none where there was a slipway.yaml already. */
  files: string[];
  /** It is known how it is started; else its author has to say `run.start`. */
  starts: boolean;
}

/** @throws Fault NoStartCommand where there is neither a Service nor a way to start it, FileUnreadable */
export async function adopt(dir: string): Promise<Adopted> {
  const root = resolve(dir);
  if (existsSync(join(root, applicationFile))) return { name: basename(root), files: [], starts: true };
  const manifest = await findService(root, root, 3);
  const how = await howToRun(root, readText);
  const files: string[] = [];
  const name = manifest?.name ?? labelOf(basename(root));
  const image = manifest?.image ?? ownRepository(name);
  if (!manifest) {
    if (!how) throw new Fault('NoStartCommand', { name });
    await mkdir(join(root, 'deploy'), { recursive: true });
    await writeFile(join(root, 'deploy', 'service.yaml'), serviceText(name, image), { flag: 'wx' });
    files.push('deploy/service.yaml');
  }
  const settings: Record<string, unknown> = { name };
  if (manifest && manifest.place !== 'deploy') settings['manifests'] = manifest.place;
  // An image that somebody else makes is deployed as it is named, until it is said how this one is.
  const isMade = how !== undefined || !isRepository(image);
  if (isMade) settings['build'] = how?.build === undefined ? { image } : { image, command: how.build };
  if (how) settings['run'] = how.dev === undefined ? { start: how.start } : { start: how.start, dev: how.dev };
  await writeFile(join(root, applicationFile), String(new Document(settings)), { flag: 'wx' });
  files.push(applicationFile);
  return { name, files, starts: how !== undefined };
}

/** A folder that `adopt` can take. */
export interface Adoptable {
  dir: string;
  /** The file of its Knative Service, relative to it; undefined = one would be written. */
  manifest: string | undefined;
  /** A command line; undefined = not known. */
  start: string | undefined;
}

const mostAdoptable = 50;

/**
 * Folders below the roots that look like applications and are in none: what has a way to start it, or a Knative Service. The upper ones
 * first; nothing inside of one is another.
 */
export async function adoptable(roots: readonly string[], { depth = 3 } = {}): Promise<Adoptable[]> {
  const found: Adoptable[] = [];
  let level = roots.map((root) => resolve(root));
  for (let left = depth; left >= 0 && found.length < mostAdoptable; left--) {
    const below: string[] = [];
    for (const dir of level) {
      if (await isApplication(dir)) continue;
      const how = await howToRun(dir, readText).catch(() => undefined);
      const service = await findService(dir, dir, how ? 3 : 0).catch(() => undefined);
      if (how || service) found.push({ dir, manifest: service?.file, start: how?.start });
      else below.push(...(await foldersIn(dir)));
    }
    level = below;
  }
  return found.slice(0, mostAdoptable);
}

/** The folder of the application that a manifest is of: the nearest one, up to `root`, that says how it is started; else its own. */
export async function folderOfManifest(file: string, root: string): Promise<string> {
  for (let at = dirname(resolve(file)); ; at = dirname(at)) {
    if (await howToRun(at, readText).catch(() => undefined)) return at;
    if (at === resolve(root) || dirname(at) === at) return dirname(resolve(file));
  }
}

interface FoundService {
  /** Relative to the root. */
  file: string;
  name: string;
  image: string;
  /** Directory of its file relative to the root, or the file where it lies in the root itself. */
  place: string;
}

async function findService(root: string, dir: string, depth: number): Promise<FoundService | undefined> {
  const entries = await readdir(dir, { withFileTypes: true });
  entries.sort((a, b) => Number(a.isDirectory()) - Number(b.isDirectory()) || a.name.localeCompare(b.name));
  for (const entry of entries) {
    const path = join(dir, entry.name);
    if (entry.isFile() && /\.ya?ml$/.test(entry.name)) {
      const found = await serviceIn(path);
      const place = dir === root ? entry.name : slashed(relative(root, dir));
      if (found) return { ...found, place, file: slashed(relative(root, path)) };
    } else if (entry.isDirectory() && depth > 0 && !notSearched.has(entry.name) && !entry.name.startsWith('.')) {
      const found = await findService(root, path, depth - 1);
      if (found) return found;
    }
  }
  return undefined;
}

const slashed = (path: string) => path.split(sep).join('/');

async function serviceIn(file: string): Promise<{ name: string; image: string } | undefined> {
  const text = await readFile(file, 'utf8');
  if (!looksLikeService(text)) return undefined;
  for (const { value } of parseYaml(file, text).documents) {
    const object = value as { kind?: string; metadata?: { name?: string }; spec?: unknown } | null;
    const image = object ? containersOf(object)[0]?.image : undefined;
    if (object?.kind === 'Service' && object.metadata?.name && typeof image === 'string') {
      return { name: object.metadata.name, image: repositoryOf(image) };
    }
  }
  return undefined;
}

/** A service's name from a directory's: `My App` → `my-app`. */
export function labelOf(text: string): string {
  const label = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return label === '' ? 'app' : label;
}

function serviceText(name: string, image: string): string {
  return `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: ${name}
spec:
  template:
    spec:
      containers:
        - image: ${image}
`;
}
