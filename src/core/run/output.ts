/** What a run's instances write, and when all of it was told. */
import type { LogLine } from '../../../emulator/capabilities/protocol.ts';
import type { PlatformClient } from '../client.ts';
import { followLogs } from '../logs.ts';
import { pause } from '../pause.ts';

export interface Output {
  /**
   * Resolves once each line that the platform has by now was told, so that a verdict stands below what it speaks of. Soon also where they
   * do not come: the verdict counts for more than its place.
   */
  caughtUp(): Promise<void>;
}

/** ms */
const patienceMs = 2_000;

/** @param where `since` in ms since the epoch @param tell lines of output; marks are left out, as the run's own events say more */
export function forwardOutput(
  client: PlatformClient,
  where: { namespace: string; service: string; since: number },
  tell: (line: LogLine) => void,
  signal: AbortSignal,
): Output {
  /** The sequence of the newest line that came. */
  let last = 0;
  const waiting = new Set<() => void>();

  async function forward(): Promise<void> {
    try {
      for await (const line of followLogs(client, { ...where, follow: true }, signal)) {
        if (line.mark === undefined) tell(line);
        last = Math.max(last, line.sequence);
        for (const look of [...waiting]) look();
      }
    } catch {
      // The run's other events go on without it.
    }
  }
  void forward();

  async function newest(late: AbortSignal): Promise<number> {
    const { namespace, service } = where;
    let sequence = 0;
    try {
      for await (const line of followLogs(client, { namespace, service, tail: 1 }, late)) sequence = line.sequence;
    } catch {
      // Then nothing is waited for.
    }
    return sequence;
  }

  return {
    async caughtUp() {
      const over = new AbortController();
      const late = AbortSignal.any([signal, over.signal]);
      const patience = pause(patienceMs, late).then(() => over.abort());
      const wanted = await newest(late);
      const come = Promise.withResolvers<void>();
      const look = (): void => {
        if (last >= wanted) come.resolve();
      };
      waiting.add(look);
      look();
      await Promise.race([come.promise, patience]);
      // Its timer, too, which would keep a process that is done.
      over.abort();
      waiting.delete(look);
    },
  };
}
