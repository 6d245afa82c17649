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
  stop: AbortController;
}

const retryMs = 2_000;
/** Fifteen minutes of seconds. */
const kept = 900;

export class LiveTraffic implements Disposable {
  #source: LiveSource;
  #streams = new Map<string, Stream>();

  constructor(source: LiveSource) {
    this.#source = source;
  }

  /** Calls the listener with each second's figures (undefined: none can be had) until disposed. */
  follow(key: ServiceKey, listener: (point: LivePoint | undefined) => void): Disposable {
    const name = keyText(key);
    let stream = this.#streams.get(name);
    if (!stream) {
      stream = { listeners: new Set(), history: [], last: undefined, stop: new AbortController() };
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

  async #run({ namespace, name }: ServiceKey, stream: Stream): Promise<void> {
    const { signal } = stream.stop;
    const path = `/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(name)}/traffic?window=10&watch=true`;
    let platform = this.#source.platform();
    while (!signal.aborted) {
      const client = this.#source.client();
      if (this.#source.platform() !== platform) stream.history = [];
      platform = this.#source.platform();
      try {
        if (client && (await client.capabilities()).has('traffic')) {
          for await (const { at, revisions, goodAt, routes } of client.capabilityStream<ServiceTraffic>(path, {
            signal,
          })) {
            const point = { at, revisions, goodAt: goodAt ?? null, routes: routes ?? [] };
            stream.last = point;
            stream.history.push(point);
            if (stream.history.length > kept) stream.history.splice(0, stream.history.length - kept);
            for (const listener of stream.listeners) listener(point);
          }
        }
      } catch (error) {
        this.#source.log(`traffic of ${name}: ${messageOf(error)}`);
      }
      if (signal.aborted) return;
      stream.last = undefined;
      for (const listener of stream.listeners) listener(undefined);
      await pause(retryMs, signal);
    }
  }

  [Symbol.dispose](): void {
    for (const { stop } of this.#streams.values()) stop.abort();
    this.#streams.clear();
  }
}
