/** The platforms that can be chosen, and the connection to the chosen one. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import type { PlatformClient } from '../../core/client.ts';
import { Fault } from '../../core/faults.ts';
import type { StartStep } from '../../core/platforms.ts';
import { resolveTarget, type Target } from '../../core/target.ts';
import { contextKeys } from '../contributions.ts';
import { logError } from '../log-error.ts';
import type { Problems } from '../problems.ts';
import { setContext, setting } from '../settings.ts';
import { Connection } from './connection.ts';
import { contextEntries } from './context-entries.ts';
import { ownPlatform, wrongNameText } from './own-platform.ts';
import { type SharedWork, sharedWork } from './shared-work.ts';
import type { PlatformEntry, Snapshot } from './snapshot.ts';
import { targetName } from './target-name.ts';

const chosenKey = 'platform';
const lookMs = 2_000;

export class Platforms implements vscode.Disposable {
  #context: vscode.ExtensionContext;
  #problems: Problems;
  #log: vscode.LogOutputChannel;
  #changes = new vscode.EventEmitter<Snapshot>();
  #lists = new vscode.EventEmitter<void>();
  #entries: PlatformEntry[];
  #connection: Connection;
  #timer: NodeJS.Timeout | undefined;
  /** The one in the settings that was told. */
  #wrongName: string | undefined;
  #starting: { connection: Connection; work: SharedWork<StartStep> } | undefined;
  /** Another may be the current one by the time that something holds a client. */
  #owners = new WeakMap<PlatformClient, Connection>();

  /** The current platform changed in any way. */
  readonly onChange = this.#changes.event;
  /** Which platforms there are, or which is the current one. */
  readonly onList = this.#lists.event;

  constructor(context: vscode.ExtensionContext, problems: Problems, log: vscode.LogOutputChannel) {
    this.#context = context;
    this.#problems = problems;
    this.#log = log;
    const own = this.#defaultEntry();
    this.#entries = [own];
    this.#connection = this.#connectionTo(own);
    context.subscriptions.push(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('slipway')) this.refresh().catch(logError(log));
      }),
    );
  }

  get snapshot(): Snapshot {
    return this.#connection.snapshot;
  }

  get entries(): readonly PlatformEntry[] {
    return this.#entries;
  }

  get client(): PlatformClient | undefined {
    return this.#connection.client;
  }

  /** Begins looking; called when something of Slipway is first shown. */
  begin(): void {
    if (this.#timer) return;
    this.#timer = setInterval(() => this.#look().catch(logError(this.#log)), lookMs);
    this.#timer.unref?.();
    this.refresh().catch(logError(this.#log));
  }

  /** Reads the list anew; connecting to the current one, when it runs, goes on by itself. */
  async refresh(): Promise<void> {
    await this.#list();
    this.#tellWrongName();
    const stored = this.#context.workspaceState.get<string>(chosenKey);
    const wanted = this.#entries.find(({ id }) => id === stored) ?? this.#entries[0] ?? this.#defaultEntry();
    if (!isDeepStrictEqual(wanted, this.#connection.entry)) {
      this.#connection[Symbol.dispose]();
      this.#connection = this.#connectionTo(wanted);
    }
    this.#lists.fire();
    this.#fire();
    // Not waited for: a platform that does not answer must not hold back the choice of another.
    this.#look().catch(logError(this.#log));
  }

  async use(id: string): Promise<void> {
    await this.#context.workspaceState.update(chosenKey, id);
    await this.refresh();
  }

  /**
   * A client of the platform that is the current one now; starts it where it is an embedded one that does not run.
   * @throws Fault; PlatformChanged where another is chosen meanwhile: what was asked for here is not done there
   */
  async need(progress?: (step: StartStep) => void, signal?: AbortSignal): Promise<PlatformClient> {
    const connection = this.#connection;
    if (connection.client && connection.snapshot.state === 'ready') return connection.client;
    if (connection.entry.embedded && !(await this.#runs())) {
      this.requireUse(connection.entry);
      await this.start(progress, signal);
    }
    this.requireUse(connection.entry);
    try {
      return await this.#connection.open();
    } finally {
      // Closed is what it was opened for, too: that another was chosen says more than that it was cancelled.
      this.requireUse(connection.entry);
    }
  }

  /** The same for what was begun on this one. @throws Fault PlatformChanged */
  async needOf(entry: PlatformEntry, progress?: (step: StartStep) => void, signal?: AbortSignal) {
    this.requireUse(entry);
    return this.need(progress, signal);
  }

  /** @param of the entry, or its id. @throws Fault PlatformChanged where another is in use by now */
  requireUse(of: PlatformEntry | string): void {
    const id = typeof of === 'string' ? of : of.id;
    if (this.snapshot.entry.id === id) return;
    const entry = typeof of === 'string' ? this.#entries.find((each) => each.id === of) : of;
    throw new Fault('PlatformChanged', { name: entry?.label ?? id.slice(id.indexOf(':') + 1) });
  }

  /** For what goes on with a client for a while, whichever platform is chosen meanwhile: its end, in whatever way. */
  hold(client: PlatformClient): Disposable {
    return (this.#owners.get(client) ?? this.#connection).hold(client);
  }

  /** One start, whoever asks for it: it goes on until all of them have given it up. @throws Fault */
  async start(progress?: (step: StartStep) => void, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) throw new Fault('Cancelled');
    const connection = this.#connection;
    const before = this.#starting?.connection === connection ? this.#starting.work : undefined;
    if (before?.isGivenUp) {
      await before.ended;
      this.requireUse(connection.entry);
      return this.start(progress, signal);
    }
    return (before ?? this.#begin(connection)).join(progress, signal);
  }

  #begin(connection: Connection): SharedWork<StartStep> {
    const work = sharedWork<StartStep>((step, signal) => this.#start(connection, step, signal));
    const starting = { connection, work };
    this.#starting = starting;
    void work.ended.then(() => {
      if (this.#starting === starting) this.#starting = undefined;
    });
    return work;
  }

  async #start(connection: Connection, progress: (step: StartStep) => void, signal: AbortSignal): Promise<void> {
    const { target } = connection.entry;
    if (target.type === 'platform') {
      try {
        await connection.during('starting', () => this.#launch(target, progress, signal));
      } catch (error) {
        connection.close('stopped');
        throw error;
      }
    }
    // Another one that was chosen meanwhile is not to be connected to for this one's start.
    if (connection === this.#connection) await this.#connection.open();
  }

  async #launch(
    target: Target & { type: 'platform' },
    progress: (step: StartStep) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { startPlatform } = await import('../../core/platforms.ts');
    const port = setting('platform.port');
    const { record, joined } = await startPlatform(
      {
        name: target.name,
        data: target.data,
        entry: join(this.#context.extensionPath, 'dist', 'platform.mjs'),
        lifetime: setting('platform.keepRunning') ? 'detached' : 'leased',
        ...(port > 0 ? { port } : {}),
        signal,
      },
      (step, detail) => {
        this.#log.debug(`platform ${target.name}: ${step}${detail ? ` ${detail}` : ''}`);
        progress(step);
      },
    );
    this.#log.info(
      joined
        ? `joined platform ${record.name} (pid ${record.pid})`
        : `started platform ${record.name} (pid ${record.pid}) in ${record.startedInMs} ms`,
    );
  }

  async stop(): Promise<void> {
    const connection = this.#connection;
    const { target } = connection.entry;
    if (target.type !== 'platform') return;
    await connection.during('stopped', async () => {
      const { stopPlatform } = await import('../../core/platforms.ts');
      await stopPlatform({ name: target.name, data: target.data });
    });
    this.#fire();
  }

  async reset(): Promise<void> {
    const client = await this.need();
    await client.capability('POST', '/reset', {});
  }

  #look(): Promise<void> {
    const { label } = this.#connection.entry;
    return this.#connection.look(
      () => this.#runs(),
      (error) => this.#log.debug(`${label}: ${this.#problems.explain(error).text}`),
    );
  }

  /** A context is asked, an embedded platform's record is read. */
  async #runs(): Promise<boolean> {
    const { target } = this.#connection.entry;
    if (target.type !== 'platform') return true;
    const { findPlatform } = await import('../../core/platforms.ts');
    return findPlatform({ name: target.name, data: target.data }) !== undefined;
  }

  async #list(): Promise<void> {
    const { listPlatforms } = await import('../../core/platforms.ts');
    const own = this.#defaultEntry();
    const found = listPlatforms()
      .filter(({ name }) => `platform:${name}` !== own.id)
      .map(({ name, data }) => this.#embedded(name, resolveTarget({ name, data })));
    this.#entries = [own, ...found, ...contextEntries(setting('contexts'))];
  }

  #defaultEntry(): PlatformEntry {
    const { name, target } = ownPlatform(setting('platform.name'));
    return this.#embedded(name, target);
  }

  /** A name in the settings that is none is told once; nothing else of the extension depends on it. */
  #tellWrongName(): void {
    const { wrong } = ownPlatform(setting('platform.name'));
    const name = wrong && String(wrong.args['name']);
    const isNew = name !== this.#wrongName;
    this.#wrongName = name;
    if (!wrong || !isNew) return;
    const { words } = this.#problems;
    const text = wrongNameText(words, wrong, this.#entries);
    this.#log.error(text);
    const execute = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);
    void this.#problems.tell(text, [
      { label: words.say('action.choosePlatform'), run: () => execute('slipway.platform.use') },
      {
        label: words.say('action.openSetting'),
        run: () => execute('workbench.action.openSettings', 'slipway.platform.name'),
      },
    ]);
  }

  #embedded(name: string, target: PlatformEntry['target']): PlatformEntry {
    return {
      id: `platform:${name}`,
      label: targetName(this.#problems.words.say, target),
      embedded: true,
      target,
      namespace: undefined,
      readOnly: false,
    };
  }

  #connectionTo(entry: PlatformEntry): Connection {
    const connection = new Connection(
      entry,
      {
        connect: async ({ target, readOnly }) => {
          const client = await (await import('../../core/client.ts')).connect(target, { readOnly });
          this.#owners.set(client, connection);
          return client;
        },
        lease: async (client) => {
          if (!entry.embedded || !(await client.capabilities()).has('leases')) return undefined;
          return (await import('../../core/platforms.ts')).holdLease(client);
        },
        explain: (error) => this.#problems.explain(error).text,
        log: (message) => this.#log.info(message),
      },
      () => this.#fire(),
    );
    return connection;
  }

  #fire(): void {
    const { snapshot } = this.#connection;
    setContext(contextKeys.platform, snapshot.state);
    setContext(contextKeys.embedded, snapshot.entry.embedded);
    this.#changes.fire(snapshot);
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#connection[Symbol.dispose]();
    this.#changes.dispose();
    this.#lists.dispose();
  }
}
