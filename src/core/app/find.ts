/** Finds applications: directories with a slipway.yaml, or with a Knative Service in deploy/. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { applicationFile, readText } from './model.ts';

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
    const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (entry.isDirectory() && !entry.name.startsWith('.') && !notEntered.has(entry.name)) {
        await visit(join(dir, entry.name), depth - 1);
      }
    }
  };
  for (const root of roots) await visit(resolve(root), options.depth ?? 4);
  return [...found].sort();
}

export async function isApplication(dir: string): Promise<boolean> {
  if (existsSync(join(dir, applicationFile))) return true;
  const deploy = join(dir, 'deploy');
  const names = await readdir(deploy).catch(() => []);
  for (const name of names.filter((each) => /\.ya?ml$/.test(each))) {
    const text = await readText(join(deploy, name)).catch(() => undefined);
    if (text !== undefined && looksLikeService(text)) return true;
  }
  return false;
}

/** A quick look, without parsing: only to find candidates. */
export function looksLikeService(text: string): boolean {
  return /^apiVersion:\s*["']?serving\.knative\.dev\//m.test(text) && /^kind:\s*["']?Service\b/m.test(text);
}
