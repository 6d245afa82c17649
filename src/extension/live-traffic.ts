/** Measured traffic of a service, second by second, while somebody looks. One stream a service, however many views. */

import type { FailingRoute, ServiceTraffic } from '../../emulator/capabilities/protocol.ts';
import type { PlatformClient } from '../core/client.ts';
import { pause } from '../core/pause.ts';
import { messageOf } from './log-error.ts';
import { keyText, type ServiceKey } from './platform/snapshot.ts';

export interface LiveSource {
  client(): PlatformClient | undefined;
  /** Which platform that is: a service of the same name on another one is another one. */
  platform(): string;
  /** Calls when it may be another one. */
  onChange(listener: () => void): { dispose(): void };
  log(message: string): void;
}

export interface LivePoint {
  at: number;
  revisions: ServiceTraffic['revisions'];
  goodAt: number | null;
  routes: readonly FailingRoute[];
}

interface Stream {
  listeners: Set<(point: LivePoint | undefined) => void>;
  history: LivePoint[];
  last: LivePoint | undefined;
  /** Whose figures they are. */
  platform: string;
  /** Aborts when another platform is chosen. */
  leave: AbortController;
  stop: AbortController;
}

const retryMs = 2_000;
/** Fifteen minutes of seconds. */
const kept = 900;

export class LiveTraffic implements Disposable {
  #source: LiveSource;
  #streams = new Map<string, Stream>();
  #changes: { dispose(): void };

  constructor(source: LiveSource) {
    this.#source = source;
    this.#changes = source.onChange(() => this.#look());
  }

  /** Calls the listener with each second's figures (undefined: none can be had) until disposed. */
  follow(key: ServiceKey, listener: (point: LivePoint | undefined) => void): Disposable {
    const name = keyText(key);
    let stream = this.#streams.get(name);
    if (!stream) {
      stream = {
        ...{ listeners: new Set(), history: [], last: undefined, platform: this.#source.platform() },
        ...{ leave: new AbortController(), stop: new AbortController() },
      };
      this.#streams.set(name, stream);
      void this.#run(key, stream);
    }
    const joined = stream;
    joined.listeners.add(listener);
    if (joined.last) listener(joined.last);
    return {
      [Symbol.dispose]: () => {
        joined.listeners.delete(listener);
        if (joined.listeners.size > 0) return;
        joined.stop.abort();
        if (this.#streams.get(name) === joined) this.#streams.delete(name);
      },
    };
  }

  /** Oldest first, fifteen minutes at most, from when somebody began to look. */
  history(key: ServiceKey): readonly LivePoint[] {
    return this.#streams.get(keyText(key))?.history ?? [];
  }

  last(key: ServiceKey): LivePoint | undefined {
    return this.#streams.get(keyText(key))?.last;
  }

  /**
   * Leaves a platform that is not in use any more, at once: its stream may go on, for a deploy or a canary that has its client to its end,
   * and a service of that name on the other one is another one.
   */
  #look(): void {
    const platform = this.#source.platform();
    for (const stream of this.#streams.values()) {
      if (stream.platform === platform) continue;
      stream.platform = platform;
      stream.history = [];
      const { leave } = stream;
      stream.leave = new AbortController();
      leave.abort();
      tell(stream, undefined);
    }
  }

  async #run({ namespace, name }: ServiceKey, stream: Stream): Promise<void> {
    const { signal } = stream.stop;
    const path = `/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(name)}/traffic?window=10&watch=true`;
    while (!signal.aborted) {
      const client = this.#source.client();
      const over = AbortSignal.any([signal, stream.leave.signal]);
      try {
        if (client && (await client.capabilities({ signal: over })).has('traffic')) {
          const points = client.capabilityStream<ServiceTraffic>(path, { signal: over });
          for await (const { at, revisions, goodAt, routes } of points) {
            // Lines that came together are told to the last one.
            if (over.aborted) break;
            const point = { at, revisions, goodAt: goodAt ?? null, routes: routes ?? [] };
            stream.history.push(point);
            if (stream.history.length > kept) stream.history.splice(0, stream.history.length - kept);
            tell(stream, point);
          }
        }
      } catch (error) {
        if (!over.aborted) this.#source.log(`traffic of ${name}: ${messageOf(error)}`);
      }
      if (!over.aborted) tell(stream, undefined);
      await pause(retryMs, over);
    }
  }

  [Symbol.dispose](): void {
    this.#changes.dispose();
    for (const { stop } of this.#streams.values()) stop.abort();
    this.#streams.clear();
  }
}

function tell(stream: Stream, point: LivePoint | undefined): void {
  stream.last = point;
  for (const listener of stream.listeners) listener(point);
}
