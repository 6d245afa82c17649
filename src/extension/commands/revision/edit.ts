/** Tag a revision; take one out of the traffic; delete one that nothing leads to. */
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';
import { editTag, modelOf, retire } from '../../views/traffic-actions.ts';
import { confirmDestruction, revisionOf } from '../argument.ts';

export function tagRevision(deps: Deps) {
  return async (argument?: unknown): Promise<void> => {
    const pointed = await revisionOf(deps, argument);
    if (pointed) await editTag(deps, pointed.key, pointed.revision);
  };
}

export function retireRevision(deps: Deps) {
  return async (argument?: unknown): Promise<void> => {
    const pointed = await revisionOf(deps, argument);
    if (!pointed) return;
    const problem = await retire(deps, pointed.key, pointed.revision);
    if (problem) await deps.problems.tellProblem(problem);
  };
}

export function deleteRevision(deps: Deps) {
  const { say } = deps.problems.words;
  return async (argument?: unknown): Promise<void> => {
    const { entry } = deps.platforms.snapshot;
    const pointed = await revisionOf(deps, argument);
    if (!pointed) return;
    const { key, revision: name } = pointed;
    const model = await modelOf(deps, key);
    const row = [...(model?.rows ?? []), ...(model?.others ?? [])].find(({ revision }) => revision === name);
    const { keptFor } = await import('../../../core/traffic/kept.ts');
    const kept = row && keptFor(row);
    if (kept) {
      const tag = row.tags[0]?.tag ?? '';
      void vscode.window.showWarningMessage(say(`revision.kept.${kept}`, { name, percent: row.percent, tag }));
      return;
    }
    const sure = await confirmDestruction(deps, entry, {
      text: say('revision.deleteConfirm', { name }),
      detail: say('revision.deleteDetail'),
      action: say('action.delete'),
      typed: name,
    });
    if (!sure) return;
    try {
      const [client, { kinds }] = await Promise.all([
        deps.platforms.needOf(entry),
        import('../../../core/resources.ts'),
      ]);
      await client.delete(kinds.revision, key.namespace, name);
    } catch (error) {
      await deps.problems.report(error);
    }
  };
}
