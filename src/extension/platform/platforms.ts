/** The platforms that can be chosen, and the connection to the chosen one. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { PlatformClient } from '../../core/client.ts';
import { isFault } from '../../core/faults.ts';
import type { StartStep } from '../../core/platforms.ts';
import { resolveTarget } from '../../core/target.ts';
import { contextKeys } from '../contributions.ts';
import { plain } from '../plain.ts';
import type { Problems } from '../problems.ts';
import { setContext, setting } from '../settings.ts';
import { Connection } from './connection.ts';
import type { PlatformEntry, Snapshot } from './snapshot.ts';

const chosenKey = 'platform';
const lookMs = 2_000;

function untilde(path: string | undefined): string | undefined {
  return path?.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}

export class Platforms implements vscode.Disposable {
  #context: vscode.ExtensionContext;
  #problems: Problems;
  #log: vscode.LogOutputChannel;
  #changes = new vscode.EventEmitter<Snapshot>();
  #lists = new vscode.EventEmitter<void>();
  #entries: PlatformEntry[] = [];
  #connection: Connection;
  #lease: Disposable | undefined;
  #timer: NodeJS.Timeout | undefined;
  #starting: Promise<void> | undefined;

  /** The current platform changed in any way. */
  readonly onChange = this.#changes.event;
  /** Which platforms there are, or which is the current one. */
  readonly onList = this.#lists.event;

  constructor(context: vscode.ExtensionContext, problems: Problems, log: vscode.LogOutputChannel) {
    this.#context = context;
    this.#problems = problems;
    this.#log = log;
    this.#connection = this.#connectionTo(this.#defaultEntry());
    context.subscriptions.push(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('slipway')) void this.refresh();
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
    this.#timer = setInterval(() => void this.#look(), lookMs);
    this.#timer.unref?.();
    void this.refresh();
  }

  /** Reads the list anew; connecting to the current one, when it runs, goes on by itself. */
  async refresh(): Promise<void> {
    await this.#list();
    const stored = this.#context.workspaceState.get<string>(chosenKey);
    const wanted = this.#entries.find(({ id }) => id === stored) ?? this.#entries[0] ?? this.#defaultEntry();
    if (wanted.id !== this.#connection.entry.id || wanted.namespace !== this.#connection.entry.namespace) {
      this.#connection[Symbol.dispose]();
      this.#connection = this.#connectionTo(wanted);
    }
    this.#lists.fire();
    this.#fire();
    // Not waited for: a platform that does not answer must not hold back the choice of another.
    void this.#look();
  }

  async use(id: string): Promise<void> {
    await this.#context.workspaceState.update(chosenKey, id);
    this.#dropLease();
    await this.refresh();
  }

  /** A client of the current platform; starts it where it is an embedded one that does not run. @throws Fault */
  async need(progress?: (step: StartStep) => void, signal?: AbortSignal): Promise<PlatformClient> {
    if (this.#connection.client && this.snapshot.state === 'ready') return this.#connection.client;
    if (this.#connection.entry.embedded && !(await this.#runs())) await this.start(progress, signal);
    return this.#connected();
  }

  /** @throws Fault */
  start(progress?: (step: StartStep) => void, signal?: AbortSignal): Promise<void> {
    this.#starting ??= this.#start(progress, signal).finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(progress?: (step: StartStep) => void, signal?: AbortSignal): Promise<void> {
    const connection = this.#connection;
    const { target } = connection.entry;
    if (target.type !== 'platform') {
      await this.#connected();
      return;
    }
    connection.close('starting');
    try {
      const { startPlatform } = await import('../../core/platforms.ts');
      const port = setting('platform.port');
      const started = await startPlatform(
        {
          name: target.name,
          data: target.data,
          entry: join(this.#context.extensionPath, 'dist', 'platform.mjs'),
          lifetime: setting('platform.keepRunning') ? 'detached' : 'leased',
          ...(port > 0 ? { port } : {}),
          ...(signal ? { signal } : {}),
        },
        (step, detail) => {
          this.#log.debug(`platform ${target.name}: ${step}${detail ? ` ${detail}` : ''}`);
          progress?.(step);
        },
      );
      const { record, joined } = started;
      this.#log.info(
        joined
          ? `joined platform ${record.name} (pid ${record.pid})`
          : `started platform ${record.name} (pid ${record.pid}) in ${record.startedInMs} ms`,
      );
    } catch (error) {
      connection.close('stopped');
      throw error;
    }
    await this.#connected();
  }

  async stop(): Promise<void> {
    const { target } = this.#connection.entry;
    if (target.type !== 'platform') return;
    const { stopPlatform } = await import('../../core/platforms.ts');
    this.#dropLease();
    this.#connection.close('stopped');
    await stopPlatform({ name: target.name, data: target.data });
    this.#fire();
  }

  async reset(): Promise<void> {
    const client = await this.need();
    await client.capability('POST', '/reset', {});
  }

  async #connected(): Promise<PlatformClient> {
    const connection = this.#connection;
    const client = await connection.open();
    if (!this.#lease && connection.entry.embedded) {
      const [{ holdLease }, capabilities] = await Promise.all([
        import('../../core/platforms.ts'),
        client.capabilities(),
      ]);
      // Chosen meanwhile: another platform has no use for this lease.
      if (capabilities.has('leases') && connection === this.#connection && connection.client === client) {
        this.#lease ??= holdLease(client, `vscode-${vscode.env.sessionId}-${process.pid}`);
      }
    }
    return client;
  }

  async #look(): Promise<void> {
    const connection = this.#connection;
    if (this.#starting) return;
    const runs = await this.#runs();
    if (connection !== this.#connection || this.#starting) return;
    if (!runs) {
      if (connection.snapshot.state !== 'stopped') {
        this.#dropLease();
        connection.close('stopped');
      }
      return;
    }
    if (connection.client === undefined && connection.snapshot.state !== 'connecting') {
      await this.#connected().catch((error: unknown) => {
        if (!isFault(error, 'PlatformNotRunning') && !isFault(error, 'PlatformStopped')) {
          this.#log.debug(`${connection.entry.label}: ${this.#problems.explain(error).text}`);
        }
      });
    } else if (connection.snapshot.state === 'ready') await connection.refreshInfo();
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
    const contexts = setting('contexts').flatMap((context): PlatformEntry[] => {
      const label = context.name ?? context.context;
      if (!label) return [];
      const target = resolveTarget({ kubeconfig: untilde(context.kubeconfig), context: context.context ?? label });
      return [
        {
          id: `context:${label}`,
          label: plain(label),
          embedded: false,
          target,
          namespace: context.namespace,
          readOnly: context.readOnly ?? false,
        },
      ];
    });
    this.#entries = [own, ...found, ...contexts];
  }

  #defaultEntry(): PlatformEntry {
    const name = setting('platform.name');
    return this.#embedded(name, resolveTarget({ name }));
  }

  #embedded(name: string, target: PlatformEntry['target']): PlatformEntry {
    return {
      id: `platform:${name}`,
      label: name === 'default' ? this.#problems.say('platform.embedded') : plain(name),
      embedded: true,
      target,
      namespace: undefined,
      readOnly: false,
    };
  }

  #connectionTo(entry: PlatformEntry): Connection {
    const ports = {
      connect: async ({ target, readOnly }: PlatformEntry) =>
        (await import('../../core/client.ts')).connect(target, { readOnly }),
      explain: (error: unknown) => this.#problems.explain(error).text,
      log: (message: string) => this.#log.info(message),
    };
    return new Connection(entry, ports, () => this.#fire());
  }

  #fire(): void {
    const { snapshot } = this.#connection;
    setContext(contextKeys.platform, snapshot.state);
    setContext(contextKeys.embedded, snapshot.entry.embedded);
    setContext(contextKeys.writable, !snapshot.entry.readOnly);
    this.#changes.fire(snapshot);
  }

  #dropLease(): void {
    this.#lease?.[Symbol.dispose]();
    this.#lease = undefined;
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#dropLease();
    this.#connection[Symbol.dispose]();
    this.#changes.dispose();
    this.#lists.dispose();
  }
}
