/**
 * Probes a running container again and again: startup, liveness, readiness, with Kubernetes' thresholds, and Knative's
 * `periodSeconds: 0` (every 50 ms until it is ready). Probes use real time (decision 13): advancing the platform's clock
 * fires none.
 */
import type { ProbeResult } from './probes.ts';
import type { Probe } from './types.ts';

export interface ProberPorts {
  run(probe: Probe): Promise<ProbeResult>;
  /** While true nothing is probed (a paused debugger). */
  held(): boolean;
  /** How many instances are starting: the more, the calmer the look for each. */
  starting(): number;
  after(ms: number, callback: () => void): Disposable;
  /** What starts it may build it first: that nothing listens yet is not counted before it has been well once. */
  mayBuild?: boolean;
}

export interface ProberEvents {
  /** The outcome after thresholds; called on changes only. */
  changed(ok: boolean, message: string): void;
  /** Each attempt that a kubelet would make: eager ones that fail are one long wait to it. */
  probed?(ok: boolean, seconds: number): void;
  /** Each failed attempt, for events. */
  failed?(message: string): void;
}

const aggressiveMs = 50;
/** Nothing listens yet: a refused connection costs little, and every ms of it is part of a cold start. */
const refusedMs = 10;
const refusedForMs = 3_000;
const defaultPeriodSeconds = 10;

export function startProber(probe: Probe, ports: ProberPorts, events: ProberEvents): Disposable {
  const aggressive = (probe.periodSeconds ?? 0) === 0;
  const periodMs = (aggressive ? defaultPeriodSeconds : (probe.periodSeconds ?? defaultPeriodSeconds)) * 1_000;
  const successThreshold = Math.max(1, probe.successThreshold ?? 1);
  const failureThreshold = Math.max(1, probe.failureThreshold ?? 3);
  let stopped = false;
  let timer: Disposable | undefined;
  let successes = 0;
  let failures = 0;
  let state: boolean | undefined;
  const begun = performance.now();
  let toldAt = Number.NEGATIVE_INFINITY;

  const settle = (ok: boolean, message: string) => {
    if (state === ok) return;
    state = ok;
    events.changed(ok, message);
  };

  const look = async () => {
    if (stopped) return;
    if (ports.held()) return next(250);
    const asked = performance.now();
    const result = await ports.run(probe);
    if (stopped) return;
    if (result.refused && ports.mayBuild && state === undefined) return next(periodMs);
    if (result.ok || !(aggressive && state === undefined)) {
      events.probed?.(result.ok, (performance.now() - asked) / 1_000);
    }
    if (result.ok) {
      successes++;
      failures = 0;
      if (successes >= successThreshold) settle(true, '');
    } else {
      successes = 0;
      failures++;
      // Before it has been ready once, an eager probe that fails is no news; that it goes on to be answered with a refusal is.
      if (aggressive && state === undefined) {
        const now = performance.now();
        if (!result.refused && now - begun > refusedForMs && now - toldAt > defaultPeriodSeconds * 1_000) {
          toldAt = now;
          events.failed?.(result.message);
        }
      } else {
        events.failed?.(result.message);
        if (failures >= failureThreshold) settle(false, result.message);
      }
    }
    if (stopped) return;
    next(aggressive && state !== true ? eager(result) : periodMs);
  };

  const eager = (result: ProbeResult): number => {
    const early = result.refused && performance.now() - begun < refusedForMs;
    return early ? Math.min(aggressiveMs, Math.max(refusedMs, ports.starting() * 2)) : aggressiveMs;
  };

  const next = (ms: number) => {
    timer = ports.after(ms, () => void look());
  };

  const initialDelayMs = (probe.initialDelaySeconds ?? 0) * 1_000;
  if (initialDelayMs > 0) next(initialDelayMs);
  else void look();

  return {
    [Symbol.dispose]() {
      stopped = true;
      timer?.[Symbol.dispose]();
    },
  };
}
