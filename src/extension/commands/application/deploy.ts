/** Deploy an application to the current platform. */
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';
import { applicationOf } from '../argument.ts';

export function deployApplication(deps: Deps) {
  const { say } = deps.problems.words;
  return async (argument?: unknown): Promise<unknown> => {
    if (!vscode.workspace.isTrusted) {
      void vscode.window.showWarningMessage(say('untrusted'));
      return undefined;
    }
    const entry = await applicationOf(deps, argument);
    if (!entry) return undefined;
    return deps.deploys.deploy({ dir: entry.dir, name: entry.name });
  };
}
