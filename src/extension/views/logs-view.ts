/** The log view of the bottom panel: follows one service through everything the core's followLogs goes on through. */

import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { LogLine } from '../../../emulator/capabilities/protocol.ts';
import type { LogLineView, ToHost } from '../../../webview/protocol.ts';
import type { LogReader } from '../../core/follow-on.ts';
import { viewIds } from '../contributions.ts';
import type { Deps } from '../deps.ts';
import { logError } from '../log-error.ts';
import { plain, plainItem } from '../plain.ts';
import { oncePer } from '../platform/once.ts';
import { keyText, parseKey, type ServiceKey, type Snapshot, serviceKey } from '../platform/snapshot.ts';
import { setting } from '../settings.ts';
import { showText } from './documents.ts';
import { pageCommands } from './page-commands.ts';
import { sourceFiles } from './source-files.ts';
import { asPageProblem } from './traffic-actions.ts';
import { pagePlatform, serviceRef } from './traffic-state.ts';
import { hostPage, type PageHost } from './webview-host.ts';

type Uses = Pick<Deps, 'context' | 'platforms' | 'selection' | 'problems' | 'log' | 'applications'>;

/** Lines are sent in batches: a message costs more than a line. The page reads as many of these as fit between two frames. */
const batchMs = 40;
const batchLines = 250;
const history = 2_000;
const keptRoots = 500;

/** A line that another part of the editor wants to have shown. */
export interface LineWanted {
  pod: string;
  time: number;
  text: string;
}

type OpenSource = ToHost<'logs'>['openSource'];

export class LogsView implements vscode.WebviewViewProvider, vscode.Disposable {
  #deps: Uses;
  #view: vscode.WebviewView | undefined;
  #host: PageHost<'logs'> | undefined;
  #key: ServiceKey | undefined;
  #revision: string | null = null;
  /** The state that the page has, as text. */
  #pushed = '';
  #following: AbortController | undefined;
  /** Of which it follows the log. */
  #platform: string | undefined;
  #batch: LogLineView[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Pod → its folder of the application. */
  #roots = new Map<string, string>();
  #files = sourceFiles();
  #wanted: LineWanted | undefined;
  #disposables: vscode.Disposable[] = [];

  constructor(deps: Uses) {
    this.#deps = deps;
    this.#disposables.push(
      deps.selection.onChange((key) => {
        if (key) this.show(key);
      }),
      deps.platforms.onChange(() => this.#pushService()),
    );
  }

  /** Follows this service (of this revision only, where one is given). The view itself is opened by its focus command. */
  show(key: ServiceKey, revision?: string, line?: LineWanted): void {
    this.#wanted = line;
    const changed = !this.#key || keyText(this.#key) !== keyText(key);
    this.#key = key;
    this.#revision = revision ?? null;
    if (!this.#host) return;
    if (changed) this.#follow();
    this.#pushService();
    this.#host.send('filter', { revision: this.#revision });
    this.#pushWanted();
  }

  #pushWanted(): void {
    if (this.#wanted) this.#host?.send('reveal', this.#wanted);
    this.#wanted = undefined;
  }

  async pick(): Promise<void> {
    const { snapshot } = this.#deps.platforms;
    const items = snapshot.services
      .map(serviceKey)
      .map((key) => plainItem({ label: key.name, description: key.namespace, key }));
    const placeHolder = this.#deps.problems.say('service.pick');
    const chosen = await vscode.window.showQuickPick(items, { placeHolder });
    if (!chosen) return;
    this.show(chosen.key);
    await vscode.commands.executeCommand(`${viewIds.logs}.focus`);
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { selection, platforms } = this.#deps;
    platforms.begin();
    this.#view = view;
    this.#key ??= selection.current;
    this.#host = hostPage('logs', view.webview, this.#deps, {
      ready: () => {
        this.#pushed = '';
        this.#pushService();
        this.#follow();
        if (this.#revision) this.#host?.send('filter', { revision: this.#revision });
        this.#pushWanted();
        return null;
      },
      pickService: async () => {
        await this.pick();
        return null;
      },
      select: ({ key }) => {
        this.show(parseKey(key));
        return null;
      },
      openSource: (place) => this.#openSource(place),
      copy: async ({ text }) => {
        await vscode.env.clipboard.writeText(text);
        return null;
      },
      save: async ({ text }) => {
        await this.#save(text);
        return null;
      },
      command: ({ name }) => pageCommands(name),
    });
    const host = this.#host;
    view.onDidDispose(() => {
      host.dispose();
      // Moved to another place it may have been made there before it ends here.
      if (this.#view !== view) return;
      this.#following?.abort();
      this.#following = undefined;
      this.#host = undefined;
      this.#view = undefined;
    });
  }

  #pushService(): void {
    const { snapshot } = this.#deps.platforms;
    this.#key ??= this.#deps.selection.current;
    if (this.#view) this.#view.description = plain(this.#key?.name ?? '');
    const services = serviceRefs(snapshot.services);
    const state = {
      on: snapshot.entry.id,
      service: this.#key ? serviceRef(this.#key) : null,
      platform: pagePlatform(snapshot),
      maximum: setting('logs.maximumLines'),
      folder: this.#deps.applications.items.find(({ name }) => name === this.#key?.name)?.dir ?? null,
    };
    // The platform changes many times a second; of all services the page need not be told each time.
    const text = JSON.stringify(state) + services.text;
    if (text !== this.#pushed) this.#host?.send('service', { ...state, services: services.refs });
    this.#pushed = text;
    // A service of that name on another platform is another one.
    if (this.#key && this.#host && (!this.#following || this.#platform !== snapshot.entry.id)) this.#follow();
  }

  #follow(): void {
    this.#following?.abort();
    this.#following = undefined;
    this.#batch = [];
    this.#roots.clear();
    const key = this.#key;
    if (!key || !this.#host) return;
    this.#host.send('clear', null);
    const stop = new AbortController();
    this.#following = stop;
    this.#platform = this.#deps.platforms.snapshot.entry.id;
    this.#run(key, stop.signal).catch(logError(this.#deps.log));
  }

  async #run({ namespace, name: service }: ServiceKey, signal: AbortSignal): Promise<void> {
    const [{ followOn }, { shownTimeOf: timeOf }] = await Promise.all([
      import('../../core/follow-on.ts'),
      import('../../core/log-lines/line.ts'),
    ]);
    const reader: LogReader = {
      client: () => this.#deps.platforms.client,
      trying: () => this.#host?.send('status', { following: true, problem: null }),
      tell: (line) => {
        this.#rootOf(line);
        this.#add(lineView(line));
      },
      failed: (error) => this.#host?.send('status', { following: false, problem: asPageProblem(this.#deps, error) }),
    };
    await followOn({ namespace, service, timeOf }, history, reader, signal);
  }

  #add(line: LogLineView): void {
    this.#batch.push(line);
    if (this.#batch.length >= batchLines) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), batchMs);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#batch;
    this.#batch = [];
    if (lines.length > 0 && this.#key) this.#host?.send('lines', { key: keyText(this.#key), lines });
  }

  #rootOf({ pod, root, site }: LogLine): void {
    const folder = root ?? site?.root;
    if (!folder || this.#roots.has(pod)) return;
    this.#roots.set(pod, folder);
    for (const oldest of this.#roots.keys()) {
      if (this.#roots.size <= keptRoots) break;
      this.#roots.delete(oldest);
    }
  }

  /** The workspace's file where it has the instance's text, else the instance's own, and the page says so. */
  async #openSource(place: OpenSource['params']): Promise<OpenSource['result']> {
    const { locate } = await import('../../core/source/locate.ts');
    const folders = [
      ...this.#deps.applications.items
        .filter(({ name }) => name === this.#key?.name)
        .concat(this.#deps.applications.items)
        .map(({ dir }) => dir),
      ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
    ];
    const { path, line, column, pod } = place;
    const found = await locate({ path, line, column, root: this.#roots.get(pod) }, folders, this.#files);
    if (!found) return 'none';
    const at = new vscode.Position(Math.max(0, found.line - 1), Math.max(0, found.column - 1));
    const selection = new vscode.Range(at, at);
    if (found.text === 'changed' && found.own !== undefined) {
      const language = await vscode.workspace.openTextDocument(vscode.Uri.file(found.file));
      await showText(basename(found.file), found.own, language.languageId, selection);
      return 'changed';
    }
    await vscode.window.showTextDocument(vscode.Uri.file(found.file), { selection });
    return 'opened';
  }

  async #save(text: string): Promise<void> {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    const name = `${this.#key?.name ?? 'slipway'}.log`;
    const target = await vscode.window.showSaveDialog({
      ...(folder ? { defaultUri: vscode.Uri.file(join(folder, name)) } : {}),
    });
    if (!target) return;
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
    vscode.window.setStatusBarMessage(this.#deps.problems.say('logs.saved', { file: target.fsPath }), 5_000);
  }

  dispose(): void {
    this.#following?.abort();
    clearTimeout(this.#timer);
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

const serviceRefs = oncePer((services: Snapshot['services']) => {
  const refs = services.map((service) => serviceRef(serviceKey(service)));
  return { refs, text: JSON.stringify(refs) };
});

function lineView({ time, revision, pod, stream, text, mark, site }: LogLine): LogLineView {
  const place = site ? { path: site.path, line: site.line, column: site.column } : null;
  return { time, revision, pod, stream, text, mark: mark ?? null, site: place };
}
