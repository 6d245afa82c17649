/** Deploy an application to the current platform. */
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';
import { openPlace } from '../../problems.ts';
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
    if (!entry.application) {
      const [problem] = entry.problems;
      const text = problem ? deps.problems.of(problem).text : '';
      const open = say('action.openFile', { file: problem?.place?.file.split(/[\\/]/).at(-1) ?? 'slipway.yaml' });
      const chosen = await vscode.window.showErrorMessage(
        say('app.problems', { name: entry.name, problem: text }),
        ...(problem?.place ? [open] : []),
      );
      if (chosen === open && problem?.place) await openPlace(problem.place);
      return undefined;
    }
    return deps.deploys.deploy({ application: entry.application });
  };
}
