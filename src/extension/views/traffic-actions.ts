/** What moves traffic, shared by the view, the panel, the tree and the palette. */

import * as vscode from 'vscode';
import type { PageProblem } from '../../../webview/protocol.ts';
import type { TrafficModel } from '../../core/traffic/traffic.ts';
import type { Deps } from '../deps.ts';
import { logError } from '../log-error.ts';
import type { Say } from '../messages.ts';
import { findService, type ServiceKey, shortRevision } from '../platform/snapshot.ts';
import { loadReaders } from '../readers.ts';
import { pinned, trafficModelOf } from './traffic-state.ts';

type Uses = Pick<Deps, 'platforms' | 'problems' | 'log'>;
export type Percents = Readonly<Record<string, number>>;

export async function modelOf({ platforms }: Uses, key: ServiceKey): Promise<TrafficModel | undefined> {
  const readers = await loadReaders();
  const service = findService(platforms.snapshot, key);
  return service && trafficModelOf(platforms.snapshot, service, readers.traffic);
}

/** Applies a split; `base` is what it was made on, `follow` as in `pinned`. Resolves with what stands in the way, in words, or null. */
export async function applySplit(
  deps: Uses,
  key: ServiceKey,
  percent: Percents,
  { base, follow }: { base?: Percents; follow?: boolean } = {},
): Promise<PageProblem | null> {
  const { entry } = deps.platforms.snapshot;
  try {
    const model = await modelOf(deps, key);
    if (base && model && !sameSplit(base, splitOf(model))) {
      const { Fault } = await import('../../core/faults.ts');
      throw new Fault('TrafficChanged', { service: key.name });
    }
    const [client, { applyTraffic }] = await Promise.all([
      deps.platforms.needOf(entry),
      import('../../core/traffic/traffic.ts'),
    ]);
    const began = Date.now();
    await applyTraffic(client, key.namespace, key.name, {
      percent: pinned(percent, model?.latestReady, follow),
      ...(model ? { basedOn: model.wished } : {}),
    });
    deps.log.info(
      `traffic of ${key.name}: ${splitText(deps.problems.words.say, percent, key.name)} (${Date.now() - began} ms)`,
    );
    return null;
  } catch (error) {
    return asPageProblem(deps, error);
  }
}

export async function rollBack(deps: Uses, key: ServiceKey): Promise<PageProblem | null> {
  const { entry } = deps.platforms.snapshot;
  try {
    const [client, { rollback }] = await Promise.all([
      deps.platforms.needOf(entry),
      import('../../core/traffic/traffic.ts'),
    ]);
    const model = await rollback(client, key.namespace, key.name);
    deps.log.info(
      `traffic of ${key.name}: rolled back to ${splitText(deps.problems.words.say, splitOf(model), key.name)}`,
    );
    return null;
  } catch (error) {
    return asPageProblem(deps, error);
  }
}

export async function editTag(deps: Uses, key: ServiceKey, revision: string): Promise<void> {
  const { entry } = deps.platforms.snapshot;
  const { say } = deps.problems.words;
  const model = await modelOf(deps, key);
  const row = model && [...model.rows, ...model.others].find((entry) => entry.revision === revision);
  const before = row?.tags[0]?.tag;
  const tag = await vscode.window.showInputBox({
    title: say('revision.tagTitle'),
    prompt: say('revision.tagPrompt', { name: revision }),
    value: before ?? '',
    validateInput: (value) => {
      if (value === '' || /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value)) return undefined;
      return deps.problems.of({ code: 'TagInvalid', args: { tag: value } }).fix;
    },
  });
  if (tag === undefined || tag === (before ?? '')) return;
  const taken =
    model && [...model.rows, ...model.others].find((entry) => entry.tags.some((known) => known.tag === tag));
  try {
    if (tag !== '' && taken) {
      const { Fault } = await import('../../core/faults.ts');
      throw new Fault('TagTaken', { tag, revision: taken.revision });
    }
    const [client, { applyTraffic }] = await Promise.all([
      deps.platforms.needOf(entry),
      import('../../core/traffic/traffic.ts'),
    ]);
    const tags = { ...(before === undefined ? {} : { [before]: null }), ...(tag === '' ? {} : { [tag]: revision }) };
    await applyTraffic(client, key.namespace, key.name, { tags });
  } catch (error) {
    await deps.problems.report(error);
  }
}

export function asPageProblem(deps: Pick<Uses, 'problems' | 'log'>, error: unknown): PageProblem {
  const { code, text, fix, unexpected } = deps.problems.explain(error);
  if (unexpected) logError(deps.log)(error);
  else deps.log.warn(text);
  return { code, text, fix };
}

export function splitOf(model: TrafficModel): Record<string, number> {
  const rows = [...model.rows, ...model.others].filter(({ percent }) => percent > 0);
  return Object.fromEntries(rows.map(({ revision, percent }) => [revision, percent]));
}

export function splitText(say: Say, percent: Percents, service: string): string {
  return Object.entries(percent)
    .filter(([, value]) => value > 0)
    .map(([revision, value]) => `${shortRevision(revision, service)} ${value} %`)
    .join(say('list.separator'));
}

/** The split as it is and as it would be, as the YAML of spec.traffic. */
export async function previewYaml(
  deps: Uses,
  key: ServiceKey,
  percent: Percents,
  follow: boolean,
): Promise<{ before: string; after: string }> {
  const [model, { stringify }, { targetsOf }] = await Promise.all([
    modelOf(deps, key),
    import('yaml'),
    import('../../core/traffic/traffic.ts'),
  ]);
  const wished = (model?.wished ?? []).map(({ url: _, ...target }) => target);
  const after = targetsOf({ percent: pinned(percent, model?.latestReady, follow) }, wished);
  const document = (traffic: readonly object[]) => stringify({ spec: { traffic } });
  return { before: document(wished), after: document(after) };
}

/**
 * Takes a revision out of the traffic (core/traffic/retire.ts says who takes over) and its tags away. Asked for first, because
 * its users are moved. Resolves with what stands in the way, or null.
 */
export async function retire(deps: Uses, key: ServiceKey, revision: string): Promise<PageProblem | null> {
  const { entry } = deps.platforms.snapshot;
  const { say } = deps.problems.words;
  try {
    const [model, { retirementOf }] = await Promise.all([modelOf(deps, key), import('../../core/traffic/retire.ts')]);
    const rows = [...(model?.rows ?? []), ...(model?.others ?? [])];
    const retirement = retirementOf(rows, revision);
    const name = shortRevision(revision, key.name);
    if (!model || retirement === 'nothing') {
      void vscode.window.showInformationMessage(say('revision.retireNothing', { name }));
      return null;
    }
    if (retirement === 'alone') {
      const { Fault } = await import('../../core/faults.ts');
      throw new Fault('RevisionAlone', { revision: name });
    }
    const { taken, percent, tags, stopsFollowing } = retirement;
    const detail = [
      ...(percent ? [say('revision.retireDetail', { percent: taken, split: splitText(say, percent, key.name) })] : []),
      ...(tags.length > 0 ? [say('revision.retireTags', { tags: tags.join(say('list.separator')) })] : []),
      ...(stopsFollowing ? [say('revision.retirePinned')] : []),
      say('revision.retireStays'),
    ].join('\n');
    const action = say('action.retire');
    const options = { modal: true, detail };
    if ((await vscode.window.showWarningMessage(say('revision.retireConfirm', { name }), options, action)) !== action)
      return null;
    const [client, { applyTraffic }] = await Promise.all([
      deps.platforms.needOf(entry),
      import('../../core/traffic/traffic.ts'),
    ]);
    await applyTraffic(client, key.namespace, key.name, {
      ...(percent ? { percent: pinned(percent, model.latestReady) } : {}),
      tags: Object.fromEntries(tags.map((tag) => [tag, null])),
      basedOn: model.wished,
    });
    return null;
  } catch (error) {
    return asPageProblem(deps, error);
  }
}

function sameSplit(one: Percents, other: Percents): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => (one[name] ?? 0) === (other[name] ?? 0));
}
