/** Run or debug an application in development mode: the same as F5 with a configuration of type slipway. */
import * as vscode from 'vscode';
import { ownConfiguration, runConfiguration } from '../../debug/configuration.ts';
import type { Deps } from '../../deps.ts';
import { trustedApplicationOf } from '../argument.ts';

export function runApplication(deps: Deps, options: { debug: boolean }) {
  const { say } = deps.problems.words;
  return async (argument?: unknown): Promise<void> => {
    const entry = await trustedApplicationOf(deps, argument);
    if (!entry) return;
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(entry.dir));
    const own = folder && ownConfiguration(launchOf(folder), folder.uri.fsPath, entry.dir);
    const configuration = own ?? runConfiguration(say, entry.name, entry.dir, options.debug);
    await vscode.debug.startDebugging(folder, { ...configuration }, { noDebug: !options.debug });
  };
}

function launchOf({ uri }: vscode.WorkspaceFolder): unknown {
  return vscode.workspace.getConfiguration('launch', uri).get('configurations');
}
