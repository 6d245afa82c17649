/** The editor tab "Revisions & traffic": one a service, restored after a reload. */
import * as vscode from 'vscode';
import type { ColdStart } from '../../../emulator/capabilities/protocol.ts';
import { showDifference } from '../commands/revision/compare.ts';
import { viewIds } from '../contributions.ts';
import { openExternal } from '../deploys.ts';
import type { Deps } from '../deps.ts';
import { findService, keyText, parseKey, type ServiceKey } from '../platform/snapshot.ts';
import { loadReaders } from '../readers.ts';
import { pageCommands } from './page-commands.ts';
import { type RevisionsReaders, revisionsState, type SplitChange } from './revisions-state.ts';
import { applySplit, editTag, rollBack, splitOf, splitText } from './traffic-actions.ts';
import { trafficModelOf } from './traffic-state.ts';
import { hostPage, type PageHost } from './webview-host.ts';

type Uses = Pick<Deps, 'context' | 'platforms' | 'problems' | 'live' | 'log' | 'selection'>;

const coldStartsMs = 3_000;

export class RevisionsPanels implements vscode.Disposable {
  #deps: Uses;
  #panels = new Map<string, vscode.WebviewPanel>();

  constructor(deps: Uses) {
    this.#deps = deps;
  }

  /** A panel of an earlier window. */
  adopt(panel: vscode.WebviewPanel, state: unknown): void {
    const key = typeof state === 'object' && state !== null && 'key' in state ? state.key : undefined;
    if (typeof key === 'string' && key.includes('/')) this.#fill(panel, parseKey(key));
    else panel.dispose();
  }

  open(key: ServiceKey): void {
    const there = this.#panels.get(keyText(key));
    if (there) {
      there.reveal();
      return;
    }
    const column = vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.Active;
    this.#fill(vscode.window.createWebviewPanel(viewIds.revisions, key.name, column, {}), key);
  }

  #fill(panel: vscode.WebviewPanel, key: ServiceKey): void {
    const name = keyText(key);
    const { context } = this.#deps;
    panel.title = `${key.name}: ${this.#deps.problems.say('panel.revisions')}`;
    panel.iconPath = vscode.Uri.joinPath(context.extensionUri, 'media', 'icons', 'slipway-tab.svg');
    this.#panels.set(name, panel);
    const shown = showRevisions(panel, key, this.#deps);
    panel.onDidDispose(() => {
      shown.dispose();
      if (this.#panels.get(name) === panel) this.#panels.delete(name);
    });
  }

  dispose(): void {
    for (const panel of [...this.#panels.values()]) panel.dispose();
  }
}

function showRevisions(panel: vscode.WebviewPanel, key: ServiceKey, deps: Uses): vscode.Disposable {
  const { platforms, live, log } = deps;
  platforms.begin();
  let coldStarts: ColdStart[] = [];
  let changes: SplitChange[] = [];
  let lastSplit: string | undefined;
  let host: PageHost<'revisions'> | undefined;
  let disposed = false;

  async function push(): Promise<void> {
    const readers = await revisionsReaders();
    const service = findService(platforms.snapshot, key);
    if (service) noteSplit(splitText(splitOf(trafficModelOf(platforms.snapshot, service, readers)), key.name));
    host?.send('state', revisionsState(platforms.snapshot, key, readers, coldStarts, changes));
  }

  function noteSplit(split: string): void {
    if (lastSplit !== undefined && lastSplit !== split)
      changes = [...changes, { at: Date.now(), text: split }].slice(-50);
    lastSplit = split;
  }

  async function readColdStarts(): Promise<void> {
    const { client } = platforms;
    if (!client || !panel.visible || disposed) return;
    try {
      if (!(await client.capabilities()).has('coldstarts')) return;
      const { namespace, name } = key;
      const path = `/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(name)}/coldstarts`;
      const { items } = await client.capability<{ items: ColdStart[] }>('GET', path);
      if (JSON.stringify(items) === JSON.stringify(coldStarts)) return;
      coldStarts = items;
      await push();
    } catch (error) {
      log.debug(`cold starts of ${key.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  host = hostPage(
    'revisions',
    panel.webview,
    deps.context.extensionUri,
    {
      ready: async () => {
        await push();
        host?.send('history', [...live.history(key)]);
        void readColdStarts();
        return null;
      },
      compare: async ({ before, after }) => {
        await showDifference(deps, key, before, after);
        return null;
      },
      rollback: () => rollBack(deps, key),
      sendAll: ({ revision }) => applySplit(deps, key, { [revision]: 100 }),
      editTag: async ({ revision }) => {
        await editTag(deps, key, revision);
        return null;
      },
      remove: async ({ revision }) => {
        await vscode.commands.executeCommand('slipway.revision.delete', {
          type: 'revision',
          key,
          revision,
          url: undefined,
        });
        return null;
      },
      showLogs: async ({ revision }) => {
        const argument = revision === null ? { type: 'service', key } : { type: 'revision', key, revision };
        await vscode.commands.executeCommand('slipway.service.showLogs', { ...argument, url: undefined });
        return null;
      },
      openUrl: async ({ url }) => {
        await openExternal(url);
        return null;
      },
      command: ({ name }) => pageCommands(name),
    },
    (error) => log.error(error instanceof Error ? error : String(error)),
  );
  const following = live.follow(key, (point) => host?.send('live', point ?? null));
  const timer = setInterval(() => void readColdStarts(), coldStartsMs);
  return vscode.Disposable.from(
    host,
    platforms.onChange(() => void push()),
    panel.onDidChangeViewState(() => {
      if (panel.visible) void readColdStarts();
    }),
    {
      dispose: () => {
        disposed = true;
        clearInterval(timer);
        following[Symbol.dispose]();
      },
    },
  );
}

async function revisionsReaders(): Promise<RevisionsReaders> {
  const [{ tree, traffic }, { diffRevisions }] = await Promise.all([loadReaders(), import('../../core/revisions.ts')]);
  return { ...traffic, service: tree.service, revision: tree.revision, changes: diffRevisions };
}
