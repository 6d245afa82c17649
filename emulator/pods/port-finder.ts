/** Finds where an app listens that does not take its PORT (decision 5), or takes it on IPv6 loopback only. */
import type { Listener, RunningContainer } from './ports.ts';

export interface PortFinderPorts {
  /** The port it was given. */
  port: number;
  instance: Pick<RunningContainer, 'listening' | 'address' | 'debugAddress'>;
  isReady(): boolean;
  after(ms: number, callback: () => void): Disposable;
}

const firstLookMs = 400;
const everyMs = 500;
const longestMs = 5_000;

/** Calls `found` once, only when it is elsewhere than expected; a port has to be seen twice, since many open several in turn. */
export function findAddress(ports: PortFinderPorts, found: (listener: Listener) => void): Disposable {
  let stopped = false;
  let timer: Disposable | undefined;
  let seen: string | undefined;
  let wait = everyMs;

  const look = async () => {
    if (stopped || ports.isReady()) return;
    const listeners = await ports.instance.listening();
    if (stopped || ports.isReady()) return;
    const choice = choose(listeners, ports);
    if (choice === 'expected') return;
    if (choice) {
      const text = `${choice.host}:${choice.port}`;
      if (seen === text) return found(choice);
      seen = text;
    }
    wait = Math.min(wait * 1.2, longestMs);
    timer = ports.after(choice ? everyMs : wait, () => void look());
  };
  timer = ports.after(firstLookMs, () => void look());

  return {
    [Symbol.dispose]() {
      stopped = true;
      timer?.[Symbol.dispose]();
    },
  };
}

function choose(listeners: readonly Listener[], ports: PortFinderPorts): Listener | 'expected' | undefined {
  const own = listeners.find(({ port }) => port === ports.port);
  if (own) return own.host === ports.instance.address?.host ? 'expected' : own;
  return listeners.find(({ port }) => port !== ports.instance.debugAddress?.port);
}
