/** Read-only texts of ours (a revision's manifest, a preview, a report) as documents, so that the editor's own diff shows them. */
import * as vscode from 'vscode';
import { documentScheme } from '../contributions.ts';

const texts = new Map<string, string>();
let next = 1;

export function registerDocuments(): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(documentScheme, {
      provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? '',
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === documentScheme) texts.delete(uri.toString());
    }),
  );
}

export function document(name: string, text: string): vscode.Uri {
  // The path is the name alone: two states of one text are not two files.
  const uri = vscode.Uri.from({ scheme: documentScheme, path: `/${name}`, query: String(next++) });
  texts.set(uri.toString(), text);
  return uri;
}

export async function showText(name: string, text: string, language = 'yaml', selection?: vscode.Range): Promise<void> {
  const opened = await vscode.workspace.openTextDocument(document(name, text));
  await vscode.languages.setTextDocumentLanguage(opened, language);
  await vscode.window.showTextDocument(opened, { preview: true, ...(selection ? { selection } : {}) });
}

export async function diffTexts(title: string, name: string, before: string, after: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.diff', document(name, before), document(name, after), title, {
    preview: true,
  });
}
