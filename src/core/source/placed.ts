/**
 * What was written, at the statements that wrote it, for as long as their files are what they were then. Bounded, whatever comes.
 */
import { sep } from 'node:path';
import { isCall } from './call.ts';
import { type Located, locate, type Place, type SourceFiles } from './locate.ts';
import { type Statement, Statements, type Written } from './statements.ts';

const keptPlaces = 5_000;

export interface PlacedOptions {
  files: SourceFiles;
  /** Of the applications of the workspace, in order of preference. */
  folders: () => readonly string[];
  /** Whether the editor has another text than the disk. */
  isEdited: (file: string) => boolean;
}

export class Placed {
  #options: PlacedOptions;
  #statements = new Statements();
  /** What was found before; null: nowhere. */
  #places = new Map<string, Located | null>();
  /** Of each file: its mtime when the first of its statements was placed. What is known from before renews none. */
  #stamps = new Map<string, number>();

  constructor(options: PlacedOptions) {
    this.#options = options;
  }

  /** Only where the workspace has what the instance runs; `call`: and where a call stands there. */
  async find(place: Place, call: boolean): Promise<Located | undefined> {
    const id = `${place.root ?? ''}\n${place.path}\n${place.line}\n${place.column}\n${place.mtime ?? ''}`;
    const known = this.#places.get(id);
    if (known !== undefined) return known ?? undefined;
    const { files, folders, isEdited } = this.#options;
    const found = await locate(place, folders(), files).catch(() => undefined);
    // An edit may be taken back: that is no answer to keep.
    if (found && isEdited(found.file)) return undefined;
    let result = found?.text === 'same' ? found : null;
    if (result && call && result.column > 0) {
      const text = await files.read(result.file);
      if (text === undefined || !isCall(text, result.line, result.column)) result = null;
    }
    if (this.#places.size > keptPlaces) this.#places.clear();
    this.#places.set(id, result);
    if (result) await this.confirm(result.file);
    return result ?? undefined;
  }

  /** Just now, this file was seen to be what an instance runs: what is added from here on is shown as long as it stays the same. */
  async confirm(file: string): Promise<void> {
    if (this.#statements.has(file)) return;
    const mtime = await this.#options.files.mtime(file);
    if (mtime !== undefined) this.#stamps.set(file, mtime);
  }

  /** Of a file that was found or confirmed. */
  add(file: string, line: number, written: Written): void {
    this.#statements.add(file, line, written);
  }

  has(file: string): boolean {
    return this.#statements.has(file);
  }

  /** By line; none where the file is not what they were placed in any more: they are forgotten then. */
  async of(file: string): Promise<Statement[]> {
    if (!this.has(file)) return [];
    const stamp = this.#stamps.get(file);
    const mtime = stamp === undefined ? undefined : await this.#options.files.mtime(file);
    // Placed anew meanwhile, as by the first line after a restart: the answer is not about that.
    if (this.#stamps.get(file) !== stamp) return this.of(file);
    if (stamp !== undefined && mtime === stamp) return this.#statements.of(file);
    this.#statements.forget(file);
    this.#stamps.delete(file);
    this.#forgetPlaces((at) => at === null || at.file === file);
    return [];
  }

  /** A service is not followed any more. How often something was written is known only as a whole, so its statements go. */
  forget(service: string): void {
    this.#statements.forgetService(service);
  }

  /** In place a new instance is a new run of files that may have changed: what the last one wrote, and where, is over. */
  restarted(service: string, root: string): void {
    this.#statements.forgetService(service);
    this.#forgetPlaces((at) => at === null || at.file.startsWith(root + sep));
  }

  #forgetPlaces(which: (at: Located | null) => boolean): void {
    for (const [id, at] of this.#places) if (which(at)) this.#places.delete(id);
  }
}
