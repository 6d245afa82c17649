/** Stop the current embedded platform; its data stays. */
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';

export function stopPlatformCommand(deps: Deps) {
  const { say } = deps.problems.words;
  return async (): Promise<void> => {
    const { entry } = deps.platforms.snapshot;
    try {
      await deps.runs.stopAll(entry);
      deps.platforms.requireUse(entry);
      await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: say('platform.stopProgress', { name: entry.label }) },
        () => deps.platforms.stop(),
      );
    } catch (error) {
      await deps.problems.report(error);
    }
  };
}
