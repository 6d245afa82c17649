/** Waits for a state of objects by their watch events, never by asking again and again. */
import type { KubeObject } from '../../emulator/kernel/object.ts';
import type { ListOptions, PlatformClient } from './client.ts';
import { Fault } from './faults.ts';
import type { ResourceKind } from './resources.ts';

/**
 * Resolves with what `look` first returns other than undefined; with undefined after `timeoutMs`.
 * @throws what `look` throws, the first list's refusal, Fault Cancelled when the signal aborts
 */
export async function until<T>(
  client: PlatformClient,
  kind: ResourceKind,
  namespace: string | undefined,
  options: ListOptions & { timeoutMs: number },
  look: (items: readonly KubeObject[]) => T | undefined,
): Promise<T | undefined> {
  const { timeoutMs, ...list } = options;
  let informer: Disposable | undefined;
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise<T | undefined>((resolve, reject) => {
      const check = (items: readonly KubeObject[]): void => {
        try {
          const found = look(items);
          if (found !== undefined) resolve(found);
        } catch (error) {
          reject(error);
        }
      };
      timer = setTimeout(() => resolve(undefined), timeoutMs);
      onAbort = () => reject(new Fault('Cancelled'));
      if (options.signal?.aborted) onAbort();
      options.signal?.addEventListener('abort', onAbort);
      const started = client.watch<KubeObject>(
        kind,
        namespace,
        { onSync: check, onEvent: () => check(started.items) },
        list,
      );
      informer = started;
      started.synced.catch(reject);
    });
  } finally {
    clearTimeout(timer);
    if (onAbort) options.signal?.removeEventListener('abort', onAbort);
    informer?.[Symbol.dispose]();
  }
}
