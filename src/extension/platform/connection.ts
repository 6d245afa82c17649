/**
 * One platform, watched: the shared model that every view paints from. Five informers, changes gathered for a frame, so that
 * a storm of events is one repaint. It never throws to the views: whatever is wrong is a state with words.
 */
import { ApiError } from '../../../emulator/kernel/errors.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { Informer, PlatformClient, WatchHandlers } from '../../core/client.ts';
import { Fault, isFault } from '../../core/faults.ts';
import type { ResourceKind } from '../../core/resources.ts';
import { emptySnapshot, type PlatformEntry, type PlatformState, type Snapshot } from './snapshot.ts';

const gatherMs = 16;

type Part = 'services' | 'revisions' | 'pods' | 'domains' | 'pings';

export interface ConnectionPorts {
  /** Loaded when first needed: client-node is large. */
  connect(entry: PlatformEntry): Promise<PlatformClient>;
  /** Keeps the platform from ending itself for as long as a client of it is used here; undefined where none is needed. */
  lease(client: PlatformClient): Promise<Disposable | undefined>;
  explain(error: unknown): string;
  log(message: string): void;
}

export class Connection implements Disposable {
  readonly entry: PlatformEntry;
  #ports: ConnectionPorts;
  #onChange: () => void;
  #snapshot: Snapshot;
  #client: PlatformClient | undefined;
  #opening: Promise<PlatformClient> | undefined;
  #informers: { [Name in Part]?: Informer<KubeObject> } = {};
  #timer: NodeJS.Timeout | undefined;
  /** When it was last told, ms of the monotonic clock. */
  #painted = 0;
  #lost = new Set<string>();
  #disposed = false;
  /** Aborts when it is closed: what is being opened then is of a connection that is over. */
  #closing = new AbortController();
  /** Clients that something under way has, and how many have each. */
  #held = new Map<PlatformClient, number>();
  #leases = new Map<PlatformClient, Disposable>();
  /** Starts and stops of the platform that are under way. */
  #changing = 0;

  constructor(entry: PlatformEntry, ports: ConnectionPorts, onChange: () => void) {
    this.entry = entry;
    this.#ports = ports;
    this.#onChange = onChange;
    this.#snapshot = emptySnapshot(entry, 'stopped');
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  get client(): PlatformClient | undefined {
    return this.#client;
  }

  /** For the time between a command and what it leads to. */
  setState(state: PlatformState, detail?: string): void {
    this.#snapshot = { ...this.#snapshot, state, detail };
    this.#changed();
  }

  /** Connects once; later calls give the same client. @throws what connect and the first list throw */
  open(): Promise<PlatformClient> {
    this.#opening ??= this.#opened(this.#closing.signal);
    return this.#opening;
  }

  async #opened(closed: AbortSignal): Promise<PlatformClient> {
    let end = () => {};
    const over = new Promise<never>((_, reject) => {
      end = () => reject(new Fault('Cancelled'));
    });
    closed.addEventListener('abort', end);
    try {
      // Lists of a connection that is closed never come.
      return await Promise.race([this.#open(closed), over]);
    } catch (error) {
      // Closed meanwhile it is as it was closed; it may have been opened anew by now.
      if (!closed.aborted) this.close('lost', this.#ports.explain(error));
      throw error;
    } finally {
      closed.removeEventListener('abort', end);
    }
  }

  /**
   * What is under way goes on with its client to its end, whichever platform is chosen meanwhile.
   * @returns ends that; the client, and the lease on its platform, end with the last one that has it
   */
  hold(client: PlatformClient): Disposable {
    this.#held.set(client, (this.#held.get(client) ?? 0) + 1);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        const left = (this.#held.get(client) ?? 1) - 1;
        if (left > 0) this.#held.set(client, left);
        else {
          this.#held.delete(client);
          if (client !== this.#client) this.#end(client);
        }
      },
    };
  }

  async #keep(client: PlatformClient): Promise<void> {
    const lease = await this.#ports.lease(client);
    if (!lease) return;
    if (client === this.#client || this.#held.has(client)) this.#leases.set(client, lease);
    else lease[Symbol.dispose]();
  }

  #end(client: PlatformClient): void {
    this.#leases.get(client)?.[Symbol.dispose]();
    this.#leases.delete(client);
    client[Symbol.dispose]();
  }

  async #open(closed: AbortSignal): Promise<PlatformClient> {
    const began = Date.now();
    if (this.#snapshot.state !== 'starting') this.setState('connecting');
    const client = await this.#ports.connect(this.entry);
    if (closed.aborted) {
      client[Symbol.dispose]();
      throw new Fault('Cancelled');
    }
    this.#client = client;
    const [{ kinds }, { gatewayOf }] = await Promise.all([
      import('../../core/resources.ts'),
      import('../../core/gateway.ts'),
    ]);
    const [info, gateway] = await Promise.all([client.platform(), gatewayOf(client)]);
    if (closed.aborted) throw new Fault('Cancelled');
    this.#snapshot = { ...this.#snapshot, info, gateway };
    const wanted: [Part, ResourceKind][] = [
      ['services', kinds.service],
      ['revisions', kinds.revision],
      ['pods', kinds.pod],
      ['domains', kinds.domainMapping],
      ['pings', kinds.pingSource],
    ];
    for (const [part, kind] of wanted) {
      this.#informers[part] = client.watch<KubeObject>(kind, this.entry.namespace, this.#handlers(part));
    }
    // A cluster without Eventing has no PingSources: what is required is Serving.
    const optional = (informer: Informer<KubeObject> | undefined) => informer?.synced.catch(() => undefined);
    await Promise.all([this.#informers.services?.synced, this.#informers.revisions?.synced]);
    await Promise.all([
      optional(this.#informers.pods),
      optional(this.#informers.domains),
      optional(this.#informers.pings),
    ]);
    this.#ports.log(`connected to ${this.entry.label} in ${Date.now() - began} ms`);
    this.#keep(client).catch((error: unknown) => this.#ports.log(`no lease: ${this.#ports.explain(error)}`));
    this.#read('ready');
    return client;
  }

  #handlers(part: string): WatchHandlers<KubeObject> {
    return {
      onSync: () => this.#changed(),
      onEvent: () => this.#changed(),
      onLost: (problem) => {
        this.#lost.add(part);
        // A stream that breaks off names its socket, which says nothing to anybody: "connection lost" does.
        const says = problem instanceof Fault || problem instanceof ApiError;
        if (this.#snapshot.state === 'ready') this.setState('lost', says ? this.#ports.explain(problem) : undefined);
      },
      onBack: () => {
        this.#lost.delete(part);
        if (this.#lost.size === 0 && this.#snapshot.state === 'lost') this.setState('ready');
      },
    };
  }

  /**
   * Closed while the platform is started or stopped: nothing of how it is looked at by itself means anything until then. One that is being
   * stopped is there for a while, and whoever connected to it again would lose it.
   */
  async during<T>(state: 'starting' | 'stopped', work: () => Promise<T>): Promise<T> {
    this.#changing++;
    this.close(state);
    try {
      return await work();
    } finally {
      this.#changing--;
    }
  }

  /**
   * Called now and then: connects to a platform that came, and leaves one that went.
   * @param runs whether it is there now
   * @param onProblem why it could not be connected to, where it is there
   */
  async look(runs: () => Promise<boolean>, onProblem: (error: unknown) => void): Promise<void> {
    if (this.#changing > 0) return;
    const isThere = await runs();
    if (this.#disposed || this.#changing > 0) return;
    if (!isThere) {
      if (this.#snapshot.state !== 'stopped') this.close('stopped');
      return;
    }
    if (this.#client === undefined && this.#snapshot.state !== 'connecting') {
      await this.open().catch((error: unknown) => {
        if (!isFault(error, 'PlatformNotRunning') && !isFault(error, 'PlatformStopped')) onProblem(error);
      });
    } else if (this.#snapshot.state === 'ready') await this.refreshInfo();
  }

  /** Ends the connection and says why. */
  close(state: PlatformState, detail?: string): void {
    this.#closing.abort();
    this.#closing = new AbortController();
    for (const informer of Object.values(this.#informers)) informer[Symbol.dispose]();
    this.#informers = {};
    this.#lost.clear();
    const client = this.#client;
    this.#client = undefined;
    if (client && !this.#held.has(client)) this.#end(client);
    this.#opening = undefined;
    this.#snapshot = emptySnapshot(this.entry, state, detail);
    this.#changed();
  }

  async refreshInfo(): Promise<void> {
    const info = await this.#client?.platform().catch(() => undefined);
    if (info) {
      this.#snapshot = { ...this.#snapshot, info };
      this.#changed();
    }
  }

  #changed(): void {
    if (this.#disposed) return;
    // At once after a quiet time: who moved a slider waits for nothing; in a storm once in so many ms.
    const wait = Math.max(0, this.#painted + gatherMs - performance.now());
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#painted = performance.now();
      this.#read(this.#snapshot.state);
    }, wait);
  }

  #read(state: PlatformState): void {
    if (this.#disposed) return;
    const { services, revisions, pods, domains, pings } = this.#informers;
    this.#snapshot = {
      ...this.#snapshot,
      state,
      detail: state === 'ready' ? undefined : this.#snapshot.detail,
      services: services?.items ?? [],
      revisions: revisions?.items ?? [],
      pods: pods?.items ?? [],
      domains: domains?.items ?? [],
      pings: pings?.items ?? [],
    };
    this.#onChange();
  }

  [Symbol.dispose](): void {
    this.close(this.#snapshot.state);
    this.#disposed = true;
    clearTimeout(this.#timer);
  }
}
