/** Errors that were thrown in requests, as diagnostics where they were thrown, until the next good request. */
import * as vscode from 'vscode';
import { type ThrownProblem, ThrownProblems } from '../../core/source/thrown-problems.ts';
import type { Thrown } from '../../core/source/traces.ts';
import { parseKey, type ServiceKey, shortRevision } from '../platform/snapshot.ts';
import type { SourceLineDeps } from './register.ts';

const mostCallers = 5;

export class ThrownDiagnostics implements vscode.Disposable {
  #deps: SourceLineDeps;
  #problems = new ThrownProblems();
  #collection = vscode.languages.createDiagnosticCollection('slipway-thrown');
  /** Traffic is asked for only while something is open. */
  #watched = new Map<string, Disposable>();
  #edits: vscode.Disposable;

  constructor(deps: SourceLineDeps) {
    this.#deps = deps;
    this.#edits = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length === 0 || !this.#problems.changed(document.uri.fsPath)) return;
      this.#paint();
      for (const service of [...this.#watched.keys()]) this.#rest(service);
    });
  }

  /** `thrown.frames` are places of the workspace. */
  add(where: Pick<ThrownProblem, 'service' | 'revision' | 'pod' | 'at'>, thrown: Thrown, key: ServiceKey): void {
    this.#problems.thrown(where, thrown);
    this.#paint();
    const { service } = where;
    if (this.#watched.has(service)) return;
    // Set before it is followed: the first figures may come at once, and end it.
    let ended = false;
    const subscription: { following?: Disposable } = {};
    this.#watched.set(service, {
      [Symbol.dispose]() {
        ended = true;
        subscription.following?.[Symbol.dispose]();
      },
    });
    const following = this.#deps.live.follow(key, (point) => {
      if (point && this.#problems.traffic(service, point)) this.#paint();
      this.#rest(service);
    });
    if (ended) following[Symbol.dispose]();
    else subscription.following = following;
  }

  forget(service: string): void {
    if (this.#problems.forget(service)) this.#paint();
    this.#rest(service);
  }

  #rest(service: string): void {
    if (this.#problems.open.some((problem) => problem.service === service)) return;
    this.#watched.get(service)?.[Symbol.dispose]();
    this.#watched.delete(service);
  }

  #paint(): void {
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const problem of this.#problems.open) {
      const [frame] = problem.thrown.frames;
      if (!frame) continue;
      byFile.set(frame.path, [...(byFile.get(frame.path) ?? []), this.#diagnosticOf(problem)]);
    }
    this.#collection.clear();
    for (const [file, list] of byFile) this.#collection.set(vscode.Uri.file(file), list);
  }

  #diagnosticOf({ thrown, revision, service, count, routes }: ThrownProblem): vscode.Diagnostic {
    const { say } = this.#deps.problems.words;
    const [first, ...callers] = thrown.frames;
    const args = {
      message: thrown.message,
      revision: shortRevision(revision, parseKey(service).name),
      count,
      routes: routes.join(say('list.separator')),
    };
    const often = count > 1 ? 'times' : 'once';
    const words = say(routes.length > 0 ? `source.thrown.${often}On` : `source.thrown.${often}`, args);
    const diagnostic = new vscode.Diagnostic(rangeOf(first), words, vscode.DiagnosticSeverity.Error);
    diagnostic.source = say('diagnostic.source');
    diagnostic.relatedInformation = callers.slice(0, mostCallers).map((caller) => {
      const location = new vscode.Location(vscode.Uri.file(caller.path), rangeOf(caller));
      return new vscode.DiagnosticRelatedInformation(location, say('source.caller'));
    });
    return diagnostic;
  }

  dispose(): void {
    for (const watched of this.#watched.values()) watched[Symbol.dispose]();
    this.#watched.clear();
    this.#edits.dispose();
    this.#collection.dispose();
  }
}

/** To the end of the line: the editor cuts it there. */
function rangeOf(frame: { line: number; column: number } | undefined): vscode.Range {
  const line = Math.max(0, (frame?.line ?? 1) - 1);
  return new vscode.Range(line, Math.max(0, (frame?.column ?? 1) - 1), line, 1_000);
}
