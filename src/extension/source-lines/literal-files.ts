/** The literals of an application's sources, for languages without a preload; read anew where files changed. */
import * as vscode from 'vscode';
import { literalFilesOf } from '../../core/source/literal-walk.ts';
import { type Literal, literalsOf, statementOf } from '../../core/source/literals.ts';
import type { SourceFiles } from '../../core/source/locate.ts';

const pattern = '**/*.{go,java,kt,kts,scala,groovy,rb,rs,php,cs,fs,swift,ex,exs,erl,pl,lua,dart,c,cc,cpp}';
const mostFiles = 500;
const keptAnswers = 2_000;

interface Known {
  literals: Promise<Literal[]>;
  /** Message → its statement: most lines come again. */
  answers: Map<string, Literal | undefined>;
}

export class LiteralFiles implements vscode.Disposable {
  #files: SourceFiles;
  #known = new Map<string, Known>();
  #watcher = vscode.workspace.createFileSystemWatcher(pattern);

  constructor(files: SourceFiles) {
    this.#files = files;
    const changed = () => this.#known.clear();
    this.#watcher.onDidChange(changed);
    this.#watcher.onDidCreate(changed);
    this.#watcher.onDidDelete(changed);
  }

  /** The one statement of the application in `dir` that this message is of. */
  async find(dir: string, message: string): Promise<Literal | undefined> {
    if (message === '') return undefined;
    let known = this.#known.get(dir);
    if (!known) {
      known = { literals: this.#read(dir), answers: new Map() };
      this.#known.set(dir, known);
    }
    if (known.answers.has(message)) return known.answers.get(message);
    const literals = await known.literals;
    if (literals.length === 0) return undefined;
    const found = statementOf(literals, message);
    if (known.answers.size > keptAnswers) known.answers.clear();
    known.answers.set(message, found);
    return found;
  }

  async #read(dir: string): Promise<Literal[]> {
    const found = (await literalFilesOf(dir, mostFiles)) ?? [];
    const literals: Literal[] = [];
    for (const file of found) {
      const text = await this.#files.read(file);
      if (text !== undefined) literals.push(...literalsOf(file, text));
    }
    return literals;
  }

  dispose(): void {
    this.#watcher.dispose();
  }
}
