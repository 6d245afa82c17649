/**
 * The platform's side of the guardian (decision 11): starts it, tells it of process groups, and starts another one should
 * it die before the platform.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { GuardedEngine } from './docker/remove-all.ts';

export interface Guardian {
  /** Names a process group to end when the platform dies. */
  add(pgid: number): void;
  remove(pgid: number): void;
  /** Names an engine in which containers of the platform run. */
  guard(engine: GuardedEngine): void;
  /** Names a container of that engine. */
  addContainer(id: string): void;
  removeContainer(id: string): void;
  /** Names a container of it that is about to be asked for: it may appear although whoever asked has died. */
  addCreation(name: string): void;
  removeCreation(name: string): void;
  readonly pid: number | undefined;
  /** Lets it go: it ends the groups that are still named, then itself. Not waited for longer than `closesWithinMs`. */
  close(): Promise<void>;
}

export interface GuardianOptions {
  /** The bundled guardian (dist/guardian.mjs) or its source. */
  script: string;
  /** `<platform>/`: processes with this in their environment's mark are the platform's too. */
  mark?: string;
  /** Default process.execPath. */
  node?: string;
}

/** An engine may keep it longer; it goes on alone then. */
const closesWithinMs = 30_000;

export async function startGuardian(options: GuardianOptions): Promise<Guardian> {
  let engine: GuardedEngine | undefined;
  let closed = false;
  let child: ChildProcess;

  const tell = (line: string) => child.stdin?.write(`${line}\n`);

  /** What is told to a guardian under this word, and again to the next one when it has ended. */
  const toldNames = <Name extends string | number>(word: string) => {
    const names = new Set<Name>();
    const toldAs = (sign: '+' | '-', name: Name) => tell(`${word}${sign}${name}`);
    return {
      add(name: Name) {
        names.add(name);
        toldAs('+', name);
      },
      remove(name: Name) {
        names.delete(name);
        toldAs('-', name);
      },
      again() {
        for (const name of names) toldAs('+', name);
      },
    };
  };
  const groups = toldNames<number>('');
  const containers = toldNames<string>('container');
  const creations = toldNames<string>('creation');

  const start = async () => {
    child = spawn(options.node ?? process.execPath, [options.script], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      windowsHide: true,
      env: environment(),
    });
    // A broken pipe means that it has ended, which `exit` says too.
    child.stdin?.on('error', () => undefined);
    child.on('exit', () => {
      if (!closed) start().catch(() => undefined);
    });
    child.unref();
    (child.stdin as unknown as { unref?(): void } | null)?.unref?.();
    if (options.mark) tell(`mark ${options.mark}`);
    for (const each of [groups, containers, creations]) each.again();
    if (engine) tell(`engine ${JSON.stringify(engine)}`);
    await once(child, 'spawn');
  };
  await start();

  return {
    add: groups.add,
    remove: groups.remove,
    guard(named) {
      engine = named;
      tell(`engine ${JSON.stringify(named)}`);
    },
    addContainer: containers.add,
    removeContainer: containers.remove,
    addCreation: creations.add,
    removeCreation: creations.remove,
    get pid() {
      return child.pid;
    },
    async close() {
      closed = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.ref();
      child.stdin?.end();
      await Promise.race([gone, pause(closesWithinMs, undefined, { ref: false })]);
      child.unref();
    },
  };
}

/** Only what Node itself needs; under Electron its binary is to be a plain Node. */
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TMPDIR', 'TEMP', 'LD_LIBRARY_PATH'];
  const env: NodeJS.ProcessEnv = {};
  for (const name of kept) if (process.env[name] !== undefined) env[name] = process.env[name];
  if (process.versions['electron']) env['ELECTRON_RUN_AS_NODE'] = '1';
  return env;
}
