/** Defaults of traffic. */
import type { Route, RouteSpec } from './types.ts';

export function defaultRoute(route: Route): void {
  if (route.spec) defaultTraffic(route.spec, false);
}

/** `ownConfiguration`: of a Service, whose empty list means its newest revision. */
export function defaultTraffic(spec: RouteSpec, ownConfiguration: boolean): void {
  if ((spec.traffic?.length ?? 0) === 0 && ownConfiguration) {
    spec.traffic = [{ percent: 100, latestRevision: true }];
  }
  for (const target of spec.traffic ?? []) {
    target.latestRevision ??= !target.revisionName;
    target.percent ??= 0;
  }
}
