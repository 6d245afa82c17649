/** Saves in an application's directory, a burst of them as one; what no snapshot would hold is not watched. */
import { stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import chokidar from 'chokidar';

const ignored = new Set([
  'node_modules',
  '.git',
  '.hg',
  '.svn',
  '.venv',
  'venv',
  '__pycache__',
  '.slipway',
  'coverage',
]);
const burstMs = 80;

/**
 * Resolves once watching has begun.
 * @param isMade whether the application's own build writes this, by its path in the directory with `/`
 */
export async function watchSaves(
  dir: string,
  isMade: (path: string) => boolean,
  onSave: (file: string) => void,
): Promise<AsyncDisposable> {
  let timer: NodeJS.Timeout | undefined;
  const watcher = chokidar.watch(dir, {
    ignoreInitial: true,
    ignored: (path) =>
      isMade(relative(dir, path).split(sep).join('/')) ||
      path
        .slice(dir.length)
        .split(sep)
        .some((part) => ignored.has(part)) ||
      /(~|\.swp|\.tmp|\.log)$/.test(path),
  });
  const saved = (file: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => onSave(file), burstMs);
  };
  watcher.on('change', saved);
  watcher.on('unlink', saved);
  watcher.on('add', (file) => {
    // An editor's probe file is gone again before anyone could read it.
    stat(file).then(
      () => saved(file),
      () => {},
    );
  });
  await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}
