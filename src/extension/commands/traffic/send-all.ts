/** Send all traffic to one revision. */
import type { Deps } from '../../deps.ts';
import { applySplit } from '../../views/traffic-actions.ts';
import { revisionOf } from '../argument.ts';

export function sendAll(deps: Deps) {
  return async (argument?: unknown): Promise<void> => {
    const pointed = await revisionOf(deps, argument);
    if (!pointed) return;
    const problem = await applySplit(deps, pointed.key, { [pointed.revision]: 100 });
    if (problem) await deps.problems.tellProblem(problem);
  };
}
