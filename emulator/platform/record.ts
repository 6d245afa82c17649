/**
 * Where a platform lives on disk and how others find it (decision 10): one data directory a platform, a record in it
 * that says who serves, and nothing that needs a running process to be read.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isSameProcess } from './alive.ts';

/** What `up` prints and front ends read: how to reach a running platform. */
export interface PlatformRecord {
  name: string;
  engine: 'embedded';
  /** Path of its own kubeconfig. */
  kubeconfig: string;
  /** Name of the context in it. */
  context: string;
  /** `https://127.0.0.1:PORT`. */
  api: string;
  /** `tlsPort`: of HTTPS, where it is served. */
  ingress: { host: string; port: number; tlsPort?: number };
  pid: number;
  /** Start time of that process as the OS counts it, to tell a reused pid; '' where the OS does not say. */
  pidStart: string;
  data: string;
  startedInMs: number;
  version: string;
  protocolVersion: number;
  /** `detached`: lives until `down`. `leased`: ends ten minutes after the last lease. */
  lifetime: 'detached' | 'leased';
}

/** What outlives a platform: ports once picked are kept, the clock never goes back. */
export interface PlatformSettings {
  apiPort?: number;
  ingressPort?: number;
  ingressTlsPort?: number;
  clockOffsetMs?: number;
}

/**
 * `data` where given, else `<home>/<name>`; home is SLIPWAY_HOME, else the OS's per-user state directory.
 * A name is one path segment of letters, digits, `-`, `_` and `.`.
 */
export function dataDirectory(
  options: { name?: string | undefined; data?: string | undefined },
  env = process.env,
): string {
  if (options.data) return resolve(options.data);
  const name = options.name ?? 'default';
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) {
    throw new RangeError(`a platform's name has letters, digits, "-", "_" and ".", at most 63 of them; got "${name}"`);
  }
  return join(stateHome(env), name);
}

export function stateHome(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (env['SLIPWAY_HOME']) return resolve(env['SLIPWAY_HOME']);
  const home = env['HOME'] || homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Slipway');
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Slipway');
  return join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'slipway');
}

/** Fixed places in a data directory. */
export function platformFiles(data: string) {
  return {
    record: join(data, 'platform.json'),
    settings: join(data, 'settings.json'),
    lock: join(data, 'lock.db'),
    store: join(data, 'store.db'),
    kubeconfig: join(data, 'kubeconfig'),
    pki: join(data, 'pki'),
    images: join(data, 'images'),
    logs: join(data, 'logs'),
    pods: join(data, 'pods'),
    eventing: join(data, 'eventing'),
    output: join(data, 'platform.log'),
  } as const;
}

/**
 * The record of the platform that serves this directory, or undefined when none runs: no record, or its process is gone,
 * or the pid belongs to another process by now.
 */
export function readRecord(data: string): PlatformRecord | undefined {
  const record = readJson<PlatformRecord>(platformFiles(data).record);
  if (!record || typeof record.pid !== 'number') return undefined;
  return isSameProcess(record.pid, record.pidStart) ? record : undefined;
}

export function writeRecord(record: PlatformRecord): void {
  writeJson(platformFiles(record.data).record, record);
}

export function removeRecord(data: string): void {
  rmSync(platformFiles(data).record, { force: true });
}

export function readSettings(data: string): PlatformSettings {
  return readJson<PlatformSettings>(platformFiles(data).settings) ?? {};
}

export function writeSettings(data: string, settings: PlatformSettings): void {
  writeJson(platformFiles(data).settings, settings);
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    // A half-written file cannot be: writes are renamed into place. One that is no JSON was edited by hand: as if absent.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function writeJson(file: string, value: unknown): void {
  const draft = `${file}.${process.pid}.tmp`;
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
