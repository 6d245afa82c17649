/**
 * The three timers of every request, swept together: a clock of its own for each would cost more than the request, and
 * time must stand still for those whose instance a debugger holds.
 */
import type { Exchange } from './exchange.ts';

const everyMs = 50;
/** After a stall of the process nobody is timed out for what was not the application's fault. */
const largestStep = 1000;

export interface TimerSweep extends Disposable {
  add(exchange: Exchange): void;
  delete(exchange: Exchange): void;
  readonly size: number;
}

export function createTimerSweep(now: () => number): TimerSweep {
  const running = new Set<Exchange>();
  let timer: NodeJS.Timeout | undefined;
  let last = 0;

  function sweep(): void {
    const time = now();
    const step = Math.min(largestStep, time - last);
    last = time;
    if (running.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
    for (const exchange of running) advance(exchange, step);
  }

  return {
    add(exchange) {
      running.add(exchange);
      if (timer) return;
      last = now();
      timer = setInterval(sweep, everyMs);
    },
    delete(exchange) {
      running.delete(exchange);
    },
    get size() {
      return running.size;
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      running.clear();
    },
  };
}

/** Adds `step` ms to an exchange's time, and ends it when one of the three is over. */
export function advance(exchange: Exchange, step: number): void {
  const { revision, instance } = exchange;
  if (!revision || instance?.target.held) return;
  exchange.elapsed += step;
  exchange.sinceWrite += step;
  const { timeoutSeconds, responseStartTimeoutSeconds, idleTimeoutSeconds } = revision.target;
  const over =
    exchange.elapsed >= timeoutSeconds * 1000 ||
    (idleTimeoutSeconds > 0 && exchange.sinceWrite >= idleTimeoutSeconds * 1000) ||
    (responseStartTimeoutSeconds > 0 && !exchange.hasBegun && exchange.elapsed >= responseStartTimeoutSeconds * 1000);
  if (over) exchange.timeOut();
}
