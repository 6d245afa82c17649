/** The applications of the workspace, read from slipway.yaml and deploy/, kept up to date as files change. */

import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { KnownWays } from '../core/app/known-ways.ts';
import type { Application, ManifestFile } from '../core/app/model.ts';
import type { Problem } from '../core/codes.ts';
import { contextKeys } from './contributions.ts';
import { gathered } from './gathered.ts';
import { isIn } from './in-folder.ts';
import { logError } from './log-error.ts';
import { isApplicationFile } from './manifests/files.ts';
import { setContext } from './settings.ts';

export interface WorkspaceApplication {
  dir: string;
  /** Of the application, else of its folder. */
  name: string;
  /** undefined: an error stands in the way. */
  application: Application | undefined;
  problems: readonly Problem[];
  /** Of its manifests, as they were read. */
  files: readonly ManifestFile[];
}

type Folders = ReadonlyMap<string, readonly string[]>;

const gatherMs = 200;
/** A program may write its files without a pause. */
const latestMs = 1_000;

export class Applications implements vscode.Disposable {
  #items: readonly WorkspaceApplication[] = [];
  /** Of each application. */
  #folders: Folders = new Map();
  /** They are looked through again: not for each key that is typed into a manifest. */
  #hasNewFolder = false;
  #changes = new vscode.EventEmitter<readonly WorkspaceApplication[]>();
  #disposables: vscode.Disposable[] = [];
  #soonRead = gathered(() => void this.#refresh(), gatherMs, latestMs);
  #reading: Promise<void> | undefined;
  #again = false;
  #begun = false;
  #log: vscode.LogOutputChannel;
  /** While nothing but manifests is typed: what else there is may have changed unseen. */
  #ways: KnownWays | undefined;

  readonly onChange = this.#changes.event;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
  }

  get items(): readonly WorkspaceApplication[] {
    return this.#items;
  }

  /** Begins to look and to watch; called when something of Slipway is first shown. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const watcher = vscode.workspace.createFileSystemWatcher('**/{*.yaml,*.yml,package.json}');
    const changed = (uri: vscode.Uri) => {
      if (this.isManifest(uri) || this.#liesBeside(uri) || uri.fsPath.endsWith('package.json')) this.#changed(uri);
    };
    // Of a folder that appears with its files, as when one is scaffolded or cloned, or goes with them, a watcher may only tell the folder.
    const all = vscode.workspace.createFileSystemWatcher('**/*');
    this.#disposables.push(
      all,
      all.onDidChange((uri) => {
        if (this.#ways?.changed(uri.fsPath)) this.#changed(uri);
      }),
      all.onDidCreate((uri) => {
        const isFolder = /[\\/][^\\/.]+$/.test(uri.fsPath);
        if (isFolder) this.#hasNewFolder = true;
        if (this.#cameOrWent(uri) || isFolder) this.#changed(uri);
      }),
      all.onDidDelete((uri) => {
        if (this.#cameOrWent(uri) || this.#items.some(({ dir }) => isIn(dir, uri.fsPath))) this.#changed(uri);
      }),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) void this.refresh();
      }),
      watcher,
      watcher.onDidChange(changed),
      watcher.onDidCreate(changed),
      watcher.onDidDelete(changed),
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.refresh()),
      vscode.window.tabGroups.onDidChangeTabs(() => this.#tellFiles()),
      // The editor may tell its tabs as a whole: then no single one changed.
      vscode.window.tabGroups.onDidChangeTabGroups(() => this.#tellFiles()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (this.isManifest(document.uri)) this.#soon(document.uri);
        else if (document.uri.scheme === 'file') this.#ways?.changed(document.uri.fsPath);
      }),
      // What was not saved is not its text any more.
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === 'file') this.#ways?.changed(uri.fsPath);
      }),
    );
    void this.refresh();
  }

  /** Whether it is a file that was looked for. What else comes and goes beside it (a database's journal) makes nobody look at once. */
  #cameOrWent({ fsPath }: vscode.Uri): boolean {
    const wasLookedFor = this.#ways?.changed(fsPath) ?? false;
    this.#ways?.cameOrWent(fsPath);
    return wasLookedFor;
  }

  /** Reads everything, and ends with what stood in the files when it was called: calls while one runs lead to one more. */
  refresh(): Promise<void> {
    this.#ways?.forget();
    return this.#refresh();
  }

  #refresh(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return this.#reading.then(() => this.#reading);
    }
    this.#reading = this.#read().finally(() => {
      this.#reading = undefined;
      if (this.#again) {
        this.#again = false;
        void this.#refresh();
      }
    });
    return this.#reading;
  }

  /** As `choose` finds it; the workspace is read anew only for one that is not known yet. */
  async find(
    choose: (items: readonly WorkspaceApplication[]) => WorkspaceApplication | undefined,
  ): Promise<WorkspaceApplication | undefined> {
    const known = choose(this.#items);
    if (known) return known;
    await this.refresh();
    return choose(this.#items);
  }

  /** slipway.yaml, or a manifest of an application, which need not lie in a folder named deploy. */
  isManifest(uri: vscode.Uri): boolean {
    if (uri.scheme !== 'file') return false;
    return isApplicationFile(uri) || this.#items.some(({ files }) => files.some(({ file }) => file === uri.fsPath));
  }

  /** One that comes there may be a manifest, too. */
  #liesBeside({ fsPath }: vscode.Uri): boolean {
    const folder = dirname(fsPath);
    return this.#items.some(({ files }) => files.some(({ file }) => dirname(file) === folder));
  }

  /** The application that a file belongs to: the innermost folder that has one. */
  containing(uri: vscode.Uri | undefined): WorkspaceApplication | undefined {
    if (uri?.scheme !== 'file') return undefined;
    return this.#items
      .filter(({ dir }) => isIn(uri.fsPath, dir))
      .sort((one, other) => other.dir.length - one.dir.length)[0];
  }

  async #read(): Promise<void> {
    const roots = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    try {
      const [{ findApplications, foldersOf }, { readApplication }, { KnownWays }] = await Promise.all([
        import('../core/app/find.ts'),
        import('../core/app/model.ts'),
        import('../core/app/known-ways.ts'),
      ]);
      this.#ways ??= new KnownWays();
      const ways = this.#ways;
      const dirs = await findApplications(roots.map(({ uri }) => uri.fsPath));
      const known: Folders = this.#hasNewFolder ? new Map() : this.#folders;
      this.#hasNewFolder = false;
      const [items, folders] = await Promise.all([
        Promise.all(
          dirs.map(async (dir) => {
            const { application, problems, files } = await readApplication(dir, readText, ways);
            return { dir, name: application?.name ?? folderName(dir), application, problems, files };
          }),
        ),
        Promise.all(dirs.map(async (dir) => [dir, known.get(dir) ?? (await foldersOf(dir))] as const)),
      ]);
      this.#items = items;
      this.#folders = new Map(folders);
    } catch (error) {
      logError(this.#log)(error);
    }
    setContext(contextKeys.hasApplications, this.#items.length > 0);
    setContext(contextKeys.hasEnvironments, this.#items.some(hasEnvironments));
    this.#tellFiles();
    setContext(contextKeys.looked, true);
    this.#changes.fire(this.#items);
  }

  /**
   * What `resourcePath in` and `resourceDirname in` look up: the manifests of each application, and its folders, so that each editor's
   * own title knows whether its file belongs to one from the moment it is there. Told when a file is opened, too, which comes a moment
   * late: what is open in the folders that are not listed (build output, those of a very big application).
   */
  #tellFiles(): void {
    const open = vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .flatMap(({ input }) => (input instanceof vscode.TabInputText && this.containing(input.uri) ? [input.uri] : []));
    const folders = [...[...this.#folders.values()].flat(), ...open.map(({ fsPath }) => dirname(fsPath))];
    setContext(contextKeys.applicationFiles, [
      ...this.#items.map(({ dir }) => join(dir, 'slipway.yaml')),
      ...new Set(folders),
    ]);
  }

  #changed(uri: vscode.Uri): void {
    this.#ways?.forget();
    this.#soon(uri);
  }

  #soon(uri: vscode.Uri): void {
    if (/[\\/](node_modules|\.git)([\\/]|$)/.test(uri.fsPath)) return;
    this.#soonRead.tell();
  }

  dispose(): void {
    this.#soonRead[Symbol.dispose]();
    for (const disposable of this.#disposables) disposable.dispose();
    this.#changes.dispose();
  }
}

function hasEnvironments({ application }: WorkspaceApplication): boolean {
  return Object.keys(application?.environments ?? {}).length > 0;
}

/** What is being edited counts before what is on the disk. */
async function readText(file: string): Promise<string | undefined> {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === file);
  if (open) return open.getText();
  const { readText: fromDisk } = await import('../core/app/model.ts');
  return fromDisk(file);
}

function folderName(dir: string): string {
  return dir.slice(dirname(dir).length + 1) || dir;
}
