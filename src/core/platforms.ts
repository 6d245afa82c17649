/** Embedded platforms of this user: found by their data directory, started as a process of their own, stopped (decision 10). */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { protocolVersion } from '../../emulator/capabilities/protocol.ts';
import { isSameProcess } from '../../emulator/platform/alive.ts';
import type { PlatformFaultCode } from '../../emulator/platform/faults.ts';
import {
  dataDirectory,
  type PlatformRecord,
  platformFiles,
  readRecord,
  stateHome,
} from '../../emulator/platform/record.ts';
import { podAnnotations } from '../../emulator/pods/ports.ts';
import { connect, type PlatformClient } from './client.ts';
import { Fault, isFault } from './faults.ts';
import { pause } from './pause.ts';
import { portOwner } from './port-owner.ts';
import { kinds } from './resources.ts';
import { firstLine, longestStartMs } from './start-answer.ts';
import { resolveTarget } from './target.ts';

export type { PlatformRecord };

export interface PlatformPlace {
  name?: string | undefined;
  data?: string | undefined;
  env?: NodeJS.ProcessEnv | undefined;
}

export interface StartOptions extends PlatformPlace {
  /** Ingress port; undefined = 8080 or the next free one, kept. */
  port?: number | undefined;
  /** The Node to run it with; default `process.execPath` (with ELECTRON_RUN_AS_NODE=1 under Electron). */
  nodePath?: string | undefined;
  /** The platform's bundle; default `platform.mjs` beside the running bundle, else the checkout's `dist/platform.mjs`. */
  entry?: string | undefined;
  /** `detached` lives until `down`; `leased` until ten minutes after the last lease; `attached` ends with the caller. */
  lifetime?: 'detached' | 'leased' | 'attached' | undefined;
  signal?: AbortSignal | undefined;
}

export type StartStep = 'looking' | 'joining' | 'replacing' | 'spawning' | 'ready';

export interface StartedPlatform {
  record: PlatformRecord;
  /** It ran already: nothing was started. */
  joined: boolean;
  /** An earlier one on this data ended without being told to; its state was taken over. */
  recovered: boolean;
  /** Ends it if it is `attached` and was started here; otherwise does nothing. */
  stop(): Promise<void>;
  /** For `attached`: resolves with the exit code when the process has ended. Never resolves for others. */
  ended: Promise<number | null>;
}

/** The running platform of this name or directory, or undefined. Reads the disk only. */
export function findPlatform(place: PlatformPlace): PlatformRecord | undefined {
  return readRecord(directoryOf(place));
}

/** Every platform with a data directory in this user's state home, running or not. */
export function listPlatforms(env: NodeJS.ProcessEnv = process.env): PlatformListing[] {
  const home = stateHome(env);
  if (!existsSync(home)) return [];
  return readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(platformFiles(join(home, entry.name)).store))
    .map(({ name }) => {
      const data = join(home, name);
      const record = readRecord(data);
      return { name, data, ...(record ? { record } : {}) };
    });
}

export interface PlatformListing {
  name: string;
  data: string;
  record?: PlatformRecord;
}

/**
 * Starts it, or joins the one that serves the data directory.
 * @throws Fault PortTaken, BadPort, DataNotWritable, DataNewer, DiskFull, NodeTooOld, ProtocolMismatch, EntryMissing,
 *   PlatformStartFailed, PlatformStartTimeout, PlatformStartSlow, Cancelled
 */
export async function startPlatform(
  options: StartOptions,
  onProgress: (step: StartStep, detail?: string) => void = () => {},
): Promise<StartedPlatform> {
  const data = directoryOf(options);
  onProgress('looking', data);
  const running = readRecord(data);
  if (running && (await canJoin(running, options, onProgress))) return joined(running, onProgress);
  const recovered = existsSync(platformFiles(data).record);
  const entry = options.entry ?? defaultEntry();
  if (!existsSync(entry)) throw new Fault('EntryMissing', { entry });
  onProgress('spawning', entry);
  const answer = await launch(data, entry, options);
  if ('joined' in answer) return joined(answer.joined, onProgress);
  onProgress('ready');
  const { child, record } = answer;
  const attached = options.lifetime === 'attached';
  const ended = new Promise<number | null>((resolve) => {
    if (attached) child.once('exit', resolve);
  });
  if (!attached) child.unref();
  return {
    record,
    joined: false,
    recovered,
    ended,
    async stop() {
      if (attached) await endChild(child);
    },
  };
}

/** Asks it to end, then makes it. false when none ran. Resolves once its process is gone. */
export async function stopPlatform(place: PlatformPlace): Promise<boolean> {
  const data = directoryOf(place);
  const record = readRecord(data);
  if (!record) return false;
  const gone = (): boolean => readRecord(data)?.pid !== record.pid && !isSameProcess(record.pid, record.pidStart);
  try {
    using client = await connect(resolveTarget({ data, name: record.name }, undefined, place.env));
    await client.capability('POST', '/shutdown', {}, { timeoutMs: 2_000 });
  } catch {
    // It does not answer: the signal below does.
    signalTo(record, 'SIGTERM');
  }
  if (await within(8_000, gone)) return true;
  signalTo(record, 'SIGTERM');
  if (await within(4_000, gone)) return true;
  signalTo(record, 'SIGKILL');
  await within(4_000, gone);
  return true;
}

/** Renews a lease each third of `ttlMs` until disposed; never throws (an outage is retried). */
export function holdLease(client: PlatformClient, id: string = randomUUID(), ttlMs = 60_000): Disposable {
  const renew = (): void => {
    client.capability('PUT', `/leases/${encodeURIComponent(id)}`, { ttlMs }, { timeoutMs: 5_000 }).catch(() => {});
  };
  renew();
  const timer = setInterval(renew, ttlMs / 3);
  timer.unref();
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      client.capability('PUT', `/leases/${encodeURIComponent(id)}`, { ttlMs: 0 }, { timeoutMs: 2_000 }).catch(() => {});
    },
  };
}

/** Beside the running bundle (whose chunks lie one folder deeper); in a checkout, what `npm run build` made. */
export function defaultEntry(): string {
  // Undefined in a CommonJS bundle, whose front end gives the entry itself.
  const here = import.meta.url ? dirname(fileURLToPath(import.meta.url)) : process.cwd();
  const places = [join(here, 'platform.mjs'), join(here, '..', 'platform.mjs')];
  return places.find((file) => existsSync(file)) ?? join(here, '..', '..', 'dist', 'platform.mjs');
}

function directoryOf(place: PlatformPlace): string {
  try {
    return dataDirectory(place, place.env);
  } catch (error) {
    if (error instanceof RangeError) throw new Fault('PlatformName', { name: place.name ?? '' }, { cause: error });
    throw error;
  }
}

function joined(record: PlatformRecord, onProgress: (step: StartStep) => void): StartedPlatform {
  onProgress('joining');
  return { record, joined: true, recovered: false, stop: async () => {}, ended: new Promise(() => {}) };
}

/** An older platform makes way when nothing is debugged on it; a newer one is refused (decision 10). */
async function canJoin(
  record: PlatformRecord,
  options: StartOptions,
  onProgress: (step: StartStep) => void,
): Promise<boolean> {
  if (record.protocolVersion === protocolVersion) {
    if (options.port !== undefined && options.port !== 0 && options.port !== record.ingress.port) {
      const running = `${record.name} (pid ${record.pid}), whose ingress is ${record.ingress.port}`;
      throw new Fault('AlreadyRunning', { pid: record.pid, data: record.data, running });
    }
    return true;
  }
  const mismatch = { name: record.name, platform: record.protocolVersion, client: protocolVersion };
  if (record.protocolVersion > protocolVersion || (await isDebugged(record))) {
    throw new Fault('ProtocolMismatch', mismatch);
  }
  onProgress('replacing');
  await stopPlatform({ data: record.data, name: record.name, env: options.env });
  return false;
}

async function isDebugged(record: PlatformRecord): Promise<boolean> {
  try {
    using client = await connect(resolveTarget({ data: record.data, name: record.name }));
    const { items } = await client.list(kinds.pod, undefined, { timeoutMs: 3_000 });
    return items.some(({ metadata }) => metadata.annotations?.[podAnnotations.debugAddress] !== undefined);
  } catch {
    return false;
  }
}

type LaunchAnswer = { child: ChildProcess; record: PlatformRecord } | { joined: PlatformRecord };

async function launch(data: string, entry: string, options: StartOptions): Promise<LaunchAnswer> {
  const files = platformFiles(data);
  const output = openOutput(data, files.output);
  const args = [entry, '--name', options.name ?? basename(data), '--data', data];
  if (options.port !== undefined) args.push('--port', String(options.port));
  args.push('--lifetime', options.lifetime === 'leased' ? 'leased' : 'detached');
  const env = { ...(options.env ?? process.env) };
  if (process.versions['electron'] && options.nodePath === undefined) env['ELECTRON_RUN_AS_NODE'] = '1';
  const child = spawn(options.nodePath ?? process.execPath, args, {
    // Its own group: a Ctrl-C in the terminal ends it through its owner, in order, or not at all.
    detached: true,
    stdio: ['ignore', 'pipe', output],
    env,
    windowsHide: true,
  });
  closeSync(output);
  try {
    const line = await firstLine(child, options.signal, files.output);
    const answer = JSON.parse(line) as PlatformRecord | LaunchError;
    if (!('error' in answer)) return { child, record: answer };
    if (answer.error.code === 'AlreadyRunning') {
      // Two starts at once: the other one won, and its record comes when it is ready.
      const found = answer.running ?? (await recordSoon(data));
      if (found) return { joined: found };
    }
    throw await startFault(answer.error, data, options.port);
  } catch (error) {
    await endChild(child);
    throw error;
  }
}

interface LaunchError {
  error: { code: PlatformFaultCode | 'Bug'; message: string };
  running?: PlatformRecord;
}

async function startFault(error: LaunchError['error'], data: string, asked: number | undefined): Promise<Fault> {
  const { code, message } = error;
  const output = platformFiles(data).output;
  switch (code) {
    case 'PortTaken': {
      const port = Number(/\b(\d{2,5})\b/.exec(message)?.[1] ?? asked ?? 0);
      const owner = await portOwner(port);
      return new Fault('PortTaken', { port, by: owner ? ` by ${owner}` : '' });
    }
    case 'BadPort':
      return new Fault('BadPort', { port: asked ?? '' });
    case 'DataNotWritable':
    case 'DataNewer':
    case 'DiskFull':
      return new Fault(code, { data });
    case 'AlreadyRunning':
      return new Fault('AlreadyRunning', { data, pid: '?' });
    case 'NodeTooOld':
      return new Fault('NodeTooOld', { version: process.versions.node, needed: lowestNode });
    default:
      return new Fault('PlatformStartFailed', { detail: message, output });
  }
}

/** node:sqlite without a flag, and what the bundled HTTP client asks for. The lowest that was tried. */
export const lowestNode = '22.19.0';

function openOutput(data: string, file: string): number {
  try {
    makeDirectory(data);
    accessSync(data, constants.W_OK);
    return openSync(file, 'w', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new Fault('DiskFull', { data }, { cause: error });
    throw new Fault('DataNotWritable', { data }, { cause: error });
  }
}

/** Not `recursive`: on file systems that refuse with ENOENT (/proc) Node's own never ends. */
function makeDirectory(dir: string): void {
  if (existsSync(dir)) return;
  if (dirname(dir) !== dir) makeDirectory(dirname(dir));
  mkdirSync(dir, { mode: 0o700 });
}

async function recordSoon(data: string): Promise<PlatformRecord | undefined> {
  let record: PlatformRecord | undefined;
  await within(longestStartMs, () => {
    record = readRecord(data);
    return record !== undefined;
  });
  return record;
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(hard);
}

function signalTo(record: PlatformRecord, signal: NodeJS.Signals): void {
  if (!isSameProcess(record.pid, record.pidStart)) return;
  try {
    process.kill(record.pid, signal);
  } catch (error) {
    if (!isFault(error) && (error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Looks every 25 ms: another process's end and another's record send no signal. */
async function within(limitMs: number, holds: () => boolean): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > end) return false;
    await pause(25, new AbortController().signal);
  }
  return true;
}
