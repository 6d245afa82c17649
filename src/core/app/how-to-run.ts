/**
 * How an application that does not say is built and started: as its own package.json, Procfile, build file or Dockerfile says, in words
 * that hold on this machine. A Dockerfile's command often names what only its image has; such a one is not taken.
 */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { dockerfileCommand } from './dockerfile-command.ts';
import { compiled, interpreted, nodeMain, nodeScripts } from './languages.ts';
import type { ReadText } from './model.ts';
import { commandWords } from './words.ts';

export interface HowToRun {
  /** Shell command that makes what `start` names; undefined = nothing is to be made. */
  build?: string;
  /** A command line, as `run.start` of slipway.yaml takes it. */
  start: string;
  /** In development mode; undefined = build, then start. */
  dev?: string;
}

/** An application's folder, as far as it is looked at. */
export interface Folder {
  name: string;
  /** Text of a file by its path in the folder; undefined where there is none. */
  read(path: string): Promise<string | undefined>;
  /** Names in a folder of it, sorted; none where there is no such folder. */
  list(path?: string): Promise<string[]>;
}

/**
 * @param looked is told each file before it is read and each folder before it is listed, there or not
 * @returns undefined where nothing says it. @throws Fault FileUnreadable
 */
export async function howToRun(
  dir: string,
  readText: ReadText,
  looked: (path: string) => void = () => {},
): Promise<HowToRun | undefined> {
  const folder = folderAt(dir, readText, looked);
  const node = await nodeScripts(folder);
  if (node) return node;
  const built = await compiled(folder);
  const web = /^web:\s*(.+)$/m.exec((await folder.read('Procfile')) ?? '')?.[1]?.trim();
  if (web) return { ...(built?.build === undefined ? {} : { build: built.build }), start: web };
  if (built) return built;
  const start = dockerfileCommand((await folder.read('Dockerfile')) ?? '');
  return start === undefined ? ((await interpreted(folder)) ?? (await nodeMain(folder))) : { start };
}

/** @param looked is told each path before it is looked at, there or not */
export function folderAt(dir: string, readText: ReadText, looked: (path: string) => void = () => {}): Folder {
  const at = (path: string): string => {
    const file = join(dir, path);
    looked(file);
    return file;
  };
  return {
    name: basename(dir),
    read: (path) => readText(at(path)),
    list: async (path = '.') => (await readdir(at(path)).catch(() => [])).sort(),
  };
}

/** Its argv. */
export async function guessStart(dir: string, readText: ReadText): Promise<string[] | undefined> {
  const how = await howToRun(dir, readText);
  return how && commandWords(how.start);
}
