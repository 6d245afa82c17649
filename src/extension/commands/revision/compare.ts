/** Compare two revisions in the editor's own diff: what a reader would call the manifest, without what the platform writes. */
import type { Deps } from '../../deps.ts';
import type { ServiceKey } from '../../platform/snapshot.ts';
import { shortRevision } from '../../platform/snapshot.ts';
import { diffTexts } from '../../views/documents.ts';
import { pickRevision } from '../../views/pick.ts';
import { manifestText } from '../../views/revision-text.ts';
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

export async function showDifference(
  deps: Pick<Deps, 'platforms' | 'problems'>,
  key: ServiceKey,
  before: string,
  after: string,
): Promise<void> {
  const text = async (name: string) => {
    const object = deps.platforms.snapshot.revisions.find(
      ({ metadata }) => metadata.name === name && metadata.namespace === key.namespace,
    );
    return object ? manifestText(object) : '';
  };
  const [old, fresh] = await Promise.all([text(before), text(after)]);
  const title = deps.problems.say('revision.diffTitle', { before, after });
  await diffTexts(title, `${key.name}.yaml`, old, fresh);
}
