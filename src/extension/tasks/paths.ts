/** Where applications are in the workspace, by directory: with the folder's name before it among several folders. */
import * as vscode from 'vscode';

export function workspacePaths(entries: readonly { dir: string }[]): ReadonlyMap<string, string> {
  const several = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
  return new Map(
    entries.map(({ dir }) => {
      // Of a folder itself the editor gives the whole path.
      const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(dir));
      return [dir, several && folder?.uri.fsPath === dir ? folder.name : vscode.workspace.asRelativePath(dir)];
    }),
  );
}
