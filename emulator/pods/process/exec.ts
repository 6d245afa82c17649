/** `kubectl exec` into an instance that is a process: another process in its directory with its environment. */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { Guardian } from '../guardian.ts';
import { CannotRun, type ExecStreams, type ExitInfo, type TerminalSize } from '../ports.ts';
import { sizesOf } from '../terminal-size.ts';
import { feed } from './attach.ts';
import { findProgram } from './command.ts';
import { signalGroup } from './groups.ts';

export interface ExecTarget {
  argv: string[];
  cwd: string;
  env: Record<string, string>;
  guardian: Pick<Guardian, 'add' | 'remove'>;
}

/** Ends the command's whole group when its standard input fails (the client is gone). */
export async function runIn({ argv, cwd, env, guardian }: ExecTarget, io: ExecStreams): Promise<ExitInfo> {
  let program: string;
  let args = argv.slice(1);
  try {
    program = findProgram(argv[0] ?? '', cwd, env);
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    return { code: error.code, reason: 'ContainerCannotRun', message: error.message };
  }
  // A terminal is what util-linux' or BSD's `script` gives; without it the command runs on pipes. It tells its name on the
  // fourth one, and begins when it is told there that its size is set.
  const tell = 'tty >&3; read -r _ <&3; exec 3>&-; exec "$@"';
  const terminal = io.tty ? scriptCommand(['/bin/sh', '-c', tell, 'sh', program, ...args]) : undefined;
  if (terminal) [program, args] = terminal;

  const child = spawn(program, args, {
    cwd,
    env: terminal ? { TERM: 'xterm-256color', ...env } : env,
    detached: true,
    windowsHide: true,
    stdio: [io.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe', ...(terminal ? ['pipe' as const] : [])],
  });
  const pid = child.pid;
  if (pid !== undefined) guardian.add(pid);
  child.stdout?.on('data', (chunk: Uint8Array) => io.stdout(chunk));
  child.stderr?.on('data', (chunk: Uint8Array) => (io.tty ? io.stdout(chunk) : io.stderr(chunk)));
  const ended = new Promise<ExitInfo>((resolve) => {
    child.once('error', (error) => resolve({ code: 126, reason: 'ContainerCannotRun', message: error.message }));
    child.once('close', (code, signal) =>
      resolve(
        signal
          ? { code: signal === 'SIGKILL' ? 137 : 143, signal, reason: 'Error' }
          : { code: code ?? 0, reason: code === 0 ? 'Completed' : 'Error' },
      ),
    );
  });
  const { stdin } = child;
  if (stdin && io.stdin) {
    stdin.on('error', () => undefined);
    void feed(io.stdin, stdin).then(
      () => stdin.end(),
      () => pid !== undefined && signalGroup(pid, 'SIGKILL'),
    );
  }
  if (terminal) void sizeTerminal(child.stdio[3] as Duplex, io.resize);
  try {
    return await ended;
  } finally {
    if (pid !== undefined) {
      signalGroup(pid, 'SIGKILL');
      guardian.remove(pid);
    }
  }
}

/** Over `pipe` comes the terminal's name; what is written there lets its command begin. */
async function sizeTerminal(pipe: Duplex, resize: ExecStreams['resize']): Promise<void> {
  const sizes = resize && sizesOf(resize);
  pipe.on('error', () => undefined);
  let tty = '';
  // `script` itself holds the pipe until the end, so it is the line that counts.
  for await (const chunk of pipe.iterator({ destroyOnReturn: false })) {
    tty += String(chunk);
    if (tty.endsWith('\n')) break;
  }
  const known = sizes && (await sizes);
  const name = tty.startsWith('/dev/') ? tty.trim() : undefined;
  if (name && known?.first) await setSize(name, known.first);
  pipe.end('\n', () => pipe.destroy());
  if (name && known) for await (const size of known.later) await setSize(name, size);
}

/** The kernel tells the terminal's programs (SIGWINCH). One that has ended meanwhile has no terminal any more. */
async function setSize(tty: string, { rows, columns }: TerminalSize): Promise<void> {
  const of = process.platform === 'linux' ? '-F' : '-f';
  const stty = spawn('stty', [of, tty, 'rows', String(rows), 'cols', String(columns)], { stdio: 'ignore' });
  await new Promise((resolve) => stty.once('close', resolve).once('error', resolve));
}

function scriptCommand(argv: string[]): [string, string[]] | undefined {
  const script = '/usr/bin/script';
  if (!statSync(script, { throwIfNoEntry: false })) return undefined;
  if (process.platform === 'darwin') return [script, ['-q', '/dev/null', ...argv]];
  const quoted = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return [script, ['-q', '-e', '-c', quoted, '/dev/null']];
}
