/** Roll a service back to the split before. */
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';
import { subjectOf } from '../../trees/rows.ts';
import { modelOf, rollBack, splitOf, splitText } from '../../views/traffic-actions.ts';
import { serviceOf } from '../argument.ts';

export function rollBackCommand(deps: Deps) {
  return async (argument?: unknown): Promise<void> => {
    const pointed = subjectOf(argument);
    const key = pointed
      ? await serviceOf(deps, argument)
      : (deps.selection.current ?? (await serviceOf(deps, argument)));
    if (!key) return;
    const problem = await rollBack(deps, key);
    if (problem) {
      await deps.problems.tellProblem(problem);
      return;
    }
    const model = await modelOf(deps, key);
    const split = model ? splitText(deps.problems.words.say, splitOf(model), key.name) : '';
    vscode.window.setStatusBarMessage(deps.problems.say('traffic.rolledBack', { name: key.name, split }), 5_000);
  };
}
