/**
 * Errors that were thrown in requests, until the next good request. A reducer: errors come from the log, good requests from the
 * platform's measured traffic. Pure.
 *
 * | the error's request | it is gone when |
 * | --- | --- |
 * | answered 5xx (a route failed about when it was thrown, in the same revision) | that route is good again |
 * | not known (3 s later no route has failed): the answer was good, or there was none | any later request is good |
 * | either | the application runs anew, stops, or its service is gone; or its place reads otherwise now |
 */
import type { FailingRoute } from '../../../emulator/capabilities/protocol.ts';
import type { Thrown } from './traces.ts';

export interface ThrownProblem {
  /** `namespace/name`. */
  service: string;
  revision: string;
  pod: string;
  thrown: Thrown;
  /** Last time, ms since the epoch. */
  at: number;
  count: number;
  /** Routes that failed of it. */
  routes: readonly string[];
}

export interface MeasuredTraffic {
  /** ms since the epoch; so are the others. */
  at: number;
  goodAt: number | null;
  routes: readonly FailingRoute[];
}

/** The request ends after the error was logged, by as much as the application still does. */
const beforeMs = 500;
const afterMs = 5_000;
const unknownMs = 3_000;
const kept = 100;

export class ThrownProblems {
  #open = new Map<string, ThrownProblem>();

  get open(): readonly ThrownProblem[] {
    return [...this.#open.values()];
  }

  thrown(where: Pick<ThrownProblem, 'service' | 'revision' | 'pod' | 'at'>, thrown: Thrown): void {
    const [frame] = thrown.frames;
    const key = [where.service, thrown.message, frame?.path, frame?.line].join('\n');
    const before = this.#open.get(key);
    this.#open.delete(key);
    this.#open.set(key, { ...where, thrown, count: (before?.count ?? 0) + 1, routes: before?.routes ?? [] });
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= kept) break;
      this.#open.delete(oldest);
    }
  }

  /** Returns whether any is gone, or has its routes now. */
  traffic(service: string, { at: now, goodAt, routes }: MeasuredTraffic): boolean {
    let changed = false;
    for (const [key, problem] of this.#open) {
      if (problem.service !== service) continue;
      const failed = routes.filter(
        ({ revision, failedAt }) =>
          revision === problem.revision && failedAt >= problem.at - beforeMs && failedAt <= problem.at + afterMs,
      );
      const known = new Set([...problem.routes, ...failed.map(({ route }) => route)]);
      const isGood = (name: string) =>
        routes.some(
          (route) =>
            route.route === name && route.goodAt !== null && route.goodAt > Math.max(problem.at, route.failedAt),
        );
      const left = [...known].filter((route) => !isGood(route));
      const over = known.size > 0 ? left.length === 0 : now - problem.at > unknownMs && (goodAt ?? 0) > problem.at;
      if (over) {
        this.#open.delete(key);
        changed = true;
      } else if (left.join('\n') !== problem.routes.join('\n')) {
        this.#open.set(key, { ...problem, routes: left });
        changed = true;
      }
    }
    return changed;
  }

  /** Returns whether there was any. */
  forget(service: string): boolean {
    const before = this.#open.size;
    for (const [key, problem] of this.#open) if (problem.service === service) this.#open.delete(key);
    return this.#open.size < before;
  }

  /** Of a file that has been changed: the line may be another one now. Returns whether there was any. */
  changed(file: string): boolean {
    const before = this.#open.size;
    for (const [key, { thrown }] of this.#open) if (thrown.frames[0]?.path === file) this.#open.delete(key);
    return this.#open.size < before;
  }
}
