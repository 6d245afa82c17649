/** Run or debug an application in development mode: the same as F5 with a configuration of type slipway. */
import * as vscode from 'vscode';
import { debugType } from '../../contributions.ts';
import type { Deps } from '../../deps.ts';
import { applicationOf } from '../argument.ts';

export function runApplication(deps: Deps, options: { debug: boolean }) {
  const { say } = deps.problems.words;
  return async (argument?: unknown): Promise<void> => {
    if (!vscode.workspace.isTrusted) {
      void vscode.window.showWarningMessage(say('untrusted'));
      return;
    }
    const entry = await applicationOf(deps, argument);
    if (!entry) return;
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(entry.dir));
    await vscode.debug.startDebugging(
      folder,
      {
        type: debugType,
        request: 'launch',
        name: say(options.debug ? 'run.debugTitle' : 'run.runTitle', { name: entry.name }),
        application: entry.dir,
      },
      { noDebug: !options.debug },
    );
  };
}
