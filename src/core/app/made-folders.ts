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

/** What tools write to for themselves, beside what the start command names. */
const ofTools: readonly { tool: string; folders: readonly string[] }[] = [
  { tool: 'cargo', folders: ['target'] },
  { tool: 'mvnw?(\\.cmd)?', folders: ['target'] },
  { tool: 'gradlew?(\\.bat)?', folders: ['build', '.gradle'] },
  { tool: 'dotnet', folders: ['bin', 'obj'] },
];

/**
 * Whether a file, or a folder, is what building or starting the application writes: a save of it is no change of the sources, and would
 * build it once more, for ever.
 * @returns asked for paths in the application's folder, with `/`
 */
export function writtenByBuild({ build, run }: Pick<Application, 'build' | 'run'>): (path: string) => boolean {
  const made = madeFolders({ build, run });
  const commands = [build.command ?? '', (run.start ?? []).join(' '), (run.dev ?? []).join(' ')];
  const used = ofTools.filter(({ tool }) => {
    const called = new RegExp(`(^|[\\s/\\\\])${tool}\\s`);
    return commands.some((command) => called.test(`${command} `));
  });
  const own = new Set(used.flatMap(({ folders }) => folders));
  return (path) => {
    const parts = path.split('/');
    // Of each module there may be one; below `src` it is a package of the application's that has this name.
    const sources = parts.indexOf('src');
    const at = parts.findIndex((part) => own.has(part));
    if (at >= 0 && (sources < 0 || at < sources)) return true;
    return made.some((folder) => path === folder || path.startsWith(`${folder}/`));
  };
}
