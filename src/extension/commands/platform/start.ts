/** Start the current platform, or connect to it. */
import * as vscode from 'vscode';
import { viewIds } from '../../contributions.ts';
import type { Deps } from '../../deps.ts';
import { subject } from '../argument.ts';

export function startPlatformCommand(deps: Deps) {
  const { say } = deps.problems.words;
  return async (argument?: unknown): Promise<void> => {
    const pointed = subject('platform', argument);
    if (pointed && pointed.id !== deps.platforms.snapshot.entry.id) await deps.platforms.use(pointed.id);
    const { label } = deps.platforms.snapshot.entry;
    try {
      await vscode.window.withProgress({ location: { viewId: viewIds.platform } }, () =>
        vscode.window.withProgress(
          { location: vscode.ProgressLocation.Window, title: say('platform.startProgress', { name: label }) },
          (progress) => deps.platforms.start((step) => progress.report({ message: say(`platform.step.${step}`) })),
        ),
      );
    } catch (error) {
      await deps.problems.report(error, [
        { label: say('action.doctor'), run: () => vscode.commands.executeCommand('slipway.doctor') },
      ]);
    }
  };
}
