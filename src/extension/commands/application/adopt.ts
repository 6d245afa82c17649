/** Adopt an application: a folder that is one already → its slipway.yaml, written and open. */
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';
import { plain, plainItem } from '../../plain.ts';
import { openMade } from './open-made.ts';

export function adoptApplication(deps: Deps) {
  const { say } = deps.problems.words;
  /** @param argument `{type: 'manifest', file}` from a lens, `{type: 'folder', dir}` from a failed deploy */
  return async (argument?: unknown): Promise<void> => {
    const { adopt } = await import('../../../core/app/adopt.ts');
    const given = argument as { dir?: unknown; file?: unknown } | undefined;
    const known = typeof given?.dir === 'string' ? given.dir : undefined;
    const dir = known ?? (typeof given?.file === 'string' ? await folderOf(given.file) : await chooseFolder(deps));
    if (dir === undefined) return;
    const { name, starts } = await adopt(dir);
    await openMade(deps, dir, join(dir, 'slipway.yaml'), say('adopt.done', { name: plain(name) }));
    if (!starts) void vscode.window.showWarningMessage(say('adopt.noStart', { name: plain(name) }));
  };
}

async function folderOf(file: string): Promise<string> {
  const { folderOfManifest } = await import('../../../core/app/adopt.ts');
  const root = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file))?.uri.fsPath ?? file;
  return folderOfManifest(file, root);
}

async function chooseFolder({ problems }: Deps): Promise<string | undefined> {
  const { say } = problems.words;
  const { adoptable } = await import('../../../core/app/adopt.ts');
  const roots = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const found = await adoptable(roots.map(({ uri }) => uri.fsPath));
  const items = found.map(({ dir, manifest, start }) => {
    const how = [
      manifest !== undefined && say('adopt.service', { file: manifest }),
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
