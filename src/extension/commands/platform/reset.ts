/** Forget all objects of the current embedded platform. */
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';

export function resetPlatform(deps: Deps) {
  const { say } = deps.problems.words;
  return async (): Promise<void> => {
    const { entry } = deps.platforms.snapshot;
    const action = say('action.reset');
    const text = say('platform.resetConfirm', { name: entry.label });
    const options = { modal: true, detail: say('platform.resetDetail') };
    if ((await vscode.window.showWarningMessage(text, options, action)) !== action) return;
    try {
      await deps.runs.stopAll(entry);
      deps.platforms.requireUse(entry);
      await deps.platforms.reset();
      vscode.window.setStatusBarMessage(say('platform.resetDone', { name: entry.label }), 5_000);
    } catch (error) {
      await deps.problems.report(error);
    }
  };
}
