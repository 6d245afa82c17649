/** The traffic view of the sidebar: hosts the page, follows the selected service. */

import * as vscode from 'vscode';
import { canaryProblem } from '../canaries.ts';
import { openExternal } from '../deploys.ts';
import type { Deps } from '../deps.ts';
import { logError } from '../log-error.ts';
import { plain } from '../plain.ts';
import { keyText, parseKey, type ServiceKey } from '../platform/snapshot.ts';
import { loadReaders } from '../readers.ts';
import { diffTexts } from './documents.ts';
import { pageCommands } from './page-commands.ts';
import { pickRevision, pickService } from './pick.ts';
import { applySplit, asPageProblem, editTag, modelOf, previewYaml, rollBack } from './traffic-actions.ts';
import { moreOf } from './traffic-more.ts';
import { trafficState } from './traffic-state.ts';
import { hostPage, type PageHost } from './webview-host.ts';

type Uses = Pick<
  Deps,
  'context' | 'platforms' | 'selection' | 'problems' | 'live' | 'log' | 'applications' | 'canaries' | 'alerts'
>;

/** A canary that goes on is told anew so often. */
const canaryMs = 1_000;

export function showTraffic(view: vscode.WebviewView, deps: Uses): vscode.Disposable {
  const { platforms, selection, live } = deps;
  platforms.begin();
  let followed: string | undefined;
  let following: Disposable | undefined;
  let host: PageHost<'traffic'> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function paint(): Promise<void> {
    clearTimeout(timer);
    // Hidden it has no page; shown again it asks for all of it.
    if (!view.visible) return follow(undefined);
    const readers = await loadReaders();
    const more = moreOf(deps, readers);
    const state = trafficState(
      platforms.snapshot,
      selection.current,
      readers.traffic,
      vscode.workspace.isTrusted,
      more,
    );
    clearTimeout(timer);
    if (state.canary?.phase === 'running' && view.visible) timer = setTimeout(push, canaryMs);
    view.description = plain(state.service?.name ?? '');
    host?.send('state', state);
    follow(state.service && view.visible ? selection.current : undefined);
  }
  const push = (): void => void paint().catch(logError(deps.log));

  function follow(key: ServiceKey | undefined): void {
    const name = key && keyText(key);
    if (name === followed) return;
    followed = name;
    following?.[Symbol.dispose]();
    following = undefined;
    host?.send('live', null);
    if (key) following = live.follow(key, (point) => host?.send('live', point ?? null));
  }

  host = hostPage('traffic', view.webview, deps, {
    ready: async () => {
      await paint();
      return null;
    },
    pickService: async () => {
      const key = await pickService(deps);
      if (key) await selection.choose(key);
      return null;
    },
    apply: ({ key, base, percent, follow }) => applySplit(deps, parseKey(key), percent, { base, follow }),
    rollback: ({ key }) => rollBack(deps, parseKey(key)),
    addRevision: async ({ key, shown }) => {
      const model = await modelOf(deps, parseKey(key));
      const rows = [...(model?.rows ?? []), ...(model?.others ?? [])];
      const rest = rows.filter((row) => !row.failed && !shown.includes(row.revision));
      // Nothing to choose where there is only one.
      if (rest.length === 1) return rest[0]?.revision ?? null;
      return (await pickRevision(deps, parseKey(key), rest)) ?? null;
    },
    editTag: async ({ key, revision }) => {
      await editTag(deps, parseKey(key), revision);
      return null;
    },
    startCanary: ({ key, plan }) =>
      canaryProblem(deps.canaries.start(parseKey(key), plan), (error) => asPageProblem(deps, error)),
    canary: ({ key, action }) =>
      canaryProblem(deps.canaries.act(parseKey(key), action), (error) => asPageProblem(deps, error)),
    preview: async ({ key, percent, follow }) => {
      const { name } = parseKey(key);
      const { before, after } = await previewYaml(deps, parseKey(key), percent, follow);
      await diffTexts(deps.problems.say('traffic.previewTitle', { name }), `${name}.yaml`, before, after);
      return null;
    },
    openUrl: async ({ url }) => {
      await openExternal(url);
      return null;
    },
    openRevisions: async ({ key }) => {
      await vscode.commands.executeCommand('slipway.service.openRevisions', { type: 'service', key: parseKey(key) });
      return null;
    },
    command: ({ name }) => pageCommands(name),
  });
  return vscode.Disposable.from(
    host,
    platforms.onChange(push),
    selection.onChange(push),
    vscode.workspace.onDidGrantWorkspaceTrust(push),
    view.onDidChangeVisibility(push),
    deps.alerts.onChange(push),
    {
      dispose: () => {
        clearTimeout(timer);
        following?.[Symbol.dispose]();
      },
    },
  );
}
