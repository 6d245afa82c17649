/**
 * One platform, watched: the shared model that every view paints from. Five informers, changes gathered for a frame, so that
 * a storm of events is one repaint. It never throws to the views: whatever is wrong is a state with words.
 */
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { Informer, PlatformClient, WatchHandlers } from '../../core/client.ts';
import type { ResourceKind } from '../../core/resources.ts';
import { emptySnapshot, type PlatformEntry, type PlatformState, type Snapshot } from './snapshot.ts';

const gatherMs = 16;

type Part = 'services' | 'revisions' | 'pods' | 'domains' | 'pings';

export interface ConnectionPorts {
  /** Loaded when first needed: client-node is large. */
  connect(entry: PlatformEntry): Promise<PlatformClient>;
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
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      this.close('lost', this.#ports.explain(error));
      throw error;
    });
    return this.#opening;
  }

  async #open(): Promise<PlatformClient> {
    const began = Date.now();
    if (this.#snapshot.state !== 'starting') this.setState('connecting');
    const client = await this.#ports.connect(this.entry);
    if (this.#disposed) {
      client[Symbol.dispose]();
      throw new Error('the connection was closed');
    }
    this.#client = client;
    const [{ kinds }, { gatewayOf }] = await Promise.all([
      import('../../core/resources.ts'),
      import('../../core/gateway.ts'),
    ]);
    const [info, gateway] = await Promise.all([client.platform(), gatewayOf(client)]);
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
    this.#read('ready');
    return client;
  }

  #handlers(part: string): WatchHandlers<KubeObject> {
    return {
      onSync: () => this.#changed(),
      onEvent: () => this.#changed(),
      onLost: (problem) => {
        this.#lost.add(part);
        if (this.#snapshot.state === 'ready') this.setState('lost', this.#ports.explain(problem));
      },
      onBack: () => {
        this.#lost.delete(part);
        if (this.#lost.size === 0 && this.#snapshot.state === 'lost') this.setState('ready');
      },
    };
  }

  /** Ends the connection and says why. */
  close(state: PlatformState, detail?: string): void {
    for (const informer of Object.values(this.#informers)) informer[Symbol.dispose]();
    this.#informers = {};
    this.#lost.clear();
    this.#client?.[Symbol.dispose]();
    this.#client = undefined;
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
