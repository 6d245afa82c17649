/** Above func.yaml, the file of a function of Knative's func CLI, in a folder that is no application yet. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { CommandId } from '../contributions.ts';
import type { Deps } from '../deps.ts';

/** The Fn Project's file of the same name says its `schema_version`. */
export function isFunctionFile({ uri, getText }: Pick<vscode.TextDocument, 'uri' | 'getText'>): boolean {
  return /[\\/]func\.yaml$/.test(uri.path) && !/^schema_version:/m.test(getText());
}

export function functionLenses({ problems }: Pick<Deps, 'problems'>, uri: vscode.Uri): vscode.CodeLens[] {
  if (!vscode.workspace.isTrusted || !vscode.workspace.getWorkspaceFolder(uri)) return [];
  const command: CommandId = 'slipway.application.adopt';
  return [
    new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), {
      title: `$(add)\u00a0${problems.say('lens.adopt')}`,
      command,
      arguments: [{ type: 'folder', dir: dirname(uri.fsPath), file: uri.fsPath }],
    }),
  ];
}
