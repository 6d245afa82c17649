/** What is wrong with slipway.yaml and deploy/*.yaml, where it is wrong: the core's own reading, as diagnostics. */
import * as vscode from 'vscode';
import type { Problem } from '../../core/codes.ts';
import type { Deps } from '../deps.ts';

export function registerDiagnostics(deps: Pick<Deps, 'applications' | 'problems'>): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('slipway');
  const paint = () => {
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const { problems } of deps.applications.items) {
      for (const problem of problems) {
        if (!problem.place) continue;
        const list = byFile.get(problem.place.file) ?? [];
        list.push(diagnosticOf(deps, problem, problem.place));
        byFile.set(problem.place.file, list);
      }
    }
    collection.clear();
    for (const [file, list] of byFile) collection.set(vscode.Uri.file(file), list);
  };
  return vscode.Disposable.from(collection, deps.applications.onChange(paint));
}

function diagnosticOf(
  { problems }: Pick<Deps, 'problems'>,
  problem: Problem,
  place: NonNullable<Problem['place']>,
): vscode.Diagnostic {
  const { text, fix } = problems.of(problem);
  const line = Math.max(0, place.line - 1);
  const column = Math.max(0, place.column - 1);
  const range = new vscode.Range(
    line,
    column,
    (place.endLine ?? place.line) - 1,
    (place.endColumn ?? place.column + 1) - 1,
  );
  const severity = problem.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(range, fix === '' ? text : `${text} ${fix}`, severity);
  diagnostic.source = problems.say('diagnostic.source');
  diagnostic.code = problem.code;
  return diagnostic;
}
