/**
 * The log of one service on disk: append-only segments of JSON lines, the oldest dropped whole when the log is over its
 * size. The newest entries are also kept in memory, so that those who follow do not read what was just written.
 */
import { mkdirSync, readdirSync, statSync, unlinkSync } from 'node:fs';
import { appendFile, type FileHandle, open, readFile } from 'node:fs/promises';
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
      /** How far it has read on the disk: who is behind must not read a segment anew for each of its steps. */
      const place: { segment: Segment | undefined; offset: number } = { segment: undefined, offset: 0 };
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
        // As it is now: while this one is read, and who reads takes its time, it grows and others begin.
        const until = (segments[index + 1]?.first ?? firstRecent) - 1;
        if (place.segment !== segment) Object.assign(place, { segment, offset: 0 });
        const { entries, offset, isEnd } = await readOn(segment, place.offset, from);
        place.offset = offset;
        cursor = entries.at(-1)?.sequence ?? from;
        // Goes on with the next segment also where this one is gone by now or damaged.
        if (isEnd) cursor = Math.max(cursor, until);
        if (entries.length > 0) yield entries;
        else if (isEnd && cursor === from) return;
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

const stepBytes = 256 * 1024;

/**
 * Some of a segment's entries after `sequence`, from a byte on that begins a line.
 * @returns the byte to go on from, and whether no whole line came after it.
 */
async function readOn(segment: Segment | undefined, offset: number, sequence: number) {
  const nothing = { entries: [] as LogEntry[], offset, isEnd: true };
  if (!segment) return nothing;
  let file: FileHandle | undefined;
  try {
    file = await open(segment.path, 'r');
    for (let size = stepBytes; ; size *= 4) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, offset);
      const whole = buffer.lastIndexOf(10, bytesRead - 1) + 1;
      if (bytesRead === 0 || (whole === 0 && bytesRead < size)) return nothing;
      // A line that is longer than the step.
      if (whole === 0) continue;
      const entries = parse(buffer.toString('utf8', 0, whole), sequence);
      return { entries, offset: offset + whole, isEnd: bytesRead < size };
    }
  } catch {
    return nothing;
  } finally {
    await file?.close();
  }
}

/** Lines that are no whole entry (torn by a kill, a bad disk) are passed over. */
async function read({ path }: Segment): Promise<LogEntry[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return [];
  }
  return parse(text, 0);
}

function parse(text: string, after: number): LogEntry[] {
  const entries: LogEntry[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || sequenceOf(line) <= after) continue;
    try {
      entries.push(JSON.parse(line) as LogEntry);
    } catch {
      // Torn, see above.
    }
  }
  return entries;
}

/** It stands last: what was seen already need not be parsed. Infinity where it does not stand there. */
function sequenceOf(line: string): number {
  const at = line.lastIndexOf('"sequence":');
  const number = at < 0 ? Number.NaN : Number.parseInt(line.slice(at + 11), 10);
  return Number.isNaN(number) ? Number.POSITIVE_INFINITY : number;
}
