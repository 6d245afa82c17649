/** What went wrong, said once: in words with a way out to the user, in full to the output channel. */

import * as vscode from 'vscode';
import { ApiError } from '../../emulator/kernel/errors.ts';
import type { PlatformClient } from '../core/client.ts';
import type { MessageArgs, Problem, SourcePlace } from '../core/codes.ts';
import { Fault } from '../core/faults.ts';
import { messageOf } from './log-error.ts';
import { type ExtensionKey, together, type Words } from './messages.ts';
import { plain } from './plain.ts';

export interface Explained {
  code: string;
  text: string;
  fix: string;
  place: SourcePlace | undefined;
  /** A bug of ours, not a mistake or a state of the machine. */
  unexpected: boolean;
}

export interface Offer {
  label: string;
  run(): unknown;
}

export class Problems implements vscode.Disposable {
  readonly words: Words;
  #over = false;
  #log: vscode.LogOutputChannel;

  constructor(words: Words, log: vscode.LogOutputChannel) {
    this.words = words;
    this.#log = log;
  }

  say(key: ExtensionKey, args?: MessageArgs): string {
    return this.words.say(key, args);
  }

  /** The window ends: what fails by that is nobody's to read any more, and the log is closed. */
  dispose(): void {
    this.#over = true;
  }

  explain(error: unknown): Explained {
    if (error instanceof Fault) return { ...this.of(error), place: error.place };
    if (error instanceof ApiError)
      return { ...this.of({ code: 'ApiRefused', args: { detail: error.message } }), place: undefined };
    const detail = messageOf(error);
    return {
      code: 'unexpected',
      text: this.say('unexpected', { detail }),
      fix: '',
      place: undefined,
      unexpected: true,
    };
  }

  of(problem: Pick<Problem, 'code' | 'args'>): Omit<Explained, 'place'> {
    return { code: problem.code, ...this.words.problem(problem), unexpected: false };
  }

  isCancelled(error: unknown): boolean {
    return error instanceof vscode.CancellationError || (error instanceof Fault && error.code === 'Cancelled');
  }

  /**
   * One notification with the one thing to do about it; evidence goes to the output channel. Cancelling is no problem.
   * @param uses what its remedy may need: a command to run again, a directory for a terminal
   */
  async report(error: unknown, offers: readonly Offer[] = [], uses: RemedyUses = {}): Promise<void> {
    if (this.#over || this.isCancelled(error)) return;
    const explained = this.explain(error);
    this.#log.error(
      explained.unexpected && error instanceof Error
        ? (error.stack ?? error.message)
        : `${explained.text} ${explained.fix}`,
    );
    const remedy = await this.#remedyOf(error, uses);
    const output: Offer = { label: this.say('action.showOutput'), run: () => this.#log.show(true) };
    await this.tellProblem(explained, [...(remedy ? [remedy] : []), ...offers, output]);
  }

  /** The same of one that is in words already. */
  async tellProblem({ text, fix }: { text: string; fix: string }, offers: readonly Offer[] = []): Promise<void> {
    await this.tell(together(this.words.locale, [text, fix]), offers);
  }

  /**
   * One notification with its buttons; two ways to the same thing are one. What a button does may fail, too. The text may quote what an
   * application wrote: no link is made of it.
   */
  async tell(text: string, offers: readonly Offer[]): Promise<void> {
    const all = offers.filter(({ label }, index) => offers.findIndex((each) => each.label === label) === index);
    const chosen = await vscode.window.showErrorMessage(plain(text), ...all.map(({ label }) => label));
    try {
      await all.find(({ label }) => label === chosen)?.run();
    } catch (error) {
      await this.report(error);
    }
  }

  async #remedyOf(error: unknown, uses: RemedyUses): Promise<Offer | undefined> {
    if (!(error instanceof Fault)) return undefined;
    const [{ remedyOf }, { readSoon }, { remedyOffer }] = await Promise.all([
      import('../core/remedy.ts'),
      import('../core/deploy/failure.ts'),
      import('./remedies.ts'),
    ]);
    const fix = remedyOf(error, readSoon);
    return fix && remedyOffer(fix, this.words.say, uses);
  }
}

/** What a remedy may need beside itself; what needs something that is not given is not offered. */
export interface RemedyUses {
  /** Where a command of the application runs. */
  dir?: string | undefined;
  service?: string | undefined;
  /** Does the same again. */
  again?(): unknown;
  client?(): Promise<PlatformClient>;
  /** @throws Fault where its platform is not the one in use any more, whose views show another's */
  requireUse?(): void;
}

export async function openPlace(place: SourcePlace): Promise<void> {
  const start = new vscode.Position(Math.max(0, place.line - 1), Math.max(0, place.column - 1));
  await vscode.window.showTextDocument(vscode.Uri.file(place.file), { selection: new vscode.Range(start, start) });
}
