/**
 * Drives the guarded canaries that this window began or took up, and says how each one stands. The state is the object's
 * (decision 7): what this window does not drive, it shows, and offers to take up once nobody does.
 */
import * as vscode from 'vscode';
import type { CanaryAction, CanaryPlanView, CanaryView, PageProblem } from '../../webview/protocol.ts';
import type { CanaryObservation, CanaryState } from '../core/traffic/canary.ts';
import type { Platforms } from './platform/platforms.ts';
import { keyText, type ServiceKey, shortRevision } from './platform/snapshot.ts';
import type { Problems } from './problems.ts';

interface Driving {
  stop: AbortController;
  seen: CanaryObservation | undefined;
}

/** How a canary is told, given so that views need no part of the driver. */
export interface CanaryReaders {
  isDriven(state: CanaryState, now: number): boolean;
  text: typeof import('../core/messages/canary.ts').canaryText;
}

export class Canaries implements vscode.Disposable {
  #platforms: Platforms;
  #problems: Problems;
  #log: vscode.LogOutputChannel;
  #name: string | undefined;
  #driving = new Map<string, Driving>();

  constructor(platforms: Platforms, problems: Problems, log: vscode.LogOutputChannel) {
    this.#platforms = platforms;
    this.#problems = problems;
    this.#log = log;
  }

  /** Made when first needed: what makes it takes longer to load than the rest of activation. */
  get #id(): string {
    this.#name ??= `vscode ${crypto.randomUUID()}`;
    return this.#name;
  }

  /** @throws Fault, ApiError */
  async start(key: ServiceKey, view: CanaryPlanView): Promise<void> {
    const [client, { startCanary }] = await this.#core();
    const { pauseSeconds, ...plan } = view;
    const wish = { ...plan, pauseMs: pauseSeconds * 1_000 };
    await startCanary(client, key.namespace, key.name, wish, { id: this.#id });
    this.#log.info(`canary of ${key.name}: ${plan.revision} by ${plan.steps.join(', ')} %`);
    this.#drive(key);
  }

  /** @throws Fault, ApiError */
  async act(key: ServiceKey, action: CanaryAction): Promise<void> {
    const [client, core] = await this.#core();
    this.#log.info(`canary of ${key.name}: ${action}`);
    const { namespace, name } = key;
    switch (action) {
      case 'resume':
        await core.takeUpCanary(client, namespace, name, { id: this.#id });
        this.#drive(key);
        return;
      case 'hold':
        await core.pauseCanary(client, namespace, name);
        return;
      case 'abort':
        await core.abortCanary(client, namespace, name);
        return;
      case 'dismiss':
        await core.dismissCanary(client, namespace, name);
    }
  }

  view(key: ServiceKey, state: CanaryState | undefined, readers: CanaryReaders): CanaryView | null {
    if (!state) return null;
    const now = Date.now();
    const driven = readers.isDriven(state, now);
    const mine = this.#driving.get(keyText(key));
    const { revision, steps } = state.plan;
    return {
      revision,
      short: shortRevision(revision, key.name),
      phase: state.phase,
      step: state.step,
      steps: [...steps],
      driven,
      text: readers.text(this.#problems.words.locale, state, now, { seen: mine?.seen, driven }),
    };
  }

  async #core() {
    return Promise.all([this.#platforms.need(), import('../core/traffic/canary-driver.ts')]);
  }

  #drive(key: ServiceKey): void {
    const name = keyText(key);
    this.#driving.get(name)?.stop.abort();
    const driving: Driving = { stop: new AbortController(), seen: undefined };
    this.#driving.set(name, driving);
    void this.#run(key, driving)
      .catch((error: unknown) => {
        if (driving.stop.signal.aborted) return;
        const { text } = this.#problems.explain(error);
        const told = this.#problems.say('canary.lost', { service: key.name, problem: text });
        this.#log.error(told);
        void vscode.window.showErrorMessage(told);
      })
      .finally(() => {
        if (this.#driving.get(name) === driving) this.#driving.delete(name);
      });
  }

  /** Goes on with the next client when the platform comes back; ends when another platform is chosen (there it holds). */
  async #run({ namespace, name }: ServiceKey, driving: Driving): Promise<void> {
    const { driveCanary } = await import('../core/traffic/canary-driver.ts');
    const { signal } = driving.stop;
    const platform = this.#platforms.snapshot.entry.id;
    while (!signal.aborted && this.#platforms.snapshot.entry.id === platform) {
      const { client } = this.#platforms;
      const changed = new AbortController();
      const watching = this.#platforms.onChange(() => {
        if (this.#platforms.client !== client) changed.abort();
      });
      try {
        if (!client) await new Promise<void>((resolve) => onAbort(AbortSignal.any([changed.signal, signal]), resolve));
        else {
          const end = await driveCanary(client, namespace, name, {
            id: this.#id,
            signal: AbortSignal.any([changed.signal, signal]),
            onState: (_, seen) => {
              driving.seen = seen;
            },
          });
          this.#log.info(`canary of ${name}: ${end.phase}${end.why ? ` (${end.why.code})` : ''}`);
          return;
        }
      } catch (error) {
        if (!changed.signal.aborted) throw error;
      } finally {
        watching.dispose();
      }
    }
  }

  /** What this window drives holds at once, for the next one to take up, instead of when it is missed. */
  async release(): Promise<void> {
    const { client } = this.#platforms;
    const keys = [...this.#driving.keys()];
    this.dispose();
    if (!client || keys.length === 0) return;
    const { releaseCanary } = await import('../core/traffic/canary-driver.ts');
    await Promise.allSettled(
      keys.map((key) => {
        const [namespace = '', name = ''] = key.split('/');
        return releaseCanary(client, namespace, name, this.#id);
      }),
    );
  }

  dispose(): void {
    for (const { stop } of this.#driving.values()) stop.abort();
    this.#driving.clear();
  }
}

function onAbort(signal: AbortSignal, call: () => void): void {
  if (signal.aborted) call();
  else signal.addEventListener('abort', call, { once: true });
}

/** Does it, and says what stands in the way in words for a page; null when it is done. */
export async function canaryProblem(
  work: Promise<void>,
  asPageProblem: (error: unknown) => PageProblem,
): Promise<PageProblem | null> {
  try {
    await work;
    return null;
  } catch (error) {
    return asPageProblem(error);
  }
}
