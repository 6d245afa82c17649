/** What a platform says while it starts: one line, or nothing for too long. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Fault } from './faults.ts';

export type StartingProcess = Pick<ChildProcess, 'stdout' | 'on' | 'once' | 'removeAllListeners'>;

/** However alive it is. A busy machine may need a minute for what takes a second elsewhere. */
export const longestStartMs = 120_000;
/** Without any sign of life. */
const silentMs = 30_000;

/**
 * The line; blanks before it are signs of life.
 * @param output file with what it said otherwise.
 * @throws Fault PlatformStartFailed, PlatformStartTimeout, PlatformStartSlow, Cancelled
 */
export function firstLine(child: StartingProcess, signal: AbortSignal | undefined, output: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    let silent: NodeJS.Timeout | undefined;
    let longest: NodeJS.Timeout | undefined;
    const settle = (finish: () => void): void => {
      clearTimeout(silent);
      clearTimeout(longest);
      signal?.removeEventListener('abort', onAbort);
      child.stdout?.destroy();
      child.removeAllListeners('exit');
      finish();
    };
    const onAbort = (): void => settle(() => reject(new Fault('Cancelled')));
    const late = (code: 'PlatformStartTimeout' | 'PlatformStartSlow', ms: number) => () =>
      settle(() => reject(new Fault(code, { seconds: ms / 1_000, output })));
    silent = setTimeout(late('PlatformStartTimeout', silentMs), silentMs);
    longest = setTimeout(late('PlatformStartSlow', longestStartMs), longestStartMs);
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort);
    child.on('error', (error) =>
      settle(() => reject(new Fault('PlatformStartFailed', { detail: error.message, output }, { cause: error }))),
    );
    child.stdout?.setEncoding('utf8');
    child.stdout?.on('data', (part: string) => {
      silent?.refresh();
      text += part;
      const end = text.indexOf('\n');
      if (end >= 0) settle(() => resolve(text.slice(0, end)));
    });
    child.once('exit', (code, killed) => {
      if (text.includes('\n')) return;
      const detail = lastOutput(output) || `it ended with ${killed ?? code} before it was ready`;
      settle(() => reject(new Fault('PlatformStartFailed', { detail, output })));
    });
  });
}

function lastOutput(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-5).join('\n');
  } catch {
    return '';
  }
}
