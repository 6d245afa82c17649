/** An instance that waits for its debugger: what is started, with which variables, and when one can attach. */
import { mkdirSync, rm, rmSync } from 'node:fs';
import { join } from 'node:path';
import { platformNote } from '../notes.ts';
import type { Debugging } from '../ports.ts';
import { withInterpreter } from './console-script.ts';
import { underDebugpy, underDelve, underJdwp, withoutOwnJdwp, withoutShell } from './debug-command.ts';
import { debugEnvironment } from './debug-preload.ts';
import { listening } from './listeners.ts';

export interface DebugStart extends Disposable {
  argv: string[];
  /** Undefined where the debugger that attaches tries until it can. Never resolves once disposed of. */
  listens: Promise<void> | undefined;
}

interface Instance {
  argv: string[];
  port: number;
  cwd: string;
  /** What a debugger needs is put in. */
  env: Record<string, string>;
  /** For files of the platform's own. */
  dir: string;
  /** Into its log. */
  note: (text: string) => void;
}

/** undefined where the command cannot be started under that debugger. @throws CannotRun */
export function debugStart({ kind, tool }: Debugging, given: Instance): DebugStart | undefined {
  const { port, cwd, env, dir } = given;
  const argv = [...withoutShell(given.argv, env)];
  if (kind === 'node') {
    Object.assign(env, debugEnvironment(dir, port, env['NODE_OPTIONS']));
    return { argv, listens: undefined, [Symbol.dispose]: () => {} };
  }
  if (kind === 'jdwp') return jdwpStart({ ...given, argv });
  const output = join(builtIn(dir), `${port}${process.platform === 'win32' ? '.exe' : ''}`);
  const started =
    kind === 'delve'
      ? underDelve(argv, port, { tool, output })
      : underDebugpy(withInterpreter(argv, cwd, env) ?? argv, port, tool);
  if (!started) return undefined;
  mkdirSync(builtIn(dir), { recursive: true, mode: 0o700 });
  const { listens, stop } = waitFor(port);
  return {
    argv: started,
    listens,
    [Symbol.dispose]() {
      stop();
      // Delve does it itself, unless it is killed.
      rm(output, { force: true }, () => {});
    },
  };
}

/** What starts the JVM may have its own word about the option, as a plugin's configuration in a pom: then no debugger is there. */
function jdwpStart({ argv, port, env, note }: Instance): DebugStart | undefined {
  const started = underJdwp(argv, port);
  if (!started) return undefined;
  Object.assign(env, withoutOwnJdwp(env));
  if (started.added) {
    const { variable, option } = started.added;
    env[variable] = `${env[variable] ?? ''} ${option}`.trim();
  }
  const debug = waitFor(port);
  const serving = waitFor(Number(env['PORT']));
  void Promise.race([debug.listens.then(() => true), serving.listens.then(() => false)]).then((waits) => {
    serving.stop();
    if (!waits) note(notDebugged(argv));
  });
  return {
    argv: started.argv,
    listens: debug.listens,
    [Symbol.dispose]() {
      debug.stop();
      serving.stop();
    },
  };
}

/** Never resolves once stopped. */
function waitFor(port: number): { listens: Promise<void>; stop: () => void } {
  const abort = new AbortController();
  const listens = listening(port, abort.signal).catch(() => new Promise<void>(() => {}));
  return { listens, stop: () => abort.abort() };
}

const builtIn = (dir: string) => join(dir, 'debugged');

/** What an earlier platform was killed before it could take away. */
export function removeDebugged(dir: string): void {
  rmSync(builtIn(dir), { recursive: true, force: true });
}

export function notDebugged(argv: readonly string[]): string {
  return platformNote(`runs without a debugger, which cannot start ${JSON.stringify(argv.join(' '))} for it`);
}
