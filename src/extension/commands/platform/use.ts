/** Choose the platform that the views show and deploys go to. */
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';
import { plain } from '../../plain.ts';
import type { PlatformEntry } from '../../platform/snapshot.ts';
import { subject } from '../argument.ts';

export function usePlatform(deps: Deps) {
  return async (argument?: unknown): Promise<void> => {
    const pointed = subject('platform', argument)?.id;
    if (!pointed) await deps.platforms.refresh();
    const { entries, snapshot } = deps.platforms;
    const id = pointed ?? (await pickPlatform(entries, snapshot.entry, deps.problems.say('platform.pick')))?.id;
    if (id) await deps.platforms.use(id);
  };
}

export async function pickPlatform(
  entries: readonly PlatformEntry[],
  inUse: PlatformEntry,
  placeHolder: string,
): Promise<PlatformEntry | undefined> {
  const items = entries.map((entry) => ({
    label: entry.label,
    iconPath: new vscode.ThemeIcon(entry.id === inUse.id ? 'check' : 'blank'),
    description: plain(entry.namespace ?? ''),
    detail: plain(entry.target.kubeconfig),
    entry,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.entry;
}
