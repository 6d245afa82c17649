/** Programs of others that the suites drive: kubectl, kn. Each with its own cache and configuration, never the user's. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';

const { which } = (await import(new URL('../../scripts/lib/system.mjs', import.meta.url).href)) as {
  which(...names: string[]): string | undefined;
};

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcessWithoutNullStreams;
  ended: Promise<Ended>;
  /** Resolves with the match once stdout or stderr has it. @throws when it ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<Ended>;
}

export interface Program {
  start(...args: string[]): Running;
  /** Runs it to its end. */
  run(args: string[], input?: string): Promise<Ended>;
  /** What it printed, trimmed. @throws Error with all that it said when it did not end with 0. */
  out(args: string[], input?: string): Promise<string>;
  /** What it said on stderr when it refused. @throws Error when it ended with 0. */
  refused(args: string[], input?: string): Promise<string>;
}

/** The program that an environment variable names, else the first of these names on PATH. */
export function findProgram(variable: string, ...names: string[]): string | undefined {
  return process.env[variable] || which(...names);
}

export function program(path: string, defaults: readonly string[], env: NodeJS.ProcessEnv): Program {
  const start = (...args: string[]): Running => {
    const child = spawn(path, [...defaults, ...args], { env });
    let stdout = '';
    let stderr = '';
    const listeners = new Set<() => void>();
    const heard = () => {
      for (const listener of listeners) listener();
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      heard();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      heard();
    });
    // It may end before it has read all.
    child.stdin.on('error', () => {});
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
    return {
      child,
      ended,
      printed: (pattern) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            const match = pattern.exec(stdout) ?? pattern.exec(stderr);
            if (!match) return;
            listeners.delete(look);
            resolve(match);
          };
          listeners.add(look);
          look();
          void ended.then(() => reject(new Error(`${args.join(' ')} ended without ${pattern}:\n${stdout}\n${stderr}`)));
        }),
      stop() {
        child.kill('SIGINT');
        return ended;
      },
    };
  };
  const run = (args: string[], input?: string): Promise<Ended> => {
    const { child, ended } = start(...args);
    child.stdin.end(input ?? '');
    return ended;
  };
  return {
    start,
    run,
    async out(args, input) {
      const { code, stdout, stderr } = await run(args, input);
      if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${stderr}\n${stdout}`);
      return stdout.trim();
    },
    async refused(args, input) {
      const { code, stdout, stderr } = await run(args, input);
      if (code === 0) throw new Error(`${args.join(' ')} was not refused:\n${stderr}\n${stdout}`);
      return stderr.trim();
    },
  };
}
