/** What went wrong, said once: in words with a way out to the user, in full to the output channel. */
import * as vscode from 'vscode';
import { ApiError } from '../../emulator/kernel/errors.ts';
import type { MessageArgs, Problem, SourcePlace } from '../core/codes.ts';
import { Fault } from '../core/faults.ts';
import { localeOf } from '../core/messages/render.ts';
import { type ExtensionKey, type Words, words } from './messages.ts';

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

export class Problems {
  readonly words: Words;
  #log: vscode.LogOutputChannel;

  constructor(log: vscode.LogOutputChannel) {
    this.words = words(localeOf(vscode.env.language));
    this.#log = log;
  }

  say(key: ExtensionKey, args?: MessageArgs): string {
    return this.words.say(key, args);
  }

  explain(error: unknown): Explained {
    if (error instanceof Fault) return { ...this.of(error), place: error.place };
    if (error instanceof ApiError)
      return { ...this.of({ code: 'ApiRefused', args: { detail: error.message } }), place: undefined };
    const detail = error instanceof Error ? error.message : String(error);
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

  /** One notification with what to do; evidence goes to the output channel. Cancelling is no problem. */
  async report(error: unknown, offers: readonly Offer[] = []): Promise<void> {
    if (this.isCancelled(error)) return;
    const explained = this.explain(error);
    this.#log.error(
      explained.unexpected && error instanceof Error
        ? (error.stack ?? error.message)
        : `${explained.text} ${explained.fix}`,
    );
    const all = [...offers];
    const { place } = explained;
    if (place)
      all.push({ label: this.say('action.openFile', { file: fileName(place.file) }), run: () => openPlace(place) });
    if (explained.code === 'PlatformNotRunning' || explained.code === 'PlatformStopped') {
      all.push({
        label: this.say('action.start'),
        run: () => vscode.commands.executeCommand('slipway.platform.start'),
      });
    }
    all.push({ label: this.say('action.showOutput'), run: () => this.#log.show(true) });
    const text = explained.fix === '' ? explained.text : `${explained.text} ${explained.fix}`;
    const chosen = await vscode.window.showErrorMessage(text, ...all.map(({ label }) => label));
    await all.find(({ label }) => label === chosen)?.run();
  }
}

export async function openPlace(place: SourcePlace): Promise<void> {
  const start = new vscode.Position(Math.max(0, place.line - 1), Math.max(0, place.column - 1));
  await vscode.window.showTextDocument(vscode.Uri.file(place.file), { selection: new vscode.Range(start, start) });
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
