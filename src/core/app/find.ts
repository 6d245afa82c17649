/** Finds applications: directories with a slipway.yaml, or with a Knative Service in deploy/. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseYaml } from './document.ts';
import { applicationFile, mayBeManifest, readText } from './model.ts';
import { objectsIn } from './objects-in.ts';
import { valueAt } from './values.ts';

const notEntered = new Set([
  'node_modules',
  'dist',
  'build',
  'out',
  'target',
  'vendor',
  'venv',
  '__pycache__',
  'coverage',
]);

/** From `dir` upwards to the first application; undefined where there is none. */
export async function findApplicationAbove(dir: string): Promise<string | undefined> {
  for (let at = resolve(dir); ; at = dirname(at)) {
    if (await isApplication(at)) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** Every application below the roots, sorted; node_modules, dot folders and build output are not entered. */
export async function findApplications(roots: readonly string[], options: { depth?: number } = {}): Promise<string[]> {
  const found = new Set<string>();
  const visit = async (dir: string, depth: number): Promise<void> => {
    if (await isApplication(dir)) {
      // Nothing inside an application is another one.
      found.add(dir);
      return;
    }
    if (depth === 0) return;
    for (const folder of await foldersIn(dir)) await visit(folder, depth - 1);
  };
  for (const root of roots) await visit(resolve(root), options.depth ?? 4);
  return [...found].sort();
}

/**
 * The folders of an application, itself first, the upper ones before the lower; the same are not entered.
 * @param atMost that many; the lowest ones are left out
 */
export async function foldersOf(dir: string, atMost = 2_000): Promise<string[]> {
  const found = [dir];
  for (let at = 0; at < found.length && found.length < atMost; at++) {
    found.push(...(await foldersIn(found[at] as string)));
  }
  return found.slice(0, atMost);
}

/** Its folders, without those that are not entered. */
export async function foldersIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !notEntered.has(entry.name))
    .map(({ name }) => join(dir, name));
}

export async function isApplication(dir: string): Promise<boolean> {
  if (existsSync(join(dir, applicationFile))) return true;
  const deploy = join(dir, 'deploy');
  const names = await readdir(deploy).catch(() => []);
  for (const name of names.filter(mayBeManifest)) {
    const text = await readText(join(deploy, name)).catch(() => undefined);
    if (text !== undefined && looksLikeService(text)) return true;
  }
  return false;
}

/**
 * A quick look, only to find candidates. Lists and what is written in braces, as JSON is, are parsed: there a reference looks like a Service,
 * too.
 */
export function looksLikeService(text: string): boolean {
  if (!text.includes('serving.knative.dev/')) return false;
  const hasKeys =
    /^(["']?)apiVersion\1:\s*["']?serving\.knative\.dev\//m.test(text) &&
    /^(["']?)kind\1:\s*["']?Service\b/m.test(text);
  const isList = /^(["']?)kind\1:\s*["']?\w*List\b/m.test(text);
  if (hasKeys || !(isList || /^(--- +)?\{(?!\{)/m.test(text))) return hasKeys;
  const objects = parseYaml('', text).documents.flatMap((document) => objectsIn(document.value));
  return objects.some(
    ({ value }) =>
      /^serving\.knative\.dev\//.test(String(valueAt(value, ['apiVersion']))) && valueAt(value, ['kind']) === 'Service',
  );
}
