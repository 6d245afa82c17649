/** What statements wrote, at their ends: for editors that are to be seen, a few times a second at most. */
import * as vscode from 'vscode';
import { type Level, readLine } from '../../core/log-lines/line.ts';
import type { Placed } from '../../core/source/placed.ts';
import type { Statement, Written } from '../../core/source/statements.ts';
import { parseKey, shortRevision } from '../platform/snapshot.ts';
import type { Problems } from '../problems.ts';

const everyMs = 250;
const longest = 100;
const hoverLongest = 300;

export class StatementPaint implements vscode.Disposable {
  #problems: Problems;
  #placed: Placed;
  #onProblem: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #painting = false;
  #decoration = vscode.window.createTextEditorDecorationType({
    after: { margin: '0 0 0 3ch', fontStyle: 'italic' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedOpen,
  });
  /** Editors that show something. */
  #painted = new WeakMap<vscode.TextEditor, string>();
  #subscription: vscode.Disposable;

  constructor(problems: Problems, placed: Placed, onProblem: (error: unknown) => void) {
    this.#onProblem = onProblem;
    this.#problems = problems;
    this.#placed = placed;
    this.#subscription = vscode.Disposable.from(
      vscode.window.onDidChangeVisibleTextEditors(() => this.later()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (!this.#placed.has(document.uri.fsPath)) return;
        // At once: a line that was pushed down must not carry another one's words.
        if (document.isDirty) this.#clear(document);
        else this.later();
      }),
    );
  }

  later(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#paint().catch(this.#onProblem);
    }, everyMs);
  }

  async #paint(): Promise<void> {
    if (this.#painting) return this.later();
    this.#painting = true;
    try {
      for (const editor of vscode.window.visibleTextEditors) {
        const { document } = editor;
        if (document.uri.scheme !== 'file') continue;
        const statements = document.isDirty ? [] : await this.#placed.of(document.uri.fsPath);
        // It may have been edited meanwhile.
        const shown = document.isDirty ? [] : statements;
        const state = JSON.stringify(shown.map(({ line, count, last }) => [line, count, last[0]?.time]));
        if ((this.#painted.get(editor) ?? '[]') === state) continue;
        this.#painted.set(editor, state);
        editor.setDecorations(
          this.#decoration,
          shown.flatMap((statement) => this.#optionsOf(document, statement) ?? []),
        );
      }
    } finally {
      this.#painting = false;
    }
  }

  #clear(document: vscode.TextDocument): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document !== document) continue;
      this.#painted.delete(editor);
      editor.setDecorations(this.#decoration, []);
    }
  }

  #optionsOf(document: vscode.TextDocument, statement: Statement): vscode.DecorationOptions | undefined {
    const [newest] = statement.last;
    if (!newest || statement.line > document.lineCount) return undefined;
    const line = document.lineAt(statement.line - 1);
    const { text, level } = readable(newest);
    const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
    return {
      range: new vscode.Range(
        line.lineNumber,
        line.firstNonWhitespaceCharacterIndex,
        line.lineNumber,
        line.text.length,
      ),
      hoverMessage: this.#hoverOf(statement, newest),
      renderOptions: {
        after: {
          contentText: statement.count > 1 ? `${cut}  ×${statement.count}` : cut,
          color: new vscode.ThemeColor(colorOf(level)),
        },
      },
    };
  }

  #hoverOf({ count, last }: Statement, newest: Written): vscode.MarkdownString {
    const { say } = this.#problems.words;
    const hover = new vscode.MarkdownString();
    hover.isTrusted = { enabledCommands: ['slipway.service.showLogs'] };
    hover.appendText(count === 1 ? say('source.count.one') : say('source.count.many', { count }));
    const { name } = parseKey(newest.service);
    const lines = last.map((written) => {
      const { text } = readable(written);
      const instance = `${shortRevision(written.revision, name)}-${written.pod.slice(written.pod.lastIndexOf('-') + 1)}`;
      return `${clock(written.time)} ${instance} ${text.slice(0, hoverLongest)}`;
    });
    hover.appendCodeblock(lines.join('\n'), 'log');
    const argument = {
      type: 'service',
      key: parseKey(newest.service),
      line: { pod: newest.pod, time: newest.time, text: newest.text },
    };
    // A parenthesis of the line would end the link.
    const query = encodeURIComponent(JSON.stringify([argument]))
      .replaceAll('(', '%28')
      .replaceAll(')', '%29');
    hover.appendMarkdown(`[${say('source.showInLog')}](command:slipway.service.showLogs?${query})`);
    return hover;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#decoration.dispose();
  }
}

/** As it is read: without escapes, of JSON the message, in one line. */
function readable({ time, revision, pod, text }: Written): { text: string; level: Level } {
  const line = readLine({ time, revision, pod, text, mark: null, site: null }, 0, undefined);
  const plain = line.json && line.json.message !== '' ? line.json.message : line.plain;
  return { text: plain.replaceAll(/\s+/g, ' ').trim(), level: line.level };
}

function colorOf(level: Level): string {
  if (level === 'error') return 'editorError.foreground';
  return level === 'warn' ? 'editorWarning.foreground' : 'editorCodeLens.foreground';
}

function clock(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
