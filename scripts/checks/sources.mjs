/** The project's own files, as git sees them (tracked, or new and not ignored). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';

let listed;

/** @returns {Promise<string[]>} paths from the root, with `/`. */
export async function sourceFiles() {
  listed ??= run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { quiet: true }).then(
    ({ output }) => output.split('\n').filter((path) => path !== '' && !path.startsWith('test/conformance/parity/')),
  );
  return listed;
}

const texts = new Map();

/** Text of a file, '' when it is gone by now. */
export function textOf(path) {
  if (!texts.has(path)) {
    try {
      texts.set(path, readFileSync(join(root, path), 'utf8'));
    } catch {
      texts.set(path, '');
    }
  }
  return texts.get(path);
}
