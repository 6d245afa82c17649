/**
 * Read-only texts of ours (a revision's manifest, a preview, a report) as documents, so that the editor's own diff shows them.
 * They outlive the window: a tab that is restored asks for its text again.
 */
import * as vscode from 'vscode';
import { documentScheme } from '../contributions.ts';

const texts = new Map<string, string>();
let folder: vscode.Uri | undefined;

const keptMs = 30 * 24 * 3_600_000;
/** Nothing else is read from the folder, whoever made up the address. */
const isOurs = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);

/** @param gone what stands in a tab whose text was kept no longer */
export function registerDocuments(context: vscode.ExtensionContext, gone: () => string): vscode.Disposable {
  folder = vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'texts');
  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(documentScheme, {
      provideTextDocumentContent: async ({ query }) => texts.get(query) ?? (await stored(query)) ?? gone(),
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === documentScheme) texts.delete(uri.query);
    }),
  );
}

/** @returns the address once it can be asked for, also by the next window */
export async function document(name: string, text: string): Promise<vscode.Uri> {
  // The path is the name alone: two states of one text are not two files.
  const uri = vscode.Uri.from({ scheme: documentScheme, path: `/${name}`, query: crypto.randomUUID() });
  texts.set(uri.query, text);
  if (!folder) return uri;
  try {
    await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder, uri.query), new TextEncoder().encode(text));
    // Another window may be at it, too.
    if (texts.size === 1) forgetOld(folder).catch(() => {});
  } catch {
    // A full disk: it is shown all the same, and only this window knows it.
  }
  return uri;
}

async function stored(id: string): Promise<string | undefined> {
  if (!folder || !isOurs(id)) return undefined;
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, id)));
  } catch {
    return undefined;
  }
}

async function forgetOld(from: vscode.Uri): Promise<void> {
  for (const [name] of await vscode.workspace.fs.readDirectory(from)) {
    const file = vscode.Uri.joinPath(from, name);
    const { mtime } = await vscode.workspace.fs.stat(file);
    if (isOurs(name) && mtime < Date.now() - keptMs) await vscode.workspace.fs.delete(file);
  }
}

export async function showText(name: string, text: string, language = 'yaml', selection?: vscode.Range): Promise<void> {
  const opened = await vscode.workspace.openTextDocument(await document(name, text));
  await vscode.languages.setTextDocumentLanguage(opened, language);
  await vscode.window.showTextDocument(opened, { preview: true, ...(selection ? { selection } : {}) });
}

export async function diffTexts(title: string, name: string, before: string, after: string): Promise<void> {
  const [old, fresh] = await Promise.all([document(name, before), document(name, after)]);
  await vscode.commands.executeCommand('vscode.diff', old, fresh, title, { preview: true });
}
