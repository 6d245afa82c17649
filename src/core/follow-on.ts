/** Logs of a service, followed for as long as somebody reads them. */
import type { LogLine } from '../../emulator/capabilities/protocol.ts';
import type { PlatformClient } from './client.ts';
import { followLogs, type LogOptions } from './logs.ts';
import { pause } from './pause.ts';

export interface LogReader {
  /** The platform as it is now; undefined while there is none. Asked anew for each try. */
  client(): PlatformClient | undefined;
  /** Before each try. */
  trying?(): void;
  /** The next line is not read before this is done. */
  tell(line: LogLine): void | Promise<void>;
  /** Why a try ended; the next one follows. */
  failed(error: unknown): void;
}

const retryMs = 1_000;

/**
 * Tells the last `history` lines and each one after them, and tries again where the platform refuses or is not there. Resolves when
 * `signal` aborts. Nothing is told after that, though lines may still be held for their order: they would get among those of
 * whoever is followed next.
 */
export async function followOn(
  where: Pick<LogOptions, 'namespace' | 'service' | 'timeOf'>,
  history: number,
  reader: LogReader,
  signal: AbortSignal,
): Promise<void> {
  let tail: number | undefined = history;
  let since: number | undefined;
  while (!signal.aborted) {
    const client = reader.client();
    if (client) {
      try {
        reader.trying?.();
        for await (const line of followLogs(client, { ...where, follow: true, tail, since }, signal)) {
          if (signal.aborted) return;
          tail = undefined;
          // In order of what they say themselves, which may be another.
          since = Math.max(since ?? 0, line.time + 1);
          await reader.tell(line);
        }
      } catch (error) {
        if (signal.aborted) return;
        reader.failed(error);
      }
    }
    await pause(retryMs, signal);
  }
}
