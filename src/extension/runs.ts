/** Applications that run in development mode from this window: state, restart on save, the end. Several at once. */

import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Debugging } from '../../emulator/pods/ports.ts';
import { writtenByBuild } from '../core/app/made-folders.ts';
import type { Application } from '../core/app/model.ts';
import type { PlatformClient } from '../core/client.ts';
import { Fault, isAway } from '../core/faults.ts';
import type { RunEvent, RunSession, RunState } from '../core/run/run.ts';
import { contextKeys } from './contributions.ts';
import { isInside } from './deploys.ts';
import { FailedVerdicts } from './failed-verdicts.ts';
import { type LeftRuns, leftRuns } from './left-runs.ts';
import type { Platforms } from './platform/platforms.ts';
import type { PlatformEntry } from './platform/snapshot.ts';
import type { Problems } from './problems.ts';
import { setContext } from './settings.ts';
import { isNoSource } from './source-files.ts';
import { turns } from './turns.ts';

export interface Running {
  readonly application: Application;
  readonly session: RunSession;
  /** Where it runs, whichever platform is in use by now. */
  readonly platform: PlatformEntry;
  readonly client: PlatformClient;
  state: RunState;
  readonly disposables: vscode.Disposable[];
  stopping: boolean;
  /** Nothing of it is on the platform any more. */
  gone(): void;
}

interface RunOptions {
  debug: Debugging | undefined;
  signal?: AbortSignal;
  onEvent(event: RunEvent): void;
}

const saveGatherMs = 120;

export class Runs implements vscode.Disposable {
  #platforms: Platforms;
  #problems: Problems;
  #left: LeftRuns;
  #log: vscode.LogOutputChannel;
  #running = new Map<string, Running>();
  #turns = turns();
  /** Of those that are being started, by directory. */
  #starting = new Map<string, AbortController>();
  #crashes: FailedVerdicts;
  #changes = new vscode.EventEmitter<void>();

  readonly onChange = this.#changes.event;

  /** @param notes directory for what this window's runs make, for whoever has to take it away */
  constructor(platforms: Platforms, problems: Problems, notes: string, log: vscode.LogOutputChannel) {
    this.#platforms = platforms;
    this.#problems = problems;
    this.#left = leftRuns(notes, platforms, log);
    this.#log = log;
    this.#crashes = new FailedVerdicts(problems, 'slipway-run', log);
  }

  get items(): readonly Running[] {
    return [...this.#running.values()];
  }

  find(dir: string): Running | undefined {
    return this.#running.get(dir);
  }

  /**
   * Starts it; one that runs already from this directory is ended first. Resolves once the objects are applied.
   * @throws Fault Cancelled where it is stopped meanwhile, PlatformChanged
   */
  start(application: Application, options: RunOptions): Promise<Running> {
    const { entry } = this.#platforms.snapshot;
    return this.#turns.take(application.dir, () => this.#start(application, options, entry));
  }

  async #start(application: Application, options: RunOptions, platform: PlatformEntry): Promise<Running> {
    const { dir } = application;
    const stopped = new AbortController();
    this.#starting.set(dir, stopped);
    let held: Disposable | undefined;
    try {
      await this.#stop(dir);
      const signal = options.signal ? AbortSignal.any([options.signal, stopped.signal]) : stopped.signal;
      const client = await this.#platforms.needOf(platform, undefined, signal);
      held = this.#platforms.hold(client);
      await this.#left.cleared();
      if (signal.aborted) throw new Fault('Cancelled');
      return await this.#begin(application, { ...options, signal }, { client, platform, held });
    } catch (error) {
      held?.[Symbol.dispose]();
      throw error;
    } finally {
      this.#starting.delete(dir);
    }
  }

  async #begin(
    application: Application,
    options: RunOptions,
    { client, platform, held }: { client: PlatformClient; platform: PlatformEntry; held: Disposable },
  ): Promise<Running> {
    const { say } = this.#problems.words;
    const { BuildFault, startRun } = await import('../core/run/run.ts');
    this.#log.info(say('run.starting', { name: application.name }));
    let running: Running | undefined;
    const early: RunEvent[] = [];
    const { debug, signal, onEvent } = options;
    this.#crashes.set(application.dir, undefined);
    const session = await startRun({ client, app: application, debug, signal }, (event) => {
      if (event.type === 'build') onEvent(event);
      else if (running) this.#happened(running, event, onEvent);
      else early.push(event);
    }).catch((error: unknown) => {
      if (error instanceof BuildFault) this.#crashes.set(application.dir, { ...error.crash, evidence: error.crash });
      throw error;
    });
    const gone = this.#left.keep(session.remains, platform);
    running = {
      application,
      session,
      platform,
      client,
      state: session.state,
      disposables: [{ dispose: () => held[Symbol.dispose]() }],
      stopping: false,
      gone,
    };
    this.#running.set(application.dir, running);
    running.disposables.push(this.#restartOnSave(running));
    for (const event of early) this.#happened(running, event, options.onEvent);
    const ended = running;
    void session.ended.then(() => {
      // Somebody else deleted its service; the rest is not theirs to know of.
      if (!ended.stopping) this.#left.leave(session.remains);
      this.#forget(ended);
    });
    this.#changed();
    return running;
  }

  /**
   * What runs from this directory, or is being started; one whose platform is away ends here, and is taken away there when that is back.
   * What another window runs by the same objects goes on for that one.
   * @param only this one: another that has taken its place goes on
   */
  stop(dir: string, only?: Running): Promise<void> {
    if (!only) this.#starting.get(dir)?.abort();
    return this.#turns.take(dir, async () => {
      const name = this.find(dir)?.application.name ?? '';
      if (await this.#stop(dir, only)) this.#tell('run.goesOn', name);
    });
  }

  /** Resolves with whether it goes on in another window. */
  async #stop(dir: string, only?: Running): Promise<boolean> {
    const running = this.#running.get(dir);
    if (!running || (only && running !== only)) return false;
    const { application, session } = running;
    running.stopping = true;
    try {
      const shared = this.#left.end(session.remains);
      await session.stop(shared);
      running.gone();
      return shared.size > 0;
    } catch (error) {
      if (!isAway(error)) throw error;
      this.#tell('run.left', application.name);
      this.#left.leave(session.remains);
      return false;
    } finally {
      this.#forget(running);
    }
  }

  #tell(key: 'run.goesOn' | 'run.left', name: string): void {
    const text = this.#problems.say(key, { name });
    this.#log.warn(text);
    vscode.window.setStatusBarMessage(text, 8_000);
  }

  /** @param on those on this one, and those that are being started; all where undefined, as when the window closes */
  async stopAll(on?: PlatformEntry): Promise<void> {
    const dirs = new Set([...this.#running.keys(), ...this.#turns.keys]);
    const isMeant = (dir: string) => !on || (this.find(dir)?.platform.id ?? on.id) === on.id;
    await Promise.allSettled([...dirs].filter(isMeant).map((dir) => this.stop(dir)));
  }

  #happened(running: Running, event: RunEvent, listener: (event: RunEvent) => void): void {
    const { say } = this.#problems.words;
    const { name } = running.application;
    if (event.type === 'state') {
      running.state = event.state;
      const state = say(`run.state.${event.state}`);
      this.#log.info(`${name}: ${state}${'ms' in event ? ` (${event.ms} ms)` : ''}`);
      const crash = event.state === 'crashed' ? event.crash : undefined;
      if (crash) {
        this.#log.error(say('run.crashed', { name, cause: this.#problems.of(crash.cause).text }));
        for (const line of crash.logs) this.#log.error(`  | ${line}`);
      }
      this.#crashes.set(running.application.dir, crash && { ...crash, evidence: crash });
      this.#changed();
    }
    listener(event);
  }

  /**
   * The editor's own watcher, so that it costs no second tree of watches and works over SSH; and what is saved in the editor, as the
   * watcher is blind in folders that were made quickly, one in another (a new application), and in those that a setting excludes.
   */
  #restartOnSave(running: Running): vscode.Disposable {
    const { dir } = running.application;
    const isMade = writtenByBuild(running.application);
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(dir), '**/*'));
    let timer: NodeJS.Timeout | undefined;
    /** When each file was written that was told of: both tell of the same writing, one of them later. */
    const told = new Map<string, number>();
    const changed = async (uri: vscode.Uri) => {
      const path = uri.fsPath.slice(dir.length + 1).replaceAll('\\', '/');
      if (!isInside(uri, dir) || isNoSource(path) || isMade(path)) return;
      const written = await stat(uri.fsPath).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      );
      if (written > 0 && told.get(uri.fsPath) === written) return;
      told.set(uri.fsPath, written);
      clearTimeout(timer);
      timer = setTimeout(() => {
        void running.session.restart(uri.fsPath).catch((error: unknown) => this.#problems.report(error));
      }, saveGatherMs);
    };
    return vscode.Disposable.from(
      watcher,
      watcher.onDidChange(changed),
      watcher.onDidCreate(changed),
      watcher.onDidDelete(changed),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => changed(uri)),
      { dispose: () => clearTimeout(timer) },
    );
  }

  #forget(running: Running): void {
    for (const disposable of running.disposables.splice(0)) disposable.dispose();
    const { dir } = running.application;
    if (this.#running.get(dir) === running) {
      this.#running.delete(dir);
      this.#crashes.set(dir, undefined);
    }
    this.#changed();
  }

  #changed(): void {
    setContext(contextKeys.running, this.#running.size > 0);
    this.#changes.fire();
  }

  dispose(): void {
    void this.stopAll();
    this.#left[Symbol.dispose]();
    this.#crashes.dispose();
    this.#changes.dispose();
  }
}
