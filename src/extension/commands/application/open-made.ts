/** Shows an application that was made, or taken, just now. */
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';
import { toOpen } from './made.ts';

/**
 * Inside the workspace its file is opened; elsewhere the folder is, as the user says; in an empty window without asking.
 * @param done what was done, for the question
 */
export async function openMade(deps: Deps, dir: string, file: string, done: string): Promise<void> {
  const { say } = deps.problems.words;
  if (vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file))) {
    await deps.applications.refresh();
    await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
    await vscode.commands.executeCommand('slipway.applications.focus');
    return;
  }
  const folder = say('action.openFolder');
  const window = say('action.openNewWindow');
  const add = say('action.addToWorkspace');
  // A window without a folder has nothing that this one would replace.
  const chosen = vscode.workspace.workspaceFolders
    ? await vscode.window.showInformationMessage(done, add, folder, window)
    : folder;
  if (chosen === add) {
    vscode.workspace.updateWorkspaceFolders(vscode.workspace.workspaceFolders?.length ?? 0, 0, {
      uri: vscode.Uri.file(dir),
    });
  } else if (chosen !== undefined) {
    // This window ends here; what the next one finds it opens.
    await deps.context.globalState.update(toOpen, file);
    await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(dir), {
      forceNewWindow: chosen === window,
    });
  } else await vscode.window.showTextDocument(vscode.Uri.file(file));
}
