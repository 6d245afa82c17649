/**
 * A local copy of a list that follows the server: list, then watch from there; a lapsed position (410) lists again, a lost
 * server is tried again until it is back, and what happened meanwhile comes out as events.
 */
import { ApiError } from '../../emulator/kernel/errors.ts';
import type { KubeObject } from '../../emulator/kernel/object.ts';
import type { Informer, ListOptions, WatchHandlers } from './client.ts';
import { isFault } from './faults.ts';
import { pause } from './pause.ts';

export interface WatchSource {
  list(signal: AbortSignal): Promise<{ items: KubeObject[]; resourceVersion: string }>;
  /** Events from `resourceVersion` on; ends when the server ends it, throws when it is lost. */
  stream(resourceVersion: string, signal: AbortSignal): AsyncIterable<{ type: string; object: KubeObject }>;
}

const firstDelayMs = 100;
const longestDelayMs = 3_000;

export function follow<T>(source: WatchSource, handlers: WatchHandlers<T>, options: ListOptions = {}): Informer<T> {
  const ended = new AbortController();
  const signal = options.signal ? AbortSignal.any([ended.signal, options.signal]) : ended.signal;
  const items = new Map<string, KubeObject>();
  /** As last handed out: the same one until something changed, so that readers see that nothing did. */
  let listed: KubeObject[] | undefined;
  let lost = false;
  let first: { resolve(): void; reject(error: unknown): void } | undefined;
  const synced = new Promise<void>((resolve, reject) => {
    first = { resolve, reject };
  });
  // Who does not wait for it must not be ended by its failing.
  synced.catch(() => {});

  const tell = (event: 'added' | 'modified' | 'deleted', object: KubeObject) => handlers.onEvent?.(event, object as T);

  const keep = (object: KubeObject): void => {
    const key = identity(object);
    const known = items.get(key);
    const isSame = known !== undefined && known.metadata.uid === object.metadata.uid;
    // A platform that was made anew counts anew: the version alone says nothing of another object.
    if (isSame && known.metadata.resourceVersion === object.metadata.resourceVersion) return;
    items.set(key, object);
    listed = undefined;
    if (known && !isSame) tell('deleted', known);
    tell(isSame ? 'modified' : 'added', object);
  };

  const drop = (key: string, last: KubeObject): void => {
    if (!items.delete(key)) return;
    listed = undefined;
    tell('deleted', last);
  };

  const current = (): readonly T[] => {
    listed ??= [...items.values()];
    return listed as T[];
  };

  async function listNow(): Promise<string> {
    const { items: now, resourceVersion } = await source.list(signal);
    const present = new Set(now.map(identity));
    for (const [key, object] of [...items]) if (!present.has(key)) drop(key, object);
    for (const object of now) keep(object);
    handlers.onSync?.(current());
    first?.resolve();
    return resourceVersion;
  }

  function onBack(): void {
    if (!lost) return;
    lost = false;
    handlers.onBack?.();
  }

  async function run(): Promise<void> {
    let position: string | undefined;
    let delayMs = firstDelayMs;
    while (!signal.aborted) {
      try {
        if (position === undefined) {
          position = await listNow();
          onBack();
          delayMs = firstDelayMs;
        }
        for await (const { type, object } of source.stream(position, signal)) {
          delayMs = firstDelayMs;
          onBack();
          if (type === 'ERROR') throw apiErrorOf(object);
          position = object.metadata.resourceVersion;
          if (type === 'DELETED') drop(identity(object), object);
          else if (type !== 'BOOKMARK') keep(object);
        }
        // Ended by the server, as every watch is after a while: go on from where it was.
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiError && error.code === 410) {
          position = undefined;
          continue;
        }
        if (first && isHopeless(error)) first.reject(error);
        if (!lost) {
          lost = true;
          handlers.onLost?.(error as Error);
        }
        // A restarted server may count anew: list again rather than trust the position.
        position = undefined;
        await pause(delayMs, signal);
        delayMs = Math.min(longestDelayMs, delayMs * 2);
      }
    }
  }

  run().catch((error: unknown) => {
    first?.reject(error);
    handlers.onLost?.(error as Error);
  });

  return {
    get items() {
      return current();
    },
    get: (name, namespace) => items.get(`${namespace ?? ''}/${name}`) as T | undefined,
    synced,
    [Symbol.dispose]: () => ended.abort(),
  };
}

function identity(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function apiErrorOf(object: unknown): ApiError {
  const { reason = '', message = 'the watch failed', code = 500 } = object as Partial<ApiError>;
  return new ApiError(reason, message, { code });
}

function isHopeless(error: unknown): boolean {
  return (
    isFault(error, 'Forbidden') || isFault(error, 'Unauthorized') || (error instanceof ApiError && error.code === 404)
  );
}
