/** Finds where an app listens that does not take its PORT (decision 5), or takes it on IPv6 loopback only. */
import type { Listener, RunningContainer } from './ports.ts';

export interface PortFinderPorts {
  /** The port it was given. */
  port: number;
  instance: Pick<RunningContainer, 'listening' | 'address' | 'debugAddress'>;
  /** A probe has been answered where it was looked for. */
  isReady(): boolean;
  after(ms: number, callback: () => void): Disposable;
}

const firstLookMs = 400;
const everyMs = 500;
const longestMs = 5_000;
/** Ports for metrics, profiles and the like are often opened before PORT is: another port counts when it is alone for two seconds. */
const sightings = { own: 2, other: 5 };

/**
 * Calls `found` when it is elsewhere than expected, which has to be seen several times, since many open several ports in turn; and once
 * more when an app that was found at another port opens PORT after all.
 */
export function findAddress(ports: PortFinderPorts, found: (listener: Listener) => void): Disposable {
  let stopped = false;
  let timer: Disposable | undefined;
  let seen = { text: '', times: 0 };
  let wait = everyMs;
  let told = false;

  const over = () => stopped || (!told && ports.isReady());
  const later = (ms: number) => {
    timer = ports.after(ms, () => void look());
  };
  const look = async () => {
    if (over()) return;
    const listeners = await ports.instance.listening();
    if (over()) return;
    const own = listeners.find(({ port }) => port === ports.port);
    const choice = own ?? listeners.find(({ port }) => port !== ports.instance.debugAddress?.port);
    if (own && own.host === ports.instance.address?.host) {
      if (told) found(own);
      return;
    }
    if (choice && (own || !told)) {
      const text = `${choice.host}:${choice.port}`;
      seen = { text, times: seen.text === text ? seen.times + 1 : 1 };
      if (seen.times < (own ? sightings.own : sightings.other)) return later(everyMs);
      found(choice);
      if (own) return;
      told = true;
      wait = everyMs;
    }
    wait = Math.min(wait * 1.2, longestMs);
    later(wait);
  };
  later(firstLookMs);

  return {
    [Symbol.dispose]() {
      stopped = true;
      timer?.[Symbol.dispose]();
    },
  };
}
