/** In the language status of a manifest: is it in order, and how is what it describes. */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Deps } from '../deps.ts';
import { plain } from '../plain.ts';
import { applicationFiles } from './files.ts';

export function registerLanguageStatus(deps: Pick<Deps, 'applications' | 'platforms' | 'problems'>): vscode.Disposable {
  const { say } = deps.problems.words;
  const item = vscode.languages.createLanguageStatusItem('slipway', applicationFiles);
  item.name = 'Slipway';
  const paint = () => {
    const uri = vscode.window.activeTextEditor?.document.uri;
    if (!uri || !deps.applications.isManifest(uri)) return;
    const entry = deps.applications.containing(uri);
    const source = say('diagnostic.source');
    const problems = vscode.languages
      .getDiagnostics(uri)
      .filter((each) => each.source === source && each.severity <= vscode.DiagnosticSeverity.Warning);
    const count = problems.length;
    item.text = count === 0 ? say('language.ok') : say('language.problems', { count });
    item.severity = problems.some(({ severity }) => severity === vscode.DiagnosticSeverity.Error)
      ? vscode.LanguageStatusSeverity.Error
      : count > 0
        ? vscode.LanguageStatusSeverity.Warning
        : vscode.LanguageStatusSeverity.Information;
    item.detail = entry ? plain(entry.name) : '';
    const deployable = entry && vscode.workspace.isTrusted && !deps.platforms.snapshot.entry.readOnly;
    item.command = deployable
      ? {
          title: say('action.deploy'),
          command: 'slipway.application.deploy',
          arguments: [{ type: 'application', dir: entry.dir }],
        }
      : undefined;
  };
  let known = '';
  /** Manifests may lie elsewhere than in a folder named deploy. Not set anew for each key: a status that is drawn anew closes. */
  const choose = () => {
    const files = deps.applications.items.flatMap((entry) => entry.files.map(({ file }) => file));
    if (files.join('\n') !== known) {
      known = files.join('\n');
      const patterns = files.map((file) => new vscode.RelativePattern(vscode.Uri.file(dirname(file)), basename(file)));
      item.selector = [...applicationFiles, ...patterns.map((pattern) => ({ scheme: 'file', pattern }))];
    }
    paint();
  };
  choose();
  return vscode.Disposable.from(
    item,
    deps.applications.onChange(choose),
    deps.platforms.onList(paint),
    vscode.languages.onDidChangeDiagnostics(paint),
    vscode.window.onDidChangeActiveTextEditor(paint),
  );
}
