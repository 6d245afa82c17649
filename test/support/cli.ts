/** Runs the bundled command line as a user's shell does. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { root } from './places.ts';

const cli = join(root, 'dist', 'cli.mjs');

export interface CliResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** ms; default 90,000. Ends it with SIGKILL, which the result shows. */
  timeout?: number;
}

export async function slipway(args: string[], options: CliOptions): Promise<CliResult> {
  const running = startSlipway(args, options);
  const timer = setTimeout(() => running.child.kill('SIGKILL'), options.timeout ?? 90_000);
  try {
    return await running.ended;
  } finally {
    clearTimeout(timer);
  }
}

/** What it prints with --json. @throws Error with all that it said when it did not end with 0. */
export async function slipwayJson<T>(args: string[], options: CliOptions): Promise<T> {
  const result = await slipway([...args, '--json'], options);
  if (result.code !== 0)
    throw new Error(
      `slipway ${args.join(' ')} ended with ${result.code ?? result.signal}\n${result.stderr}\n${result.stdout}`,
    );
  return JSON.parse(result.stdout) as T;
}

export interface RunningCli {
  child: ChildProcessByStdio<null, Readable, Readable>;
  ended: Promise<CliResult>;
  /** Resolves with the match once what it printed (both streams) has it. @throws when it ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

export function startSlipway(args: string[], options: CliOptions): RunningCli {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...options.env, NO_COLOR: '1' },
    cwd: options.cwd ?? root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let all = '';
  const listeners = new Set<() => void>();
  const collect = (stream: Readable, keep: (text: string) => void): void => {
    stream.setEncoding('utf8').on('data', (text: string) => {
      keep(text);
      all += text;
      for (const listener of listeners) listener();
    });
  };
  collect(child.stdout, (text) => {
    stdout += text;
  });
  collect(child.stderr, (text) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, stdout, stderr };
  });
  return {
    child,
    ended,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(all);
          if (!match) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        look();
        ended.then(() => reject(new Error(`slipway ${args.join(' ')} ended without printing ${pattern}:\n${all}`)));
      }),
  };
}
