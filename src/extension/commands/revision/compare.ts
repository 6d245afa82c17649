/** Compare two revisions in the editor's own diff. */
import type { Deps } from '../../deps.ts';
import { shortRevision } from '../../platform/snapshot.ts';
import { showDifference } from '../../views/compare.ts';
import { pickRevision } from '../../views/pick.ts';
import { modelOf } from '../../views/traffic-actions.ts';
import { revisionOf } from '../argument.ts';

export function compareRevisions(deps: Deps) {
  return async (argument?: unknown): Promise<void> => {
    const pointed = await revisionOf(deps, argument);
    if (!pointed) return;
    const { key, revision } = pointed;
    const model = await modelOf(deps, key);
    const others = [...(model?.rows ?? []), ...(model?.others ?? [])].filter((row) => row.revision !== revision);
    const placeHolder = deps.problems.say('revision.pickOther', { name: shortRevision(revision, key.name) });
    const other = await pickRevision(deps, key, others, placeHolder);
    if (other === undefined) return;
    const [before, after] = [revision, other].sort() as [string, string];
    await showDifference(deps, key, before, after);
  };
}
