/** One piece of work that several ask for: it is done once, and ends early only when nobody waits for it any more. Pure leaf. */
import { Fault } from '../../core/faults.ts';

export interface SharedWork<Step> {
  /**
   * @param progress each step from now on
   * @param signal whoever gives it up does so for itself
   * @throws what the work throws; Fault Cancelled
   */
  join(progress?: (step: Step) => void, signal?: AbortSignal): Promise<void>;
  /** Nobody waits for it: it is being ended, and who comes now needs one of its own. */
  readonly isGivenUp: boolean;
  /** Resolves when it has ended, in whatever way. */
  readonly ended: Promise<void>;
}

export function sharedWork<Step>(
  work: (progress: (step: Step) => void, signal: AbortSignal) => Promise<void>,
): SharedWork<Step> {
  const over = new AbortController();
  const listeners = new Set<(step: Step) => void>();
  let waiting = 0;
  const done = work((step) => {
    for (const listener of listeners) listener(step);
  }, over.signal);
  const ended = done.then(
    () => {},
    () => {},
  );
  return {
    ended,
    get isGivenUp() {
      return over.signal.aborted;
    },
    async join(progress, signal) {
      if (signal?.aborted) throw new Fault('Cancelled');
      waiting++;
      if (progress) listeners.add(progress);
      const left = Promise.withResolvers<void>();
      const leave = (): void => {
        waiting--;
        // The last one waits for the end: what was begun is not there any more then.
        if (waiting === 0) over.abort();
        else left.reject(new Fault('Cancelled'));
      };
      signal?.addEventListener('abort', leave, { once: true });
      try {
        await Promise.race([done, left.promise]);
      } finally {
        signal?.removeEventListener('abort', leave);
        if (progress) listeners.delete(progress);
      }
    },
  };
}
