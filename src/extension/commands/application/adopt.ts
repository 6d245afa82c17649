/** Adopt an application: a folder that is one already → its slipway.yaml, written and open. */
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { ServiceChoice } from '../../../core/app/adopt.ts';
import type { Deps } from '../../deps.ts';
import { plain, plainItem } from '../../plain.ts';
import { openMade } from './open-made.ts';

export function adoptApplication(deps: Deps) {
  const { say } = deps.problems.words;
  /** @param argument `{type: 'manifest', file, service}` from a lens, `{type: 'folder', dir, file?}` from a failed deploy, or a function's lens */
  return async (argument?: unknown): Promise<boolean> => {
    const { adopt } = await import('../../../core/app/adopt.ts');
    const given = argument as { dir?: unknown; file?: unknown; service?: unknown } | undefined;
    const file = typeof given?.file === 'string' ? given.file : undefined;
    const known = typeof given?.dir === 'string' ? given.dir : undefined;
    const dir = known ?? (file === undefined ? await chooseFolder(deps) : await folderOf(file));
    if (dir === undefined) return false;
    // What the lens was read from is in the editor.
    const open = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === file);
    await open?.save();
    const pointed =
      file !== undefined && typeof given?.service === 'string' ? { service: given.service, file } : undefined;
    const choice = pointed ?? (await chooseService(deps, dir));
    if (choice === 'none') return false;
    const { name, starts, left, brokers } = await adopt(dir, choice);
    await openMade(deps, dir, join(dir, 'slipway.yaml'), say('adopt.done', { name: plain(name) }));
    if (left?.length) void vscode.window.showWarningMessage(say('adopt.left', { fields: plain(left.join(', ')) }));
    if (brokers)
      void vscode.window.showInformationMessage(say('adopt.brokers', { brokers: plain(brokers.join(', ')) }));
    if (!starts) void vscode.window.showWarningMessage(say('adopt.noStart', { name: plain(name) }));
    return true;
  };
}

async function folderOf(file: string): Promise<string> {
  const { folderOfManifest } = await import('../../../core/app/adopt.ts');
  const root = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file))?.uri.fsPath ?? file;
  return folderOfManifest(file, root);
}

/** Asked for where there are several; 'none' where nobody answers. */
async function chooseService({ problems }: Deps, dir: string): Promise<ServiceChoice | 'none' | undefined> {
  const { say } = problems.words;
  const { servicesToAdopt } = await import('../../../core/app/adopt.ts');
  const found = await servicesToAdopt(dir);
  if (found.length < 2) return undefined;
  const items = found.map(({ name, file, image }) =>
    plainItem({ label: name, description: file, detail: image, choice: { service: name, file: join(dir, file) } }),
  );
  const chosen = await vscode.window.showQuickPick(items, {
    title: say('adopt.title'),
    placeHolder: say('adopt.which'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen?.choice ?? 'none';
}

async function chooseFolder({ problems }: Deps): Promise<string | undefined> {
  const { say } = problems.words;
  const { adoptable } = await import('../../../core/app/adopt.ts');
  const roots = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const found = await adoptable(roots.map(({ uri }) => uri.fsPath));
  const items = found.map(({ dir, manifest, start, runtime }) => {
    const how = [
      manifest !== undefined && say('adopt.service', { file: manifest }),
      runtime !== undefined && say('adopt.function', { runtime }),
      start !== undefined && say('adopt.starts', { command: start }),
    ];
    const path = vscode.workspace.asRelativePath(dir);
    return plainItem({
      label: basename(dir),
      ...(path === basename(dir) || path === dir ? {} : { description: path }),
      detail: how.filter(Boolean).join(' · '),
      dir: dir as string | undefined,
    });
  });
  const other = { label: `$(folder-opened) ${say('adopt.other')}`, dir: undefined as string | undefined };
  if (items.length > 0) {
    const chosen = await vscode.window.showQuickPick([...items, other], {
      title: say('adopt.title'),
      placeHolder: say('adopt.pick'),
      matchOnDescription: true,
      matchOnDetail: true,
    });
    if (!chosen || chosen.dir !== undefined) return chosen?.dir;
  }
  const picked = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    title: say('adopt.otherTitle'),
    openLabel: say('adopt.folder'),
    ...(roots[0] ? { defaultUri: roots[0].uri } : {}),
  });
  return picked?.[0]?.fsPath;
}
