/** The source files of an application in which literals are looked for. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { literalLanguages } from './literals.ts';

const excluded = new Set(['node_modules', 'vendor', 'target', 'build', 'dist', 'bin', 'obj', 'venv', '__pycache__']);

/** undefined where there are more than `most`: that a literal is the only one could not be told. */
export async function literalFilesOf(dir: string, most: number): Promise<string[] | undefined> {
  const found: string[] = [];
  const folders = [dir];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (entry.isDirectory() && !excluded.has(entry.name) && !entry.name.startsWith('.'))
        folders.push(join(folder, entry.name));
      else if (entry.isFile() && literalLanguages.test(entry.name)) found.push(join(folder, entry.name));
    }
    if (found.length > most || folders.length > 5_000) return undefined;
  }
  return found.sort();
}
