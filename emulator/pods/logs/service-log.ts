/**
 * The log of one service on disk: append-only segments of JSON lines, the oldest dropped whole when the log is over its
 * size. The newest entries are also kept in memory, so that those who follow do not read what was just written.
 */
import { mkdirSync, readdirSync, statSync, unlinkSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogEntry } from '../ports.ts';

export interface ServiceLog {
  append(entry: Omit<LogEntry, 'sequence'>): void;
  /** Sequence of the newest entry; 0 when there is none. */
  readonly last: number;
  /** Entries with a higher sequence, oldest first, in batches. */
  after(sequence: number): AsyncIterable<LogEntry[]>;
  /** Entries from the newest back, in batches that are each oldest first. */
  backwards(): AsyncIterable<LogEntry[]>;
  /** Called after each append. */
  onAppend(listener: () => void): Disposable;
  flush(): Promise<void>;
}

interface Segment {
  path: string;
  /** Sequence of its first entry, which is in its name too. */
  first: number;
  bytes: number;
}

const recentBytes = 512 * 1024;

export async function openServiceLog(
  dir: string,
  options: { maxBytes: number; onError(error: unknown): void },
): Promise<ServiceLog> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const segmentBytes = Math.max(4_096, Math.floor(options.maxBytes / 16));
  const segments: Segment[] = readdirSync(dir)
    .flatMap((name) => {
      const first = /^(\d{12})\.log$/.exec(name)?.[1];
      const path = join(dir, name);
      return first ? [{ path, first: Number(first), bytes: statSync(path).size }] : [];
    })
    .sort((a, b) => a.first - b.first);
  let last = 0;
  const newest = segments.at(-1);
  if (newest) {
    last = Math.max(newest.first - 1, (await read(newest)).at(-1)?.sequence ?? 0);
    // A line that a kill cut short stays alone in its segment: new entries begin another one.
    segments.push(segmentFrom(last + 1));
  }
  const recent: { entry: LogEntry; bytes: number }[] = [];
  let recentSize = 0;
  let pending: string[] = [];
  let writing: Promise<void> = Promise.resolve();
  let scheduled = false;
  const listeners = new Set<() => void>();

  function segmentFrom(first: number): Segment {
    return { path: join(dir, `${String(first).padStart(12, '0')}.log`), first, bytes: 0 };
  }

  const write = async () => {
    scheduled = false;
    const text = pending.join('');
    pending = [];
    if (text === '') return;
    let segment = segments.at(-1);
    if (!segment || segment.bytes >= segmentBytes) {
      segment = segmentFrom(firstOf(text));
      segments.push(segment);
    }
    try {
      await appendFile(segment.path, text, { mode: 0o600 });
      segment.bytes += Buffer.byteLength(text);
    } catch (error) {
      options.onError(error);
    }
    let total = segments.reduce((sum, { bytes }) => sum + bytes, 0);
    while (total > options.maxBytes && segments.length > 1) {
      const oldest = segments.shift();
      if (!oldest) break;
      total -= oldest.bytes;
      try {
        unlinkSync(oldest.path);
      } catch {
        // Never written, or removed by hand.
      }
    }
  };

  const flush = (): Promise<void> => {
    writing = writing.then(write);
    return writing;
  };

  return {
    get last() {
      return last;
    },

    append(draft) {
      const entry: LogEntry = { ...draft, sequence: ++last };
      const line = `${JSON.stringify(entry)}\n`;
      pending.push(line);
      recent.push({ entry, bytes: line.length });
      recentSize += line.length;
      while (recentSize > recentBytes && recent.length > 1) recentSize -= recent.shift()?.bytes ?? 0;
      if (!scheduled) {
        scheduled = true;
        setImmediate(flush);
      }
      for (const listener of listeners) listener();
    },

    async *after(sequence) {
      let cursor = sequence;
      while (cursor < last) {
        const firstRecent = recent[0]?.entry.sequence ?? Number.POSITIVE_INFINITY;
        if (firstRecent <= cursor + 1) {
          const batch = recent.slice(cursor + 1 - firstRecent).map(({ entry }) => entry);
          cursor = batch.at(-1)?.sequence ?? last;
          if (batch.length > 0) yield batch;
          continue;
        }
        await flush();
        const from = cursor;
        const index = segments.findIndex((_, i) => (segments[i + 1]?.first ?? Number.POSITIVE_INFINITY) > from + 1);
        const segment = segments[index];
        const batch = segment ? (await read(segment)).filter((entry) => entry.sequence > from) : [];
        if (batch.length > 0) yield batch;
        // Goes on with the next segment also where this one is gone by now or damaged.
        cursor = Math.max(batch.at(-1)?.sequence ?? 0, (segments[index + 1]?.first ?? firstRecent) - 1, cursor);
        if (cursor === from && batch.length === 0) return;
      }
    },

    async *backwards() {
      const batch = recent.map(({ entry }) => entry);
      let before = batch[0]?.sequence ?? Number.POSITIVE_INFINITY;
      if (batch.length > 0) yield batch;
      await flush();
      for (const segment of [...segments].reverse()) {
        if (segment.first >= before) continue;
        const entries = (await read(segment)).filter(({ sequence }) => sequence < before);
        before = segment.first;
        if (entries.length > 0) yield entries;
      }
    },

    onAppend(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    flush,
  };
}

function firstOf(text: string): number {
  return (JSON.parse(text.slice(0, text.indexOf('\n'))) as LogEntry).sequence;
}

/** Lines that are no whole entry (torn by a kill, a bad disk) are passed over. */
async function read({ path }: Segment): Promise<LogEntry[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return [];
  }
  const entries: LogEntry[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    try {
      entries.push(JSON.parse(line) as LogEntry);
    } catch {
      // See above.
    }
  }
  return entries;
}
