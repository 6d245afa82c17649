/**
 * Which service the traffic and log views show: the one last chosen, kept over reloads; else the one that they show already; else the
 * first that is there. So what comes beside it, or a platform that goes and comes back, moves nobody elsewhere.
 */
import * as vscode from 'vscode';
import type { Platforms } from './platform/platforms.ts';
import { findService, keyText, parseKey, type ServiceKey, serviceKey } from './platform/snapshot.ts';

const storedKey = 'service';
/** Services of development mode and the platform's own are never shown unasked. */
const labelRun = 'slipway.dev/run';

export class Selection implements vscode.Disposable {
  #state: vscode.Memento;
  #platforms: Platforms;
  #changes = new vscode.EventEmitter<ServiceKey | undefined>();
  #shown: string | undefined;
  /** What was last shown of a platform that was there. */
  #last: ServiceKey | undefined;
  #subscription: vscode.Disposable;

  readonly onChange = this.#changes.event;

  constructor(state: vscode.Memento, platforms: Platforms) {
    this.#state = state;
    this.#platforms = platforms;
    this.#subscription = platforms.onChange(() => this.#check());
  }

  /** The chosen service, else the one shown, while it is there or the platform is away; else the first one; else none. */
  get current(): ServiceKey | undefined {
    const { snapshot } = this.#platforms;
    const stored = this.#state.get<string>(storedKey);
    for (const key of [stored ? parseKey(stored) : undefined, this.#last]) {
      if (key && (snapshot.state !== 'ready' || findService(snapshot, key))) return key;
    }
    const first = snapshot.services.find(({ metadata }) => metadata.labels?.[labelRun] === undefined);
    return first ? serviceKey(first) : undefined;
  }

  async choose(key: ServiceKey): Promise<void> {
    await this.#state.update(storedKey, keyText(key));
    this.#check();
  }

  #check(): void {
    const { current } = this;
    if (current && this.#platforms.snapshot.state === 'ready') this.#last = current;
    const text = current ? keyText(current) : undefined;
    if (text === this.#shown) return;
    this.#shown = text;
    this.#changes.fire(current);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changes.dispose();
  }
}
