/** Takes an existing application as it is: writes a slipway.yaml beside what is there, and changes nothing else. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { Document } from 'yaml';
import { Fault } from '../faults.ts';
import { parseYaml } from './document.ts';
import { looksLikeService } from './find.ts';
import { howToRun } from './how-to-run.ts';
import { applicationFile, containersOf, readText, repositoryOf } from './model.ts';

const notSearched = new Set(['node_modules', 'dist', 'build', 'target', 'vendor', 'venv', '.git']);

/** @returns the files written, relative to `dir`; none when there is a slipway.yaml already. @throws Fault NoStartCommand */
export async function adopt(dir: string): Promise<{ name: string; files: string[] }> {
  const root = resolve(dir);
  if (existsSync(join(root, applicationFile))) return { name: basename(root), files: [] };
  const manifest = await findService(root, root, 3);
  const how = await howToRun(root, readText);
  const files: string[] = [];
  const name = manifest?.name ?? labelOf(basename(root));
  const image = manifest?.image ?? `dev.local/${name}`;
  if (!manifest) {
    if (!how) throw new Fault('NoStartCommand', { name });
    await mkdir(join(root, 'deploy'), { recursive: true });
    await writeFile(join(root, 'deploy', 'service.yaml'), serviceText(name, image), { flag: 'wx' });
    files.push('deploy/service.yaml');
  }
  const settings: Record<string, unknown> = { name };
  if (manifest && manifest.place !== 'deploy') settings['manifests'] = manifest.place;
  settings['build'] = how?.build === undefined ? { image } : { image, command: how.build };
  if (how) settings['run'] = how.dev === undefined ? { start: how.start } : { start: how.start, dev: how.dev };
  await writeFile(join(root, applicationFile), String(new Document(settings)), { flag: 'wx' });
  files.push(applicationFile);
  return { name, files };
}

interface FoundService {
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
      const place = dir === root ? entry.name : relative(root, dir).split(sep).join('/');
      if (found) return { ...found, place };
    } else if (entry.isDirectory() && depth > 0 && !notSearched.has(entry.name) && !entry.name.startsWith('.')) {
      const found = await findService(root, path, depth - 1);
      if (found) return found;
    }
  }
  return undefined;
}

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
