/**
 * Runs containers as processes of the user's own machine (decisions 3, 9, 11): each a process group of its own, with the
 * image's tree as working directory, PORT for the port, and its output captured.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { KubeObject } from '../../kernel/object.ts';
import type { Guardian } from '../guardian.ts';
import type { LocalImages } from '../kubelet-ports.ts';
import {
  CannotRun,
  type ExitInfo,
  ImageUnavailable,
  type PodRuntime,
  type PodSandbox,
  type RunningContainer,
} from '../ports.ts';
import { createSiteChannel } from '../sites/channel.ts';
import { placeIn } from '../sites/place.ts';
import { createAttachments } from './attach.ts';
import { findProgram } from './command.ts';
import { ownDebugPort } from './debug-command.ts';
import { type DebugStart, debugStart, notDebugged, removeDebugged } from './debug-start.ts';
import { baseEnvironment, portVariables, withOwnPrograms } from './environment.ts';
import { runIn } from './exec.ts';
import { createFreePorts } from './free-port.ts';
import { groupIsAlive, killProcesses, markedProcesses, markVariable, signalGroup, startTimeOf } from './groups.ts';
import { listenersOf } from './listeners.ts';
import { createMemoryWatch } from './memory.ts';
import { chooseNode, isNode } from './node-choice.ts';
import { memoryLimit, refuseWhatProcessesCannot, thisProcess } from './refusals.ts';

export interface ProcessRuntimePorts {
  /** Work folders and the list of process groups for `reap` live here (platformFiles(data).pods). */
  stateDir: string;
  images: LocalImages;
  guardian: Pick<Guardian, 'add' | 'remove'>;
  /** `<platform>/`: what tells this platform's processes from others'; the same that the guardian got. */
  mark: string;
}

export interface ProcessRuntimeOptions {
  /** The user's environment that applications inherit, scrubbed. Default process.env. */
  env?: NodeJS.ProcessEnv;
  /** Further variables for every instance (e.g. HTTP_PROXY for inside names); the pod's own win. */
  extraEnv?: () => Record<string, string>;
}

/** Output may come from a process that left the group and holds the pipe: it is not waited for any longer. */
const outputGraceMs = 300;

export function createProcessRuntime(ports: ProcessRuntimePorts, options: ProcessRuntimeOptions = {}): PodRuntime {
  const { images, guardian } = ports;
  const records = join(ports.stateDir, 'groups');
  mkdirSync(records, { recursive: true, mode: 0o700 });
  const base = baseEnvironment(options.env ?? process.env);
  const freePorts = createFreePorts();
  const memory = createMemoryWatch();
  const live = new Set<RunningContainer>();
  const strays = createStraySweep(ports.mark);
  const channel = createSiteChannel(ports.stateDir);

  const endGroup = (pid: number, mark: string) => {
    signalGroup(pid, 'SIGKILL');
    strays.end(mark);
  };

  const start: PodSandbox['start'] = async (container, output, event) => {
    const info = images.resolve(container.image);
    if (!info) {
      throw new ImageUnavailable('ImageNotInStore', `image "${container.image}" is not in the platform's image store`);
    }
    event?.({
      type: 'Normal',
      reason: 'Pulled',
      message: `Container image "${container.image}" already present on machine`,
    });
    refuseWhatProcessesCannot(container, thisProcess());
    const { dir, config } = await images.checkout(info.digest);
    const cwd = container.workingDir === undefined ? dir : resolve(dir, container.workingDir);
    // The image's command is its entry point: `command` replaces it, `args` come behind it.
    const given = [...(container.command ?? config.cmd), ...(container.args ?? [])];
    const debugPort = container.debug ? await freePorts.take() : undefined;
    const mark = `${ports.mark}${randomUUID()}`;
    const env: Record<string, string> = {
      ...withOwnPrograms(base, dir),
      ...(container.port === undefined ? {} : portVariables(container.port)),
      ...options.extraEnv?.(),
      ...config.env,
      ...container.env,
      ...(container.port === undefined ? {} : { PORT: String(container.port) }),
      PWD: cwd,
      [markVariable]: mark,
    };
    await channel.ready;
    const sites = channel.open(env);
    const note = (text: string) => output('stderr', Buffer.from(text));
    let debugged: DebugStart | undefined;
    let program: string;
    let argv = given;
    try {
      if (container.debug && debugPort !== undefined) {
        debugged = debugStart(container.debug, { argv, port: debugPort, cwd, env, dir: ports.stateDir, note });
        if (!debugged) note(notDebugged(argv));
      }
      argv = debugged?.argv ?? argv;
      program = await programOf(argv[0] ?? '', cwd, env, dir, note);
    } catch (error) {
      if (debugPort !== undefined) freePorts.release(debugPort);
      debugged?.[Symbol.dispose]();
      sites?.[Symbol.dispose]();
      throw error;
    }

    const ownDebugger = ownDebugPort(argv);
    const child = spawn(program, argv.slice(1), {
      cwd,
      env,
      argv0: argv[0] ?? program,
      detached: true,
      windowsHide: true,
      stdio: [container.stdin === 'closed' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && /\.(cmd|bat)$/i.test(program),
    });
    // In the same turn as the fork: what is killed in between is found by its mark.
    if (child.pid !== undefined) guardian.add(child.pid);
    const told = child.pid === undefined ? undefined : sites?.attach(child.pid);
    const siteOf = told && placeIn(realpathSync(dir), dir, (stream, text) => told.take(stream, text));
    const exit = Promise.withResolvers<ExitInfo>();
    const attachments = createAttachments(container, child.stdin, exit.promise);
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.on('data', (chunk: Uint8Array) => {
        channel.drain();
        output(stream, chunk, siteOf);
        attachments.give(stream, chunk);
      });
    }
    const ended = endOf(child);
    await new Promise<void>((spawned, failed) => {
      child.once('spawn', spawned);
      child.once('error', (error: NodeJS.ErrnoException) => {
        sites?.[Symbol.dispose]();
        debugged?.[Symbol.dispose]();
        failed(new CannotRun(126, `exec: "${argv[0]}": ${error.message}`));
      });
    });
    const pid = child.pid ?? 0;
    remember(records, pid, mark);

    let killedForMemory = false;
    const limit = memoryLimit(container);
    if (limit !== undefined) {
      memory.add(pid, limit, () => {
        killedForMemory = true;
        signalGroup(pid, 'SIGKILL');
      });
    }

    let stopping = false;
    const exited = exit.promise;
    const finish = async ({ code, signal }: Awaited<typeof ended>): Promise<ExitInfo> => {
      // The container is its first process: what it leaves behind goes too, at once or within the grace of a stop.
      if (!stopping) endGroup(pid, mark);
      await drained(child);
      sites?.[Symbol.dispose]();
      memory.remove(pid);
      if (debugPort !== undefined) freePorts.release(debugPort);
      debugged?.[Symbol.dispose]();
      if (!stopping) forget(pid);
      return exitInfo(code, signal, killedForMemory);
    };
    exit.resolve(ended.then(finish));

    const forget = (group: number) => {
      guardian.remove(group);
      rmSync(join(records, `${group}.json`), { force: true });
      live.delete(running);
    };

    const running: RunningContainer = {
      id: `process://${pid}`,
      imageId: info.reference,
      root: dir,
      address: container.port === undefined ? undefined : { host: '127.0.0.1', port: container.port },
      debugAddress: debugged && debugPort !== undefined ? { host: '127.0.0.1', port: debugPort } : undefined,
      ...(debugged?.listens ? { debugListens: debugged.listens } : {}),
      exited,
      async stop(graceMs) {
        if (stopping) {
          // Asked again, with less patience.
          const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
          await exited;
          clearTimeout(timer);
          return;
        }
        stopping = true;
        signalGroup(pid, 'SIGTERM');
        await goneWithin(pid, ended, graceMs);
        endGroup(pid, mark);
        await exited;
        forget(pid);
      },
      listening: async () => (await listenersOf(pid)).filter(({ port }) => port !== ownDebugger),
      exec: (words, io) => runIn({ argv: words, cwd, env, guardian }, io),
      attach: attachments.attach,
    };
    live.add(running);
    return running;
  };

  return {
    name: 'process',
    async createPod(_pod: KubeObject): Promise<PodSandbox> {
      const reserved: number[] = [];
      return {
        ip: '127.0.0.1',
        async reservePort() {
          const port = await freePorts.take();
          reserved.push(port);
          return port;
        },
        start,
        async remove() {
          for (const port of reserved) freePorts.release(port);
        },
      };
    },

    async reap() {
      let count = 0;
      for (const name of readdirSync(records)) {
        const file = join(records, name);
        const record = readRecord(file);
        if (record && groupIsAlive(record.pid) && (await isTheSame(record))) {
          count++;
          endGroup(record.pid, record.mark);
        }
        rmSync(file, { force: true });
      }
      const left = markedProcesses(ports.mark).map(({ pid }) => pid);
      killProcesses(left);
      removeDebugged(ports.stateDir);
      return count + left.length;
    },

    async close() {
      await Promise.all([...live].map((container) => container.stop(2_000)));
      memory.close();
      strays.close();
      channel[Symbol.dispose]();
    },
  };
}

/**
 * Ends what left the group of an ended instance (setsid, daemons). Every process has to be looked at for that, so the looks
 * for instances that end together are one.
 */
function createStraySweep(platformMark: string): { end(mark: string): void; close(): void } {
  const ended = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const sweep = () => {
    timer = undefined;
    killProcesses(
      markedProcesses(platformMark)
        .filter(({ mark }) => ended.has(mark))
        .map(({ pid }) => pid),
    );
    ended.clear();
  };
  return {
    end(mark) {
      ended.add(mark);
      timer ??= setTimeout(sweep, 200);
    },
    close() {
      if (!timer) return;
      clearTimeout(timer);
      sweep();
    },
  };
}

interface GroupRecord {
  pid: number;
  start: string;
  mark: string;
}

function remember(dir: string, pid: number, mark: string): void {
  const file = join(dir, `${pid}.json`);
  const write = (start: string) => writeFileSync(file, JSON.stringify({ pid, start, mark } satisfies GroupRecord));
  write('');
  startTimeOf(pid).then(
    (start) => groupIsAlive(pid) && start && write(start),
    () => undefined,
  );
}

function readRecord(file: string): GroupRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as GroupRecord;
  } catch {
    return undefined;
  }
}

/** A pid may be another process's by now: its start time tells, or, where that was not written any more, the mark. */
async function isTheSame({ pid, start, mark }: GroupRecord): Promise<boolean> {
  if (start !== '' && (await startTimeOf(pid)) === start) return true;
  return markedProcesses(mark).length > 0;
}

function endOf(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** Resolves once both output streams have ended, or shortly after. */
function drained(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve();
    }, outputGraceMs);
    child.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    if (child.stdout?.closed !== false && child.stderr?.closed !== false) {
      clearTimeout(timer);
      resolve();
    }
  });
}

/** Waits until the whole group is gone, at most `graceMs`: a shell in front of the app may end before it. */
async function goneWithin(pgid: number, ended: Promise<unknown>, graceMs: number): Promise<void> {
  const end = performance.now() + graceMs;
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([ended, new Promise((resolve) => (timer = setTimeout(resolve, graceMs)))]);
  clearTimeout(timer);
  while (performance.now() < end && groupIsAlive(pgid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

function exitInfo(code: number | null, signal: NodeJS.Signals | null, killedForMemory: boolean): ExitInfo {
  if (killedForMemory) return { code: 137, signal: 'SIGKILL', reason: 'OOMKilled' };
  if (signal) return { code: 128 + (signalNumbers[signal] ?? 0), signal, reason: 'Error' };
  return { code: code ?? 0, reason: code === 0 ? 'Completed' : 'Error' };
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

/** What to start; for `node` it may be the platform's own (node-choice.ts), whose variables are added to `env`. */
async function programOf(
  name: string,
  cwd: string,
  env: Record<string, string>,
  image: string,
  note: (text: string) => void,
): Promise<string> {
  if (!isNode(name)) return findProgram(name, cwd, env);
  let found: string | undefined;
  let refusal: unknown;
  try {
    found = findProgram(name, cwd, env);
  } catch (error) {
    refusal = error;
  }
  const choice = await chooseNode(found, image);
  if (!choice) throw refusal;
  if (choice.note) note(choice.note);
  Object.assign(env, choice.env);
  return choice.program;
}
