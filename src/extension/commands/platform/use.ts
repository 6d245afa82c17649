/** Choose the platform that the views show and deploys go to. */
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';
import { plain } from '../../plain.ts';
import { subject } from '../argument.ts';

export function usePlatform(deps: Deps) {
  return async (argument?: unknown): Promise<void> => {
    const pointed = subject('platform', argument)?.id;
    if (!pointed) await deps.platforms.refresh();
    const id = pointed ?? (await pick(deps));
    if (id) await deps.platforms.use(id);
  };
}

async function pick({ platforms, problems }: Deps): Promise<string | undefined> {
  const items = platforms.entries.map((entry) => ({
    label: entry.label,
    iconPath: new vscode.ThemeIcon(entry.id === platforms.snapshot.entry.id ? 'check' : 'blank'),
    description: plain(entry.namespace ?? ''),
    detail: plain(entry.target.kubeconfig),
    id: entry.id,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: problems.say('platform.pick') }))?.id;
}
