/** What a click on the status bar offers when the platform is there (or lost): the few things one does with it. */
import * as vscode from 'vscode';
import type { CommandId } from '../../contributions.ts';
import type { Deps } from '../../deps.ts';

export function platformMenu(deps: Deps) {
  const { say } = deps.problems.words;
  return async (): Promise<void> => {
    const { snapshot } = deps.platforms;
    const ready = snapshot.state === 'ready';
    const items: { label: string; command: string }[] = [
      ...(ready && !snapshot.entry.readOnly && deps.applications.items.length > 0 && vscode.workspace.isTrusted
        ? [item('rocket', say('action.deploy'), 'slipway.application.deploy')]
        : []),
      ...(ready ? [] : [item('play', say('action.start'), 'slipway.platform.start')]),
      ...(ready && snapshot.entry.embedded ? [item('debug-stop', say('action.stop'), 'slipway.platform.stop')] : []),
      { label: `$(list-tree) ${say('action.views')}`, command: 'workbench.view.extension.slipway' },
      item('output', say('action.showOutput'), 'slipway.showOutput'),
      item('pulse', say('action.doctor'), 'slipway.doctor'),
    ];
    const chosen = await vscode.window.showQuickPick(items, { placeHolder: snapshot.detail ?? snapshot.entry.label });
    if (chosen) await vscode.commands.executeCommand(chosen.command);
  };
}

function item(icon: string, label: string, command: CommandId): { label: string; command: string } {
  return { label: `$(${icon}) ${label}`, command };
}
