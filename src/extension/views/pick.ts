/** Quick picks of what is there: asked only when nothing was pointed at. */
import * as vscode from 'vscode';
import type { WorkspaceApplication } from '../applications.ts';
import type { Deps } from '../deps.ts';
import { plainItem } from '../plain.ts';
import { findService, type ServiceKey, shortRevision } from '../platform/snapshot.ts';
import { loadReaders } from '../readers.ts';
import { deployedServices } from './traffic-state.ts';

/** The only one without asking. */
export async function pickService(deps: Pick<Deps, 'platforms' | 'problems'>): Promise<ServiceKey | undefined> {
  const { say } = deps.problems.words;
  await deps.platforms.need();
  const { snapshot } = deps.platforms;
  const keys = deployedServices(snapshot);
  if (keys.length === 0) {
    void vscode.window.showInformationMessage(say('service.none', { target: snapshot.entry.label }));
    return undefined;
  }
  if (keys.length === 1) return keys[0];
  const { tree } = await loadReaders();
  const items = keys.map((key) => {
    const object = findService(snapshot, key);
    const url = object && tree.service(object, snapshot.gateway).url;
    return plainItem({ label: key.name, description: key.namespace, ...(url ? { detail: url } : {}), key });
  });
  return (await vscode.window.showQuickPick(items, { placeHolder: say('service.pick'), matchOnDescription: true }))
    ?.key;
}

export async function pickRevision(
  deps: Pick<Deps, 'problems'>,
  key: ServiceKey,
  rows: readonly {
    revision: string;
    percent: number;
    created: string;
    tags: readonly { tag: string }[];
  }[],
  placeHolder = deps.problems.say('revision.pick'),
): Promise<string | undefined> {
  const items = rows.map((row) =>
    plainItem({
      label: shortRevision(row.revision, key.name),
      description: [row.percent > 0 && `${row.percent} %`, ...row.tags.map(({ tag }) => tag)]
        .filter(Boolean)
        .join(' · '),
      detail: `${row.revision} · ${new Date(row.created).toLocaleString(deps.problems.words.locale)}`,
      revision: row.revision,
    }),
  );
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDetail: true }))?.revision;
}

/** The one that the active editor belongs to, the only one, or the one chosen. Offers to make one where there is none. */
export async function pickApplication(
  deps: Pick<Deps, 'applications' | 'problems'>,
): Promise<WorkspaceApplication | undefined> {
  const { say } = deps.problems.words;
  if (deps.applications.items.length === 0) await deps.applications.refresh();
  const { items } = deps.applications;
  const active = deps.applications.containing(vscode.window.activeTextEditor?.document.uri);
  if (active) return active;
  if (items.length <= 1) {
    if (items[0]) return items[0];
    const create = say('app.new');
    if ((await vscode.window.showInformationMessage(say('app.none'), create)) === create) {
      await vscode.commands.executeCommand('slipway.application.new');
    }
    return undefined;
  }
  const picks = items.map((entry) => {
    const folder = vscode.workspace.asRelativePath(entry.dir);
    return plainItem({ label: entry.name, ...(folder === entry.name ? {} : { description: folder }), entry });
  });
  return (await vscode.window.showQuickPick(picks, { placeHolder: say('app.pick') }))?.entry;
}
