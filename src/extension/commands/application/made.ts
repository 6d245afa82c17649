/** What the window that made an application leaves to the one that opens its folder: the file that is to be open. */
import * as vscode from 'vscode';

/** Key of the global state. */
export const toOpen = 'newApplicationFile';

/** In the window that was opened for a new application: its file, as where its folder was open before. */
export async function openNewApplication({ globalState }: vscode.ExtensionContext): Promise<void> {
  const file = globalState.get<string>(toOpen);
  if (file === undefined || !vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file))) return;
  await globalState.update(toOpen, undefined);
  await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
  await vscode.commands.executeCommand('slipway.applications.focus');
}
