/** A task of type `slipway` in tasks.json, checked: what a person wrote there may be anything. Pure leaf. */
import { isIn } from '../in-folder.ts';

export const taskKinds = ['deploy', 'run', 'build'] as const;
export type TaskKind = (typeof taskKinds)[number];

export interface SlipwayTask {
  task: TaskKind;
  /** Folder of the application, relative to the workspace folder or absolute, or its name; undefined = the only one. */
  application: string | undefined;
  environment: string | undefined;
}

/** undefined: no task of ours, whatever it says. */
export function taskOf(definition: Readonly<Record<string, unknown>>): SlipwayTask | undefined {
  const { task, application, environment } = definition;
  const kind = taskKinds.find((known) => known === task);
  const text = (value: unknown) => value === undefined || (typeof value === 'string' && value !== '');
  if (!kind || !text(application) || !text(environment)) return undefined;
  return {
    task: kind,
    application: application as string | undefined,
    environment: environment as string | undefined,
  };
}

/**
 * How an application is named in the definition of its task. The editor tells tasks apart by their definitions alone, whatever folder
 * they are of: among several folders the name begins with the folder's.
 * @param paths of all applications in the workspace, by directory (paths.ts)
 */
export function taskApplication(dir: string, paths: ReadonlyMap<string, string>): string {
  const path = paths.get(dir) ?? dir;
  if (path === dir) return '.';
  return [...paths.values()].filter((other) => other === path).length > 1 ? dir : path;
}

/** Which application is meant: by folder, by its path in the workspace, by name, or the only one that there is. Paths use `/` or `\`. */
export function applicationFor<Entry extends { dir: string; name: string }>(
  entries: readonly Entry[],
  wanted: string | undefined,
  folder: string | undefined,
  paths: ReadonlyMap<string, string> = new Map(),
): Entry | undefined {
  if (wanted === undefined || wanted === '.') {
    const inside = folder === undefined ? entries : entries.filter(({ dir }) => isIn(dir, folder));
    return inside.length === 1 ? inside[0] : entries.length === 1 ? entries[0] : undefined;
  }
  const plain = (path: string) => path.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/$/, '');
  const path = plain(wanted);
  return (
    entries.find(
      ({ dir }) => plain(dir) === path || (folder !== undefined && plain(dir) === `${plain(folder)}/${path}`),
    ) ??
    entries.find(({ dir }) => paths.get(dir) === path) ??
    entries.find(({ name }) => name === wanted)
  );
}
