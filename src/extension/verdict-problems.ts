/** What the last failed deploy (or run) of each application left in the Problems view: the compilers' lines, and the cause where its fix goes. */
import * as vscode from 'vscode';
import type { SourcePlace } from '../core/codes.ts';
import type { CompilerProblem } from '../core/deploy/compiler-lines.ts';
import type { Cause } from '../core/deploy/diagnose.ts';
import type { Fix } from '../core/deploy/fix.ts';
import { together } from './messages.ts';
import type { Problems } from './problems.ts';
import { editOf, rangeAt } from './remedies.ts';

/** Of a deploy's verdict, or of a run that crashed. */
export interface Failed {
  cause: Cause;
  remedy: Fix;
  evidence: { place?: SourcePlace | undefined; problems?: readonly CompilerProblem[] | undefined };
}

export class VerdictProblems implements vscode.Disposable {
  #problems: Problems;
  #collection: vscode.DiagnosticCollection;
  #failed = new Map<string, Failed>();
  /** Whose cause is not shown any more: its place has been edited since. */
  #touched = new Set<string>();
  #actions: vscode.Disposable;

  constructor(problems: Problems, name: string) {
    this.#problems = problems;
    this.#collection = vscode.languages.createDiagnosticCollection(name);
    const actions = vscode.languages.registerCodeActionsProvider(
      { scheme: 'file' },
      { provideCodeActions: (document, range) => this.#actionsAt(document.uri.fsPath, range) },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    );
    const edits = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) this.#edited(document.uri.fsPath);
    });
    this.#actions = vscode.Disposable.from(actions, edits);
  }

  /** `undefined`: it has begun anew, or went well. */
  set(dir: string, failed: Failed | undefined): void {
    this.#touched.delete(dir);
    if (failed) this.#failed.set(dir, failed);
    else if (!this.#failed.delete(dir)) return;
    this.#paint();
  }

  /** Whether that mends it the next deploy tells; at a place that reads otherwise now the cause would be a puzzle. */
  #edited(file: string): void {
    for (const [dir, { evidence, remedy }] of this.#failed) {
      const place = remedy.type === 'command' ? evidence.place : remedy.place;
      if (place?.file !== file || this.#touched.has(dir)) continue;
      this.#touched.add(dir);
      this.#paint();
    }
  }

  #paint(): void {
    const byFile = new Map<string, vscode.Diagnostic[]>();
    const add = (file: string, diagnostic: vscode.Diagnostic) =>
      byFile.set(file, [...(byFile.get(file) ?? []), diagnostic]);
    for (const [dir, { cause, evidence, remedy }] of this.#failed) {
      if (cause.code === 'BuildFailed')
        for (const problem of evidence.problems ?? []) add(problem.place.file, this.#compiler(problem));
      // A refused manifest is judged as it is written; the compilers have said where.
      if (cause.code === 'BuildFailed' || cause.code === 'ManifestRefused' || !evidence.place || this.#touched.has(dir))
        continue;
      const { text, fix } = this.#problems.of(cause);
      const place = remedy.type === 'command' ? evidence.place : remedy.place;
      const message = together(this.#problems.words.locale, [text, fix]);
      const diagnostic = new vscode.Diagnostic(rangeAt(place), message, vscode.DiagnosticSeverity.Error);
      diagnostic.source = this.#problems.say('diagnostic.source');
      diagnostic.code = cause.code;
      add(place.file, diagnostic);
    }
    this.#collection.clear();
    for (const [file, list] of byFile) this.#collection.set(vscode.Uri.file(file), list);
  }

  #compiler({ place, severity, message, code, source }: CompilerProblem): vscode.Diagnostic {
    const start = new vscode.Position(place.line - 1, place.column - 1);
    const diagnostic = new vscode.Diagnostic(
      new vscode.Range(start, start.translate(0, 1)),
      message,
      severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning,
    );
    diagnostic.source = `${this.#problems.say('diagnostic.source')} (${source})`;
    if (code) diagnostic.code = code;
    return diagnostic;
  }

  #actionsAt(file: string, range: vscode.Range): vscode.CodeAction[] {
    return [...this.#failed].flatMap(([dir, { cause, remedy }]) => {
      if (this.#touched.has(dir)) return [];
      if (remedy.type !== 'edit' || remedy.place.file !== file || cause.code === 'ManifestRefused') return [];
      if (!rangeAt(remedy.place).intersection(range)) return [];
      const title = this.#problems.say('remedy.edit', { file: file.split(/[\\/]/).at(-1) ?? file });
      const action = new vscode.CodeAction(
        `${title}: ${remedy.text.trim().split('\n')[0] || '⌫'}`,
        vscode.CodeActionKind.QuickFix,
      );
      action.edit = editOf(remedy);
      action.isPreferred = true;
      action.diagnostics = this.#collection
        .get(vscode.Uri.file(file))
        ?.filter(({ code }) => code === cause.code) as vscode.Diagnostic[];
      return [action];
    });
  }

  dispose(): void {
    this.#collection.dispose();
    this.#actions.dispose();
  }
}
