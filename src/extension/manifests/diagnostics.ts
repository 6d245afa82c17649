/** What is wrong with slipway.yaml and deploy/*.yaml, where it is wrong: the core's own reading, as diagnostics. */
import * as vscode from 'vscode';
import type { Problem, SourcePlace } from '../../core/codes.ts';
import type { Deps } from '../deps.ts';
import { admissionProblems } from './admission.ts';

export function registerDiagnostics(deps: Pick<Deps, 'applications' | 'problems' | 'log'>): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('slipway');
  let painted = 0;
  const paint = async () => {
    const mine = ++painted;
    const byFile = new Map<string, vscode.Diagnostic[]>();
    const add = (file: string, diagnostic: vscode.Diagnostic) => {
      byFile.set(file, [...(byFile.get(file) ?? []), diagnostic]);
    };
    const manifests = deps.applications.items.flatMap(({ application }) => application?.manifests ?? []);
    for (const { problems } of deps.applications.items) {
      for (const problem of problems)
        if (problem.place) add(problem.place.file, diagnosticOf(deps, problem, problem.place));
    }
    if (manifests.length > 0) {
      const { admitManifest } = await import('../../../emulator/knative/validate-manifest.ts');
      for (const { place, message, severity } of admissionProblems(manifests, admitManifest)) {
        const diagnostic = new vscode.Diagnostic(rangeOf(place), message, severityOf(severity));
        diagnostic.source = deps.problems.say('diagnostic.source');
        add(place.file, diagnostic);
      }
    }
    if (mine !== painted) return;
    collection.clear();
    for (const [file, list] of byFile) collection.set(vscode.Uri.file(file), list);
  };
  const paintSafely = () =>
    void paint().catch((error: unknown) => deps.log.error(error instanceof Error ? error : String(error)));
  return vscode.Disposable.from(collection, deps.applications.onChange(paintSafely));
}

function diagnosticOf({ problems }: Pick<Deps, 'problems'>, problem: Problem, place: SourcePlace): vscode.Diagnostic {
  const { text, fix } = problems.of(problem);
  const message = fix === '' ? text : `${text} ${fix}`;
  const diagnostic = new vscode.Diagnostic(rangeOf(place), message, severityOf(problem.severity));
  diagnostic.source = problems.say('diagnostic.source');
  diagnostic.code = problem.code;
  return diagnostic;
}

function rangeOf({ line, column, endLine, endColumn }: SourcePlace): vscode.Range {
  const start = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  return new vscode.Range(
    start,
    new vscode.Position(Math.max(0, (endLine ?? line) - 1), Math.max(0, (endColumn ?? column + 1) - 1)),
  );
}

function severityOf(severity: 'error' | 'warning'): vscode.DiagnosticSeverity {
  return severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
}
