/** Lenses in a folder that is no application yet: above each Knative Service, and above func.yaml of Knative's func CLI. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { CommandId } from '../contributions.ts';
import type { Deps } from '../deps.ts';
import { isManifest } from './files.ts';

type Uses = Pick<Deps, 'problems'>;

/** The Fn Project's file of the same name says its `schema_version`. */
export function isFunctionFile({ uri, getText }: Pick<vscode.TextDocument, 'uri' | 'getText'>): boolean {
  return /[\\/]func\.yaml$/.test(uri.path) && !/^schema_version:/m.test(getText());
}

export function functionLenses({ problems }: Uses, { uri }: vscode.TextDocument): vscode.CodeLens[] {
  if (!mayWrite(uri)) return [];
  return [adoptLens(problems, 0, { type: 'folder', dir: dirname(uri.fsPath), file: uri.fsPath })];
}

export async function serviceLenses({ problems }: Uses, document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
  const { uri } = document;
  if (!mayWrite(uri) || !isManifest(document)) return [];
  const { servicesIn } = await import('./language.ts');
  return servicesIn(uri.fsPath, document.getText()).map(({ name, line }) =>
    adoptLens(problems, line - 1, { type: 'manifest', file: uri.fsPath, service: name }),
  );
}

function mayWrite(uri: vscode.Uri): boolean {
  return vscode.workspace.isTrusted && vscode.workspace.getWorkspaceFolder(uri) !== undefined;
}

function adoptLens(problems: Deps['problems'], line: number, argument: object): vscode.CodeLens {
  const command: CommandId = 'slipway.application.adopt';
  // Of a plain blank after an icon the editor shows nothing.
  const title = `$(add)\u00a0${problems.say('lens.adopt')}`;
  return new vscode.CodeLens(new vscode.Range(line, 0, line, 0), { title, command, arguments: [argument] });
}
