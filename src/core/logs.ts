/** Logs of a service (decision 15): retained ones by the capability, else those of the living pods merged by time. */
import type { LogLine } from '../../emulator/capabilities/protocol.ts';
import { ApiError } from '../../emulator/kernel/errors.ts';
import type { KubeObject } from '../../emulator/kernel/object.ts';
import type { PlatformClient } from './client.ts';
import { isFault } from './faults.ts';
import { inOrder } from './log-lines/in-order.ts';
import { pause } from './pause.ts';
import { kinds, labels } from './resources.ts';

export interface LogOptions {
  namespace: string;
  service: string;
  revision?: string | undefined;
  pod?: string | undefined;
  /** ms since the epoch. */
  since?: number | undefined;
  /** Last lines only. */
  tail?: number | undefined;
  /** Go on through scale to zero, new revisions and a restarted platform, until the signal aborts. */
  follow?: boolean | undefined;
  /** By which lines of several instances are put in order while they are followed; `time` by default. */
  timeOf?: ((line: LogLine) => number) | undefined;
}

/**
 * Lines in order of time; those that are followed come some ms later for it (log-lines/in-order.ts). A line with `mark` is no output: `started`, `ready`, `exited 1`, `stopped`, `scaled 1 2`, and of
 * ours `no history before` (pods only; `time` says when), `platform away`, `platform back`.
 */
export async function* followLogs(
  client: PlatformClient,
  options: LogOptions,
  signal: AbortSignal = new AbortController().signal,
): AsyncIterable<LogLine> {
  const has = await client.capabilities({ signal });
  const lines = has.has('logs') ? retained(client, options, signal) : living(client, options, signal);
  if (options.follow) yield* inOrder(lines, { timeOf: options.timeOf ?? (({ time }) => time) });
  else yield* lines;
}

async function* retained(client: PlatformClient, options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine> {
  let { tail } = options;
  let last = -1;
  let away = false;
  while (!signal.aborted) {
    const query = new URLSearchParams();
    if (options.revision) query.set('revision', options.revision);
    if (options.pod) query.set('pod', options.pod);
    // From the last line on after a break, in the platform's own numbers; the capability wants an age, not a time.
    if (last >= 0) query.set('after', String(last));
    else if (options.since !== undefined) query.set('since', String(Math.max(0, Date.now() - options.since)));
    if (tail !== undefined) query.set('tail', String(tail));
    if (options.follow) query.set('follow', 'true');
    const path = `/namespaces/${encodeURIComponent(options.namespace)}/services/${encodeURIComponent(options.service)}/logs`;
    try {
      for await (const line of client.capabilityStream<LogLine>(`${path}?${query}`, { signal })) {
        if (away) yield mark('platform back', Date.now());
        away = false;
        if (line.sequence <= last) continue;
        last = line.sequence;
        yield line;
      }
      if (!options.follow) return;
    } catch (error) {
      if (signal.aborted) return;
      if (!options.follow || (error instanceof ApiError && error.code < 500) || isFault(error, 'Forbidden'))
        throw error;
      if (!away) yield mark('platform away', Date.now());
      away = true;
    }
    if (last >= 0) tail = undefined;
    await pause(500, signal);
  }
}

const sourceMark = { sequence: 0, revision: '', pod: '', container: '', stream: 'stdout' as const, text: '' };

function mark(text: string, time: number): LogLine {
  return { ...sourceMark, time, text, mark: text };
}

/** `pods/log` of what lives: first what is there, in order of time, then what comes. */
async function* living(client: PlatformClient, options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine> {
  const labelSelector = options.revision
    ? `${labels.revision}=${options.revision}`
    : `${labels.service}=${options.service}`;
  const { items } = await client.list(kinds.pod, options.namespace, { labelSelector, signal });
  const pods = items.filter(({ metadata }) => options.pod === undefined || metadata.name === options.pod);
  const history = (await Promise.all(pods.map((pod) => podHistory(client, pod, options, signal)))).flat();
  history.sort((a, b) => a.time - b.time);
  const from = history[0]?.time ?? Date.now();
  yield mark('no history before', from);
  yield* options.tail === undefined ? history : history.slice(-options.tail);
  if (options.follow) yield* fromNowOn(client, options, labelSelector, new Set(pods.map(uidOf)), signal);
}

async function podHistory(
  client: PlatformClient,
  pod: KubeObject,
  options: LogOptions,
  signal: AbortSignal,
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (const container of userContainers(pod)) {
    try {
      const sinceSeconds =
        options.since === undefined
          ? {}
          : { sinceSeconds: Math.max(1, Math.ceil((Date.now() - options.since) / 1000)) };
      const stream = client.podLogs(pod.metadata.namespace ?? '', pod.metadata.name, {
        container,
        timestamps: true,
        signal,
        ...sinceSeconds,
        ...(options.tail === undefined ? {} : { tailLines: options.tail }),
      });
      for await (const line of stream) lines.push(lineOf(line, pod, container));
    } catch (error) {
      // It has not started yet, or is gone again.
      if (!(error instanceof ApiError)) throw error;
    }
  }
  return lines;
}

async function* fromNowOn(
  client: PlatformClient,
  options: LogOptions,
  labelSelector: string,
  known: Set<string>,
  signal: AbortSignal,
): AsyncIterable<LogLine> {
  const queue: LogLine[] = [];
  let wake = (): void => {};
  const push = (line: LogLine): void => {
    queue.push(line);
    wake();
  };
  const followed = new Set<string>();
  const followPod = async (pod: KubeObject, container: string): Promise<void> => {
    const id = `${uidOf(pod)}/${container}`;
    if (followed.has(id) || signal.aborted) return;
    followed.add(id);
    try {
      const stream = client.podLogs(pod.metadata.namespace ?? '', pod.metadata.name, {
        container,
        follow: true,
        timestamps: true,
        signal,
        ...(known.has(uidOf(pod)) ? { tailLines: 0 } : {}),
      });
      for await (const line of stream) push(lineOf(line, pod, container));
    } catch {
      // Not started yet, or cut off: the next change of the pod tries again.
      followed.delete(id);
      known.add(uidOf(pod));
    }
  };
  const look = (pod: KubeObject): void => {
    if (options.pod !== undefined && pod.metadata.name !== options.pod) return;
    const { phase } = (pod.status ?? {}) as { phase?: string };
    if (phase === 'Pending' || phase === undefined) return;
    for (const container of userContainers(pod)) void followPod(pod, container);
  };
  const counts = new Map<string, number>();
  /** Marks where a revision has more or fewer instances than before; the first look only counts. */
  const count = (first: boolean): void => {
    const now = new Map([...counts.keys()].map((revision) => [revision, 0]));
    for (const { metadata } of watched.items) {
      const revision = metadata.labels?.[labels.revision];
      if (revision && !metadata.deletionTimestamp) now.set(revision, (now.get(revision) ?? 0) + 1);
    }
    for (const [revision, to] of now) {
      const from = counts.get(revision) ?? 0;
      counts.set(revision, to);
      if (!first && from !== to) push({ ...mark(`scaled ${from} ${to}`, Date.now()), revision });
    }
  };
  let synced = false;
  using watched = client.watch<KubeObject>(
    kinds.pod,
    options.namespace,
    {
      onSync: (items) => {
        items.forEach(look);
        count(!synced);
        synced = true;
      },
      onEvent: (event, pod) => {
        if (event !== 'deleted') look(pod);
        if (synced && options.pod === undefined) count(false);
      },
      onLost: () => push(mark('platform away', Date.now())),
      onBack: () => push(mark('platform back', Date.now())),
    },
    { labelSelector, signal },
  );
  signal.addEventListener('abort', () => wake());
  while (!signal.aborted) {
    const line = queue.shift();
    if (line) yield line;
    else {
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (signal.aborted) resolve();
      });
    }
  }
}

/** `2026-11-23T21:00:00.123456789Z text` → a line. */
function lineOf(line: string, pod: KubeObject, container: string): LogLine {
  const space = line.indexOf(' ');
  const time = Date.parse(line.slice(0, space));
  const stamped = space > 0 && !Number.isNaN(time);
  return {
    ...sourceMark,
    time: stamped ? time : Date.now(),
    revision: pod.metadata.labels?.[labels.revision] ?? '',
    pod: pod.metadata.name,
    container,
    text: stamped ? line.slice(space + 1) : line,
  };
}

function userContainers(pod: KubeObject): string[] {
  const { containers = [] } = (pod.spec ?? {}) as { containers?: { name: string }[] };
  return containers.map(({ name }) => name).filter((name) => name !== 'queue-proxy');
}

function uidOf(pod: KubeObject): string {
  return pod.metadata.uid;
}

/**
 * The last `count` lines of output of a revision, for a verdict. Never throws: [] when there are none.
 * @param pods names of those that it is about: what they wrote, where they wrote anything, and not what one wrote that is gone. The revision of
 *   an application that is run once more has the name of the one before.
 */
export async function lastLines(
  client: PlatformClient,
  namespace: string,
  where: { service: string; revision?: string },
  count: number,
  pods: ReadonlySet<string>,
): Promise<string[]> {
  const lines: LogLine[] = [];
  try {
    for await (const line of followLogs(client, { namespace, ...where, tail: count * 2 }, AbortSignal.timeout(5_000))) {
      if (line.mark === undefined) lines.push(line);
    }
  } catch {
    // Evidence is a help: the verdict stands without it.
  }
  const own = lines.filter(({ pod }) => pods.has(pod));
  return (own.length > 0 ? own : lines).slice(-count).map(({ text }) => text);
}
