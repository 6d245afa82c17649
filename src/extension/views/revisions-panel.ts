/** The editor tab "Revisions & Traffic": one a service, restored after a reload. */

import * as vscode from 'vscode';
import type { ColdStart } from '../../../emulator/capabilities/protocol.ts';
import type { PlatformClient } from '../../core/client.ts';
import { canaryProblem } from '../canaries.ts';
import { viewIds } from '../contributions.ts';
import { openExternal } from '../deploys.ts';
import type { Deps } from '../deps.ts';
import { logError, messageOf } from '../log-error.ts';
import { plain } from '../plain.ts';
import { findService, keyText, parseKey, revisionsOf, type ServiceKey } from '../platform/snapshot.ts';
import { loadReaders } from '../readers.ts';
import { showDifference } from './compare.ts';
import { pageCommands } from './page-commands.ts';
import { revisionsReadings } from './revisions-readings.ts';
import {
  changeKey,
  imageOf,
  type RevisionsReaders,
  revisionsState,
  type SplitChange,
  shortSplit,
} from './revisions-state.ts';
import { applySplit, asPageProblem, editTag, modelOf, retire, rollBack, splitOf } from './traffic-actions.ts';
import { moreOf } from './traffic-more.ts';
import { trafficModelOf } from './traffic-state.ts';
import { hostPage, type PageHost } from './webview-host.ts';

type Uses = Pick<Deps, 'context' | 'platforms' | 'problems' | 'live' | 'log' | 'selection' | 'canaries' | 'alerts'>;

const coldStartsMs = 3_000;
/** A canary that goes on is told anew so often. */
const canaryMs = 1_000;
/** Revisions whose files are compared with those of the one before: the list shows the newest first. */
const comparedRevisions = 12;

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
    this.#fill(vscode.window.createWebviewPanel(viewIds.revisions, plain(key.name), column, {}), key);
  }

  #fill(panel: vscode.WebviewPanel, key: ServiceKey): void {
    const name = keyText(key);
    const { context } = this.#deps;
    panel.title = this.#deps.problems.say('panel.revisions', { service: key.name });
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
  let platform = platforms.snapshot.entry.id;

  /** Of which the page has the past. */
  let told: PlatformClient | undefined;
  const readings = revisionsReadings(key, {
    client: () => platforms.client,
    seen: () => live.history(key),
    log: (problem) => log.debug(`figures of ${key.name}: ${messageOf(problem)}`),
  });

  const files = new Map<string, number>();
  let canaryTimer: NodeJS.Timeout | undefined;

  async function paint(): Promise<void> {
    const [readers, loaded] = await Promise.all([revisionsReaders(), loadReaders()]);
    const { snapshot } = platforms;
    if (snapshot.entry.id !== platform) {
      // A service of that name on another platform is another one.
      platform = snapshot.entry.id;
      [changes, coldStarts, lastSplit, told] = [[], [], undefined, undefined];
      host?.send('history', []);
    }
    const service = findService(snapshot, key);
    if (service) noteSplit(shortSplit(splitOf(trafficModelOf(snapshot, service, readers)), key.name));
    // Hidden it has no page; shown again it asks for all of it.
    if (!panel.visible) return;
    const { say } = deps.problems.words;
    const trusted = vscode.workspace.isTrusted;
    const facts = { ...moreOf(deps, loaded), coldStarts, changes, files, trusted, say };
    const state = revisionsState(snapshot, key, readers, facts);
    host?.send('state', state);
    if (snapshot.state === 'ready' && platforms.client !== told) void sendHistory().catch(logError(log));
    clearTimeout(canaryTimer);
    if (state.canary?.phase === 'running' && panel.visible && !disposed) canaryTimer = setTimeout(push, canaryMs);
    void countFiles();
  }
  const push = (): void => void paint().catch(logError(log));

  /** How many files differ from revision to revision, where the images are in the platform's store; each pair is asked once. */
  async function countFiles(): Promise<void> {
    const { client, snapshot } = platforms;
    if (!client || !snapshot.info?.capabilities.includes('image-files')) return;
    const images = revisionsOf(snapshot, key).slice(0, comparedRevisions).map(imageOf);
    const pairs = images.flatMap((after, index): [string, string][] => {
      const before = images[index + 1];
      return before === undefined || before === after || files.has(changeKey(before, after)) ? [] : [[before, after]];
    });
    if (pairs.length === 0) return;
    for (const [before, after] of pairs) files.set(changeKey(before, after), 0);
    try {
      const { changedFiles, imageContents } = await import('../../core/images.ts');
      for (const [before, after] of pairs) {
        const [old, fresh] = await Promise.all([imageContents(client, before), imageContents(client, after)]);
        if (old && fresh) files.set(changeKey(before, after), changedFiles(old, fresh).files.length);
      }
      if (!disposed) await paint();
    } catch (error) {
      for (const [before, after] of pairs) files.delete(changeKey(before, after));
      log.debug(`files of ${key.name}: ${messageOf(error)}`);
    }
  }

  /** Each time that the page or the platform is there again. */
  async function sendHistory(): Promise<void> {
    told = platforms.snapshot.state === 'ready' ? platforms.client : undefined;
    const history = await readings.history();
    if (history) host?.send('history', history);
  }

  function noteSplit(split: string): void {
    if (lastSplit !== undefined && lastSplit !== split)
      changes = [...changes, { at: Date.now(), text: split }].slice(-50);
    lastSplit = split;
  }

  async function readColdStarts(): Promise<void> {
    if (!panel.visible || disposed) return;
    const items = await readings.coldStarts();
    if (!items || JSON.stringify(items) === JSON.stringify(coldStarts)) return;
    coldStarts = items;
    await paint();
  }
  const lookForStarts = (): void => void readColdStarts().catch(logError(log));

  host = hostPage('revisions', panel.webview, deps, {
    ready: async () => {
      told = undefined;
      await paint();
      if (!told) await sendHistory();
      lookForStarts();
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
    follow: async ({ on }) => {
      const { entry } = platforms.snapshot;
      const model = await modelOf(deps, key);
      platforms.requireUse(entry);
      return model ? applySplit(deps, key, splitOf(model), { follow: on }) : null;
    },
    retire: ({ revision }) => retire(deps, key, revision),
    canary: ({ action }) => canaryProblem(deps.canaries.act(key, action), (error) => asPageProblem(deps, error)),
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
  });
  const following = live.follow(key, (point) => host?.send('live', point ?? null));
  const timer = setInterval(lookForStarts, coldStartsMs);
  return vscode.Disposable.from(
    host,
    platforms.onChange(push),
    deps.alerts.onChange(push),
    vscode.workspace.onDidGrantWorkspaceTrust(push),
    panel.onDidChangeViewState(() => {
      if (!panel.visible) return;
      lookForStarts();
      push();
    }),
    {
      dispose: () => {
        disposed = true;
        clearInterval(timer);
        clearTimeout(canaryTimer);
        following[Symbol.dispose]();
      },
    },
  );
}

async function revisionsReaders(): Promise<RevisionsReaders> {
  const [{ tree, traffic }, { diffRevisions }] = await Promise.all([loadReaders(), import('../../core/revisions.ts')]);
  return { ...traffic, service: tree.service, revision: tree.revision, changes: diffRevisions };
}
