/** Embedded platforms of this user: found by their data directory, started as a process of their own, stopped (decision 10). */
import type { PlatformRecord } from '../../emulator/platform/record.ts';

export type { PlatformRecord };

export interface StartOptions {
  name?: string | undefined;
  data?: string | undefined;
  /** Ingress port; undefined = 8080 or the next free one, kept. */
  port?: number | undefined;
  /** The Node to run it with; default `process.execPath` (with ELECTRON_RUN_AS_NODE=1 under Electron). */
  nodePath?: string | undefined;
  /** The platform's bundle; default `platform.mjs` beside the running bundle, else the checkout's `dist/platform.mjs`. */
  entry?: string | undefined;
  /** `detached` lives until `down`; `leased` until ten minutes after the last lease; `attached` ends with the caller. */
  lifetime?: 'detached' | 'leased' | 'attached' | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  signal?: AbortSignal | undefined;
}

export type StartStep = 'looking' | 'joining' | 'spawning' | 'answering' | 'replacing' | 'ready';

export interface StartedPlatform {
  record: PlatformRecord;
  /** It ran already: nothing was started. */
  joined: boolean;
  /** Only for `attached`: ends it. */
  stop(): Promise<void>;
  /** Only for `attached`: resolves when the process has ended, with its exit code. */
  ended: Promise<number | null>;
}

/** The running platform of this name or directory, or undefined. Reads the disk only. */
export function findPlatform(
  _options: { name?: string | undefined; data?: string | undefined },
  _env?: NodeJS.ProcessEnv,
): PlatformRecord | undefined {
  throw new Error('not written yet');
}

/** Every platform with a data directory in this user's state home, running or not. */
export function listPlatforms(_env?: NodeJS.ProcessEnv): { name: string; data: string; record?: PlatformRecord }[] {
  throw new Error('not written yet');
}

/**
 * Starts it, or joins the one that serves the data directory.
 * @throws Fault PortTaken, BadPort, DataNotWritable, DataNewer, DiskFull, NodeTooOld, ProtocolMismatch, EntryMissing,
 *   PlatformStartFailed, PlatformStartTimeout, Cancelled
 */
export async function startPlatform(
  _options: StartOptions,
  _onProgress: (step: StartStep, detail?: string) => void = () => {},
): Promise<StartedPlatform> {
  throw new Error('not written yet');
}

/** Asks it to end, then makes it. false when none ran. Resolves once its process is gone. */
export async function stopPlatform(_options: {
  name?: string | undefined;
  data?: string | undefined;
  env?: NodeJS.ProcessEnv | undefined;
}): Promise<boolean> {
  throw new Error('not written yet');
}

/** Renews a lease each third of `ttlMs` until disposed; never throws (an outage is retried). */
export function holdLease(_client: import('./client.ts').PlatformClient, _id: string, _ttlMs = 60_000): Disposable {
  throw new Error('not written yet');
}
