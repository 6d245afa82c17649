/** What an application's own build writes. Pure leaf. */
import { dirname } from 'node:path';
import type { Application } from './model.ts';

/**
 * The folders that an application's build makes, by what its start command names in them: a Dockerfile would build them inside of its
 * image, so that .dockerignore leaves them out of its context.
 */
export function madeFolders({ build, run }: Pick<Application, 'build' | 'run'>): string[] {
  if (build.command === undefined) return [];
  const words = (run.start ?? []).flatMap((word) => word.split(/\s+/)).map((word) => word.replace(/^\.\//, ''));
  const inFolders = words.filter((word) => /^[\w@][^/:=]*\//.test(word) && !word.split('/').includes('..'));
  // A program beside its libraries: bin/shop and lib/*.
  return [...new Set(inFolders.map((word) => dirname(word).replace(/\/bin$/, '')))];
}
