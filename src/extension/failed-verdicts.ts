/** The problems that failed deploys or runs leave (verdict-problems.ts), which nobody has before the first has failed. */
import type * as vscode from 'vscode';
import { logError } from './log-error.ts';
import type { Problems } from './problems.ts';
import type { Failed, VerdictProblems } from './verdict-problems.ts';

export class FailedVerdicts implements vscode.Disposable {
  #make: () => Promise<VerdictProblems>;
  #made: Promise<VerdictProblems> | undefined;
  #log: vscode.LogOutputChannel;

  constructor(problems: Problems, name: string, log: vscode.LogOutputChannel) {
    this.#make = async () => new (await import('./verdict-problems.ts')).VerdictProblems(problems, name);
    this.#log = log;
  }

  /** `undefined`: it has begun anew, or went well. */
  set(dir: string, failed: Failed | undefined): void {
    if (failed) this.#made ??= this.#make();
    this.#made?.then((problems) => problems.set(dir, failed)).catch(logError(this.#log));
  }

  dispose(): void {
    void this.#made?.then((problems) => problems.dispose());
  }
}
