/**
 * Retained logs: the last 64 MiB per service across instances (decision 15), and `kubectl logs` from the same entries.
 * On disk: `<dir>/<namespace>/<service>/`; pods that belong to no service have a folder of their own, `~<pod>`.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenLogStore, PodLogQuery } from '../kubelet-ports.ts';
import type { LogEntry, LogQuery } from '../ports.ts';
import { openServiceLog, type ServiceLog } from './service-log.ts';

export interface LogStoreOptions {
  /** Per service. Default 64 MiB. */
  maxBytes?: number;
  /** Wall clock, ms since the epoch. */
  now?: () => number;
  onError?(error: unknown): void;
}

type Match = (entry: LogEntry) => boolean;

export async function openLogStore(dir: string, options: LogStoreOptions = {}): Promise<OpenLogStore> {
  const now = options.now ?? Date.now;
  const maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const logs = new Map<string, Promise<ServiceLog>>();
  const opened = new Map<string, ServiceLog>();
  /** Entries that came while their log was being opened. */
  const early = new Map<string, Omit<LogEntry, 'sequence'>[]>();
  let newLog: (() => void)[] = [];
  let closed = false;
  const ending = new AbortController();

  const logOf = (namespace: string, folder: string): Promise<ServiceLog> => {
    const key = `${namespace}/${folder}`;
    let log = logs.get(key);
    if (!log) {
      log = openServiceLog(join(dir, segment(namespace), segment(folder)), {
        maxBytes,
        onError: options.onError ?? (() => undefined),
      }).then((service) => {
        for (const entry of early.get(key) ?? []) service.append(entry);
        early.delete(key);
        opened.set(key, service);
        for (const listener of newLog) listener();
        return service;
      });
      logs.set(key, log);
      log.catch((error) => {
        logs.delete(key);
        early.delete(key);
        options.onError?.(error);
      });
    }
    return log;
  };

  const foldersOf = (namespace: string): string[] => {
    const folders = new Set<string>();
    try {
      for (const name of readdirSync(join(dir, segment(namespace)))) folders.add(name);
    } catch {
      // No logs of this namespace on disk.
    }
    for (const key of logs.keys()) if (key.startsWith(`${namespace}/`)) folders.add(key.slice(namespace.length + 1));
    return [...folders];
  };

  async function* readOne(folder: string, query: LogQuery, match: Match): AsyncGenerator<LogEntry> {
    const log = await logOf(query.namespace, folder);
    let cursor = query.after ?? 0;
    if (query.tail !== undefined) {
      const newest = log.last;
      for (const entry of await tailOf(log, query.tail, match)) if (entry.sequence > cursor) yield entry;
      cursor = Math.max(cursor, newest);
    }
    for (;;) {
      for await (const batch of log.after(cursor)) {
        for (const entry of batch) {
          if (isOver(query.signal)) return;
          cursor = entry.sequence;
          if (match(entry)) yield entry;
        }
      }
      if (!query.follow) return;
      await changed([log], () => log.last > cursor, query.signal);
      if (isOver(query.signal)) return;
    }
  }

  /** Several services at once: history by time, then as it comes. */
  async function* readAll(query: LogQuery, match: Match): AsyncGenerator<LogEntry> {
    const cursors = new Map<string, number>();
    for (;;) {
      const folders = foldersOf(query.namespace);
      const services = await Promise.all(folders.map((folder) => logOf(query.namespace, folder)));
      const entries: LogEntry[] = [];
      for (const [index, folder] of folders.entries()) {
        const log = services[index];
        if (!log) continue;
        const first = !cursors.has(folder);
        const newest = log.last;
        if (first && query.tail !== undefined) entries.push(...(await tailOf(log, query.tail, match)));
        else for await (const batch of log.after(cursors.get(folder) ?? 0)) entries.push(...batch.filter(match));
        cursors.set(folder, Math.max(newest, cursors.get(folder) ?? 0));
      }
      entries.sort((a, b) => a.time - b.time || a.sequence - b.sequence);
      const shown = query.tail !== undefined && cursors.size > 0 ? entries.slice(-query.tail) : entries;
      for (const entry of query.follow ? entries : shown) {
        if (isOver(query.signal)) return;
        yield entry;
      }
      if (!query.follow) return;
      const moved = () =>
        foldersOf(query.namespace).length > folders.length ||
        folders.some((folder, index) => (services[index]?.last ?? 0) > (cursors.get(folder) ?? 0));
      await changed(services, moved, query.signal);
      if (isOver(query.signal)) return;
    }
  }

  const isOver = (signal: AbortSignal | undefined) => closed || signal?.aborted === true;

  /** Resolves when `condition` may hold, or the reader or the store ends. */
  const changed = (services: ServiceLog[], condition: () => boolean, signal: AbortSignal | undefined) =>
    new Promise<void>((resolve) => {
      if (condition() || isOver(signal)) return resolve();
      const wake = () => {
        for (const subscription of subscriptions) subscription[Symbol.dispose]();
        newLog = newLog.filter((listener) => listener !== wake);
        signal?.removeEventListener('abort', wake);
        ending.signal.removeEventListener('abort', wake);
        resolve();
      };
      const subscriptions = services.map((log) => log.onAppend(wake));
      newLog.push(wake);
      signal?.addEventListener('abort', wake);
      ending.signal.addEventListener('abort', wake);
    });

  const matcher = (query: LogQuery): Match => {
    const since = query.sinceMs === undefined ? undefined : now() - query.sinceMs;
    return (entry) =>
      (query.revision === undefined || entry.revision === query.revision) &&
      (query.pod === undefined || entry.pod === query.pod) &&
      (query.container === undefined || entry.container === query.container) &&
      (since === undefined || entry.time >= since);
  };

  const folderOfPod = ({ service, pod }: { service?: string; pod: string }) => service || `~${pod}`;

  return {
    append(entry) {
      if (closed) return;
      const folder = folderOfPod(entry);
      const key = `${entry.namespace}/${folder}`;
      const log = opened.get(key);
      if (log) return log.append(entry);
      const waiting = early.get(key);
      if (waiting) waiting.push(entry);
      else {
        early.set(key, [entry]);
        logOf(entry.namespace, folder).catch(() => undefined);
      }
    },

    read(query) {
      const match = matcher(query);
      return query.service ? readOne(query.service, query, match) : readAll(query, match);
    },

    podLog: (query) => podText(query, () => logOf(query.namespace, folderOfPod(query)), { now, changed, isOver }),

    async lastOutput({ namespace, service, pod, podUid, container, restart }, lines, bytes) {
      const log = await logOf(namespace, folderOfPod({ service, pod }));
      const match: Match = (entry) =>
        entry.podUid === podUid && entry.container === container && entry.restart === restart && !entry.mark;
      const entries = await tailOf(log, lines, match);
      const text = entries.map((entry) => entry.text + (entry.partial ? '' : '\n')).join('');
      const encoded = Buffer.from(text);
      return encoded.byteLength <= bytes ? text : encoded.subarray(encoded.byteLength - bytes).toString('utf8');
    },

    discard(namespace, service, pod) {
      const folder = folderOfPod({ service, pod });
      const key = `${namespace}/${folder}`;
      logs.delete(key);
      opened.delete(key);
      // What was still being written may come in between; a folder that stays is no reason to fall.
      void rm(join(dir, segment(namespace), segment(folder)), {
        recursive: true,
        force: true,
        maxRetries: 10,
        retryDelay: 50,
      }).catch(() => undefined);
    },

    async flush() {
      await Promise.all([...logs.values()].map(async (log) => (await log).flush()));
    },
    async close() {
      await Promise.all([...logs.values()].map(async (log) => (await log).flush()));
      closed = true;
      ending.abort();
    },
  };
}

/** The last `count` entries that match, oldest first. */
async function tailOf(log: ServiceLog, count: number, match: Match): Promise<LogEntry[]> {
  let found: LogEntry[] = [];
  if (count <= 0) return found;
  for await (const batch of log.backwards()) {
    found = [...batch.filter(match), ...found];
    if (found.length >= count) break;
  }
  return found.slice(-count);
}

interface Waiting {
  now(): number;
  changed(services: ServiceLog[], condition: () => boolean, signal: AbortSignal | undefined): Promise<void>;
  isOver(signal: AbortSignal | undefined): boolean;
}

/** `kubectl logs`: one container of one pod, its current instance or the one before. */
async function* podText(query: PodLogQuery, open: () => Promise<ServiceLog>, waiting: Waiting): AsyncGenerator<string> {
  const log = await open();
  const since =
    query.sinceTime ?? (query.sinceSeconds === undefined ? undefined : waiting.now() - query.sinceSeconds * 1_000);
  const isOwn: Match = (entry) =>
    entry.pod === query.pod &&
    entry.container === query.container &&
    !entry.mark &&
    (query.podUid === undefined || entry.podUid === query.podUid) &&
    (query.restart === undefined || entry.restart === query.restart) &&
    (since === undefined || entry.time >= since);
  let left = query.limitBytes ?? Number.POSITIVE_INFINITY;
  let midLine = false;
  const render = (entries: readonly LogEntry[]): string => {
    let text = '';
    for (const entry of entries) {
      if (query.timestamps && !midLine) text += `${new Date(entry.time).toISOString().slice(0, -1)}000000Z `;
      text += entry.text + (entry.partial ? '' : '\n');
      midLine = entry.partial === true;
    }
    const bytes = Buffer.byteLength(text);
    if (bytes > left) text = Buffer.from(text).subarray(0, left).toString('utf8');
    left -= bytes;
    return text;
  };

  let cursor = 0;
  if (query.tailLines !== undefined) {
    cursor = log.last;
    const text = render(await tailOf(log, query.tailLines, (entry) => entry.sequence <= cursor && isOwn(entry)));
    if (text) yield text;
  }
  for (;;) {
    const ended = query.ended?.() ?? true;
    for await (const batch of log.after(cursor)) {
      cursor = batch.at(-1)?.sequence ?? cursor;
      const text = render(batch.filter(isOwn));
      if (text) yield text;
      if (left <= 0 || waiting.isOver(query.signal)) return;
    }
    if (!query.follow || ended) return;
    await waiting.changed([log], () => log.last > cursor || query.ended?.() === true, query.signal);
    if (waiting.isOver(query.signal)) return;
  }
}

/** Names of Kubernetes are safe as folder names but for these. */
function segment(name: string): string {
  return name === '' || name === '.' || name === '..' ? `_${name}` : name.replaceAll(/[/\\:]/g, '_');
}
