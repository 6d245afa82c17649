/**
 * How applications are built and started, remembered until what it was read from changes: an editor reads an application anew for each
 * key that is typed into its manifests, and its build files are many more than those.
 */
import { dirname, sep } from 'node:path';
import { type HowToRun, howToRun } from './how-to-run.ts';
import type { ReadText } from './model.ts';

interface Known {
  way: Promise<HowToRun | undefined>;
  /** Files that were read, those too that are not there, and folders that were listed. */
  looked: Set<string>;
}

export class KnownWays {
  #known = new Map<string, Known>();

  /** As `howToRun` finds it. */
  of(dir: string, read: ReadText): Promise<HowToRun | undefined> {
    const known = this.#known.get(dir);
    if (known) return known.way;
    const looked = new Set<string>();
    const way = howToRun(dir, read, (path) => looked.add(path));
    this.#known.set(dir, { way, looked });
    void way.catch(() => this.forget(dir));
    return way;
  }

  /** The text of a file is another. @returns whether a way was forgotten for it */
  changed(path: string): boolean {
    return this.#forget((looked) => looked.has(path));
  }

  /** A file or folder is there or is not any more, with all that is in it. @returns whether a way was forgotten for it */
  cameOrWent(path: string): boolean {
    const inside = `${path}${sep}`;
    return this.#forget(
      (looked) => looked.has(path) || looked.has(dirname(path)) || [...looked].some((each) => each.startsWith(inside)),
    );
  }

  /** That of a folder, or all of them: nobody may have told of a change. */
  forget(dir?: string): void {
    if (dir === undefined) this.#known.clear();
    else this.#known.delete(dir);
  }

  #forget(isConcerned: (looked: ReadonlySet<string>) => boolean): boolean {
    const dirs = [...this.#known].filter(([, { looked }]) => isConcerned(looked)).map(([dir]) => dir);
    for (const dir of dirs) this.#known.delete(dir);
    return dirs.length > 0;
  }
}
