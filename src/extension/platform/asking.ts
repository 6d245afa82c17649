/** What is asked of the platform in use again and again, for something that shows the last answer. Pure leaf. */
import type { PlatformClient } from '../../core/client.ts';

/** @returns the answer; undefined where it does not count, or nothing could be asked. @throws what `ask` throws */
export type Asking = <T>(ask: (client: PlatformClient) => Promise<T>) => Promise<{ answer: T } | undefined>;

/**
 * An answer does not count where another platform is in use by the time that it comes, and where one to a later question was there
 * before it: a busy platform answers in any order.
 */
export function asking(inUse: () => PlatformClient | undefined): Asking {
  let asked = 0;
  let taken = 0;
  return async (ask) => {
    const client = inUse();
    if (!client) return undefined;
    const mine = ++asked;
    const answer = await ask(client);
    // Not only the last one: where each takes longer than the next is away, none would ever count.
    if (inUse() !== client || mine < taken) return undefined;
    taken = mine;
    return { answer };
  };
}
