/** Runs an application's own build command, with its output as it comes. */
import { spawn } from 'node:child_process';
import type { Application } from '../app/model.ts';
import { Fault } from '../faults.ts';
import { type CompilerProblem, compilerProblems } from './compiler-lines.ts';
import { type Cause, missingInGo } from './diagnose.ts';

export interface BuildFailure {
  cause: Cause;
  /** What tells of its output, oldest first. */
  logs: string[];
  problems: CompilerProblem[];
}

/** @returns undefined where it went well, or there is nothing to build. @throws Fault Cancelled */
export async function buildApplication(
  { build: { command }, dir }: Pick<Application, 'build' | 'dir'>,
  onLine: (stream: 'stdout' | 'stderr', text: string) => void,
  signal?: AbortSignal,
): Promise<BuildFailure | undefined> {
  if (command === undefined) return undefined;
  const { exitCode, notFound, lines } = await runBuild(command, dir, onLine, signal);
  if (exitCode === 0) return undefined;
  const failed: Cause = { code: notFound ? 'BuildCommandMissing' : 'BuildFailed', args: { command, exitCode } };
  const cause = missingInGo(lines) ?? failed;
  return { cause, logs: tellingLines(lines), problems: compilerProblems(lines, dir) };
}

interface BuildResult {
  /** 0 = it went well. */
  exitCode: number;
  /** Last lines of stdout and stderr together, oldest first. */
  lines: string[];
  notFound: boolean;
}

const keptLines = 200;

/** Never rejects for a failing command. @throws Fault Cancelled when the signal aborts; the command's group is ended */
function runBuild(
  command: string,
  dir: string,
  onLine: (stream: 'stdout' | 'stderr', text: string) => void,
  signal?: AbortSignal,
): Promise<BuildResult> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new Fault('Cancelled'));
      return;
    }
    const windows = process.platform === 'win32';
    const child = spawn(command, { cwd: dir, shell: true, detached: !windows, stdio: ['ignore', 'pipe', 'pipe'] });
    const lines: string[] = [];
    const take = (stream: 'stdout' | 'stderr') => {
      let rest = '';
      const line = (text: string): void => {
        lines.push(text);
        if (lines.length > keptLines) lines.shift();
        onLine(stream, text);
      };
      child[stream].setEncoding('utf8');
      child[stream].on('data', (part: string) => {
        const parts = (rest + part).split(/\r?\n/);
        rest = parts.pop() ?? '';
        parts.forEach(line);
      });
      child[stream].on('end', () => {
        if (rest !== '') line(rest);
      });
    };
    take('stdout');
    take('stderr');
    const end = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(windows ? child.pid : -child.pid, 'SIGTERM');
      } catch {
        // It has ended meanwhile.
      }
    };
    signal?.addEventListener('abort', end);
    child.on('error', (error) => resolve({ exitCode: 127, lines: [error.message], notFound: true }));
    child.on('close', (code, killed) => {
      signal?.removeEventListener('abort', end);
      if (signal?.aborted) reject(new Fault('Cancelled'));
      else resolve({ exitCode: code ?? (killed ? 128 : 1), lines, notFound: code === 127 });
    });
  });
}

const errorLine = /\berror\b|\bfailed\b|\bcannot\b|^\s*\S+:\d+:\d+/i;

/** What a reader needs of a build's output: from the first line that names an error on, at most `count` lines. */
function tellingLines(lines: readonly string[], count = 20): string[] {
  const first = lines.findIndex((line) => errorLine.test(line));
  const from = first < 0 || first > lines.length - count ? Math.max(0, lines.length - count) : first;
  return lines.slice(from, from + count);
}
