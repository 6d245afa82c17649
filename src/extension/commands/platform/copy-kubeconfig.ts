/** Copy the path of the platform's kubeconfig, for kubectl and every other client. */
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';
import { subject } from '../argument.ts';

export function copyKubeconfig(deps: Deps) {
  return async (argument?: unknown): Promise<void> => {
    const id = subject('platform', argument)?.id;
    const entry = deps.platforms.entries.find((known) => known.id === id) ?? deps.platforms.snapshot.entry;
    await vscode.env.clipboard.writeText(entry.target.kubeconfig);
    vscode.window.setStatusBarMessage(deps.problems.say('platform.copied'), 5_000);
  };
}
