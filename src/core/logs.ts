/** Logs of a service (decision 15): retained ones by the capability, else those of the living pods merged by time. */
import type { LogLine } from '../../emulator/capabilities/protocol.ts';
import type { PlatformClient } from './client.ts';

export interface LogOptions {
  namespace: string;
  service: string;
  revision?: string | undefined;
  pod?: string | undefined;
  /** ms since the epoch. */
  since?: number | undefined;
  /** Last lines only. */
  tail?: number | undefined;
  /** Go on through scale to zero, new revisions and a restarted platform, until the signal aborts. */
  follow?: boolean | undefined;
}

/**
 * Lines in order of time. A line with `mark` is no output: `started`, `ready`, `exited 1`, `stopped`, and of ours
 * `no history before` (pods only; `time` says when), `platform away`, `platform back`.
 */
export function followLogs(
  _client: PlatformClient,
  _options: LogOptions,
  _signal?: AbortSignal,
): AsyncIterable<LogLine> {
  throw new Error('not written yet');
}

/** The last `count` lines of output of a revision or pod, for a verdict. Never throws: [] when there are none. */
export async function lastLines(
  _client: PlatformClient,
  _namespace: string,
  _where: { service: string; revision?: string; pod?: string },
  _count: number,
): Promise<string[]> {
  throw new Error('not written yet');
}
