/** Watches: initial events, history, live changes, bookmarks; a watcher that does not read is cut off. */
import type { KubeObject } from '../kernel/object.ts';
import { type Change, type Store, StoreExpired, type WatchType } from '../kernel/store.ts';
import { json, type Representation } from './convert.ts';
import { expired, type Selection } from './list.ts';
import type { ListQuery } from './options.ts';
import { compareObjects } from './selectors.ts';

export interface WatchOptions {
  signal: AbortSignal;
  /** How many undelivered changes cut a watcher off. Default 10,000. */
  backlog?: number;
  /** How many bytes of them do. Default 32 MiB. */
  backlogBytes?: number;
  /** ms between bookmarks. Default 60,000. */
  bookmarkMs?: number;
}

const longestSeconds = 1800;
const newline = Buffer.from('}\n');
const prefixes: Record<WatchType | 'BOOKMARK' | 'ERROR', Buffer> = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
  BOOKMARK: Buffer.from('{"type":"BOOKMARK","object":'),
  ERROR: Buffer.from('{"type":"ERROR","object":'),
};

interface Event {
  type: WatchType | 'BOOKMARK';
  revision: number;
  object?: KubeObject;
  /** Of a live change whose bytes the store has made already: held instead of the object, and shared by all watchers. */
  bytes?: Uint8Array;
  /** Bytes, of a live change. */
  size?: number;
  initialEnd?: boolean;
}

/**
 * The stream of one watch. Ends on abort, on timeout, and when the client is too slow: then it gets what came before the
 * first change that was dropped, and watches again from there.
 */
export async function* watchStream(
  store: Store,
  selection: Selection,
  query: ListQuery,
  representation: Representation,
  { signal, backlog = 10_000, backlogBytes = 32 * 1024 * 1024, bookmarkMs = 60_000 }: WatchOptions,
): AsyncGenerator<Uint8Array> {
  const pending: Event[] = [];
  /** Of what is pending, the live changes: the initial ones are the state of the store, however large. */
  let waiting = 0;
  let waitingBytes = 0;
  let wake: (() => void) | undefined;
  let ended = false;
  let cutOff = false;
  const notify = () => {
    wake?.();
    wake = undefined;
  };
  const end = () => {
    ended = true;
    notify();
  };
  const take = (change: Change) => {
    // After a gap nothing more may follow.
    if (ended) return;
    const event = eventOf(change, selection);
    if (!event) return;
    if (waiting >= backlog || waitingBytes >= backlogBytes) {
      cutOff = true;
      end();
      return;
    }
    const { type, object } = event;
    const { revision } = change;
    const whole = representation.shape === 'object';
    const bytes = whole ? representation.one(object) : store.bytes(object);
    const size = bytes.byteLength;
    pending.push({ type, revision, size, ...(whole ? { bytes } : { object }) });
    waiting++;
    waitingBytes += size;
    notify();
  };

  // Nothing may be written between the state that is read here and the subscription: both happen in one go.
  let seen = store.revision;
  const start = startOf(store, selection, query);
  if ('error' in start) {
    yield frame('ERROR', start.error);
    return;
  }
  for (const event of start.events) pending.push(event);
  const subscription = store.subscribe((change) => {
    seen = change.revision;
    if (change.resource === selection.resource) take(change);
  });
  const timeout = setTimeout(end, Math.min(query.timeoutSeconds ?? longestSeconds, longestSeconds) * 1000);
  const bookmarks = query.bookmarks
    ? setInterval(() => {
        if (pending.length > 0) return;
        pending.push({ type: 'BOOKMARK', revision: seen });
        notify();
      }, bookmarkMs)
    : undefined;
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) ended = true;
  let headers = true;
  try {
    for (;;) {
      const batch = pending.splice(0, 100);
      if (batch.length === 0) {
        if (ended) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      if (signal.aborted) break;
      for (const { size } of batch) {
        if (size === undefined) continue;
        waiting--;
        waitingBytes -= size;
      }
      const frames = batch.map(({ type, object, bytes, revision, initialEnd }) => {
        if (bytes) return frame(type, bytes);
        if (!object) return frame('BOOKMARK', representation.bookmark(bookmarkMetadata(revision, initialEnd)));
        const row = frame(type, representation.one(object, headers));
        headers = false;
        return row;
      });
      yield frames.length === 1 && frames[0] ? frames[0] : Buffer.concat(frames);
    }
    // A last bookmark, so that the next watch starts where this one ended.
    if (query.bookmarks && !signal.aborted && !cutOff) {
      yield frame('BOOKMARK', representation.bookmark(bookmarkMetadata(seen)));
    }
  } finally {
    subscription[Symbol.dispose]();
    clearTimeout(timeout);
    clearInterval(bookmarks);
    signal.removeEventListener('abort', end);
  }
}

/** What a watch begins with: the present as ADDED, or the history since a revision, or nothing. */
function startOf(store: Store, selection: Selection, query: ListQuery): { events: Event[] } | { error: Uint8Array } {
  const { resourceVersion, sendInitialEvents } = query;
  const revision = store.revision;
  const initial = sendInitialEvents ?? (resourceVersion === undefined || resourceVersion === 0);
  if (initial) {
    const objects = store
      .list(selection.resource, {
        ...(selection.namespace ? { namespace: selection.namespace } : {}),
        labels: selection.labels.equal,
      })
      .filter((object) => selection.labels.matches(object) && selection.fields.matches(object))
      .sort(compareObjects);
    const events: Event[] = objects.map((object) => ({ type: 'ADDED', object, revision }));
    if (sendInitialEvents && query.bookmarks) events.push({ type: 'BOOKMARK', revision, initialEnd: true });
    return { events };
  }
  if (resourceVersion === undefined || resourceVersion === 0) return { events: [] };
  try {
    const events: Event[] = [];
    for (const change of store.changesSince(resourceVersion, selection.resource)) {
      const event = eventOf(change, selection);
      if (event) events.push({ ...event, revision: change.revision });
    }
    return { events };
  } catch (error) {
    if (!(error instanceof StoreExpired)) throw error;
    return { error: json(expired(resourceVersion, store.oldestRevision).toStatus()) };
  }
}

/** What a change is to a watcher with selectors: an object may come into its sight and leave it. */
function eventOf(
  change: Change,
  { namespace, labels, fields }: Selection,
): { type: WatchType; object: KubeObject } | undefined {
  const { object, previous, type } = change;
  if (namespace && object.metadata.namespace !== namespace) return undefined;
  const matches = (one: KubeObject | undefined) => one !== undefined && labels.matches(one) && fields.matches(one);
  if (type === 'DELETED') return matches(object) || matches(previous) ? { type, object } : undefined;
  const is = matches(object);
  const was = type === 'MODIFIED' && matches(previous);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object };
  if (!was || !previous) return undefined;
  const { resourceVersion } = object.metadata;
  return { type: 'DELETED', object: { ...previous, metadata: { ...previous.metadata, resourceVersion } } };
}

function bookmarkMetadata(revision: number, initialEnd = false): Record<string, unknown> {
  return {
    resourceVersion: String(revision),
    creationTimestamp: null,
    ...(initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
  };
}

function frame(type: keyof typeof prefixes, object: Uint8Array): Uint8Array {
  return Buffer.concat([prefixes[type], object, newline]);
}
