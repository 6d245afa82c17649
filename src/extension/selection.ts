/** Which service the traffic and log views show: the one last chosen, kept over reloads; else the first that is there. */
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
  #subscription: vscode.Disposable;

  readonly onChange = this.#changes.event;

  constructor(state: vscode.Memento, platforms: Platforms) {
    this.#state = state;
    this.#platforms = platforms;
    this.#subscription = platforms.onChange(() => this.#check());
  }

  /** The chosen service while it is there, or while the platform is away; else the first one; else none. */
  get current(): ServiceKey | undefined {
    const { snapshot } = this.#platforms;
    const stored = this.#state.get<string>(storedKey);
    const chosen = stored ? parseKey(stored) : undefined;
    if (chosen && (snapshot.state !== 'ready' || findService(snapshot, chosen))) return chosen;
    const first = snapshot.services.find(({ metadata }) => metadata.labels?.[labelRun] === undefined);
    return first ? serviceKey(first) : undefined;
  }

  async choose(key: ServiceKey): Promise<void> {
    await this.#state.update(storedKey, keyText(key));
    this.#check();
  }

  #check(): void {
    const { current } = this;
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
