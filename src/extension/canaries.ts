/**
 * Drives the guarded canaries that this window began or took up, and says how each one stands. The state is the object's
 * (decision 7): what this window does not drive, it shows, and offers to take up once nobody does.
 */
import type * as vscode from 'vscode';
import type { CanaryAction, CanaryPlanView, CanaryView, PageProblem } from '../../webview/protocol.ts';
import type { PlatformClient } from '../core/client.ts';
import type { CanaryObservation, CanaryState } from '../core/traffic/canary.ts';
import type { Platforms } from './platform/platforms.ts';
import { keyText, type PlatformEntry, type ServiceKey, shortRevision } from './platform/snapshot.ts';
import type { Problems } from './problems.ts';

interface Driving {
  key: ServiceKey;
  /** Of its platform, whichever is in use by now. */
  client: PlatformClient;
  stop: AbortController;
  seen: CanaryObservation | undefined;
}

/** How a canary is told, given so that views need no part of the driver. */
export interface CanaryReaders {
  isDriven(state: CanaryState, now: number): boolean;
  text: typeof import('../core/messages/canary.ts').canaryText;
}

export class Canaries implements vscode.Disposable {
  #platforms: Pick<Platforms, 'needOf' | 'hold' | 'snapshot'>;
  #problems: Pick<Problems, 'explain' | 'say' | 'tell' | 'words'>;
  #log: Pick<vscode.LogOutputChannel, 'info' | 'error'>;
  #name: string | undefined;
  #driving = new Map<string, Driving>();

  constructor(
    platforms: Pick<Platforms, 'needOf' | 'hold' | 'snapshot'>,
    problems: Pick<Problems, 'explain' | 'say' | 'tell' | 'words'>,
    log: Pick<vscode.LogOutputChannel, 'info' | 'error'>,
  ) {
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
    const { entry } = this.#platforms.snapshot;
    const [client, { startCanary }] = await this.#core(entry);
    using _ = this.#platforms.hold(client);
    const { pauseSeconds, ...plan } = view;
    const wish = { ...plan, pauseMs: pauseSeconds * 1_000 };
    await startCanary(client, key.namespace, key.name, wish, { id: this.#id });
    this.#log.info(`canary of ${key.name}: ${plan.revision} by ${plan.steps.join(', ')} %`);
    this.#drive(client, entry, key);
  }

  /** @throws Fault, ApiError */
  async act(key: ServiceKey, action: CanaryAction): Promise<void> {
    const { entry } = this.#platforms.snapshot;
    const [client, core] = await this.#core(entry);
    using _ = this.#platforms.hold(client);
    this.#log.info(`canary of ${key.name}: ${action}`);
    const { namespace, name } = key;
    switch (action) {
      case 'resume':
        await core.takeUpCanary(client, namespace, name, { id: this.#id });
        this.#drive(client, entry, key);
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
    const mine = this.#driving.get(nameOf(this.#platforms.snapshot.entry, key));
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

  async #core(platform: PlatformEntry) {
    const core = await import('../core/traffic/canary-driver.ts');
    return [await this.#platforms.needOf(platform), core] as const;
  }

  #drive(client: PlatformClient, platform: PlatformEntry, key: ServiceKey): void {
    const name = nameOf(platform, key);
    this.#driving.get(name)?.stop.abort();
    const driving: Driving = { key, client, stop: new AbortController(), seen: undefined };
    this.#driving.set(name, driving);
    void this.#run(driving)
      .catch((error: unknown) => {
        if (driving.stop.signal.aborted) return;
        const { text } = this.#problems.explain(error);
        const told = this.#problems.say('canary.lost', { service: key.name, problem: text });
        this.#log.error(told);
        void this.#problems.tell(told, []);
      })
      .finally(() => {
        if (this.#driving.get(name) === driving) this.#driving.delete(name);
      });
  }

  /** To its end, also while its platform is away or another one is in use. */
  async #run(driving: Driving): Promise<void> {
    const { client, stop } = driving;
    using _ = this.#platforms.hold(client);
    const { driveCanary } = await import('../core/traffic/canary-driver.ts');
    const { namespace, name } = driving.key;
    const end = await driveCanary(client, namespace, name, {
      id: this.#id,
      signal: stop.signal,
      onState: (_, seen) => {
        driving.seen = seen;
      },
    });
    this.#log.info(`canary of ${name}: ${end.phase}${end.why ? ` (${end.why.code})` : ''}`);
  }

  /** What this window drives holds at once, for the next one to take up, instead of when it is missed. */
  async release(): Promise<void> {
    const driven = [...this.#driving.values()];
    const held = driven.map(({ client }) => this.#platforms.hold(client));
    this.dispose();
    if (driven.length === 0) return;
    const { releaseCanary } = await import('../core/traffic/canary-driver.ts');
    await Promise.allSettled(
      driven.map(({ client, key: { namespace, name } }) => releaseCanary(client, namespace, name, this.#id)),
    );
    for (const each of held) each[Symbol.dispose]();
  }

  dispose(): void {
    for (const { stop } of this.#driving.values()) stop.abort();
    this.#driving.clear();
  }
}

const nameOf = ({ id }: PlatformEntry, key: ServiceKey): string => `${id} ${keyText(key)}`;

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
