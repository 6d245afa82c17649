/** Service → Configuration and Route of the same name; its status is theirs. */
import type { Child, Controller, Outcome } from '../../kernel/controller.ts';
import { type KubeObject, keyOf } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { beginConditions, conditionOf, isObserved } from '../conditions.ts';
import { broughtName } from '../configuration/availability.ts';
import type { Configuration } from '../configuration/types.ts';
import { resources } from '../keys.ts';
import { exactChild, foreignStatus, isControlledBy, keptChild, sameJson } from '../objects.ts';
import type { Route, TrafficTarget } from '../route/types.ts';
import { configurationName, routeName } from './names.ts';
import { makeConfiguration, makeRoute } from './resources.ts';
import {
  markConfigurationNotOwned,
  markConfigurationOutOfDate,
  markRevisionNameTaken,
  markRouteNotOwned,
  markRouteOutOfDate,
  markTrafficNotMigrated,
  serviceConditions,
} from './status.ts';
import type { Service, ServiceStatus } from './types.ts';

export function serviceController(): Controller<Service> {
  // One of that name that is not ours may go, and make room.
  const sameName = (object: KubeObject) => [keyOf(object)];
  return {
    name: 'service',
    resource: resources.services,
    owns: [resources.configurations, resources.routes],
    watches: [
      { resource: resources.configurations, keys: sameName },
      { resource: resources.routes, keys: sameName },
    ],
    reconcile: reconcileService,
  };
}

export function reconcileService(service: Service, view: View, now: number): Outcome {
  if (service.metadata.deletionTimestamp) return {};
  const { namespace } = service.metadata;
  const conditions = beginConditions(serviceConditions, service, now);
  const { observedGeneration, conditions: _, ...before } = service.status ?? {};
  let status: ServiceStatus = { ...before, ...foreignStatus(service) };
  const children: Child[] = [];
  const patches: NonNullable<Outcome['patches']> = [];
  const events: NonNullable<Outcome['events']> = [];
  const outcome = (): Outcome => ({ children, patches, events, status: { ...status, conditions: conditions.list() } });

  const configuration = view.get<Configuration>(resources.configurations, namespace, configurationName(service));
  const route = view.get<Route>(resources.routes, namespace, routeName(service));
  const ownRoute = route && isControlledBy(route, service) ? route : undefined;
  const keepRoute = () => {
    if (ownRoute) children.push(keptChild(resources.routes, ownRoute));
  };

  if (configuration && !isControlledBy(configuration, service)) {
    markConfigurationNotOwned(conditions, configuration.metadata.name);
    keepRoute();
    return outcome();
  }
  const wanted = makeConfiguration(service, configuration);
  const { child, patches: removals } = exactChild(resources.configurations, wanted, configuration);
  children.push(child);
  patches.push(...removals);
  if (!configuration) {
    const message = `Created Configuration "${wanted.metadata.name}"`;
    events.push({ type: 'Normal', reason: 'Created', message });
  }

  const changes = !configuration || !sameJson(configuration.spec, wanted.spec);
  if (!configuration || changes || !isObserved(configuration)) {
    markConfigurationOutOfDate(conditions);
    // With a brought name, the route has to wait until it is known whose that name is.
    if (wanted.spec?.template.metadata?.name) {
      keepRoute();
      return outcome();
    }
  } else {
    const { latestCreatedRevisionName, latestReadyRevisionName, ...rest } = status;
    const latest = configuration.status ?? {};
    status = {
      ...rest,
      ...(latest.latestCreatedRevisionName ? { latestCreatedRevisionName: latest.latestCreatedRevisionName } : {}),
      ...(latest.latestReadyRevisionName ? { latestReadyRevisionName: latest.latestReadyRevisionName } : {}),
    };
    conditions.copy('ConfigurationsReady', conditionOf(configuration, 'Ready'));
    const brought = broughtName(configuration, view);
    if (brought.state === 'taken') {
      markRevisionNameTaken(conditions, brought.name);
      keepRoute();
      return outcome();
    }
  }

  if (route && !ownRoute) {
    markRouteNotOwned(conditions, route.metadata.name);
    return outcome();
  }
  reconcileRoute();
  return outcome();

  function reconcileRoute(): void {
    const wantedRoute = makeRoute(service);
    const exact = exactChild(resources.routes, wantedRoute, ownRoute);
    children.push(exact.child);
    patches.push(...exact.patches);
    if (!ownRoute) {
      const message = `Created Route "${wantedRoute.metadata.name}"`;
      events.push({ type: 'Normal', reason: 'Created', message });
    }
    if (!ownRoute || !sameJson(ownRoute.spec, wantedRoute.spec) || !isObserved(ownRoute)) {
      markRouteOutOfDate(conditions);
    } else {
      const { url, address, traffic, ...rest } = status;
      const routed = ownRoute.status ?? {};
      status = {
        ...rest,
        ...(routed.url ? { url: routed.url } : {}),
        ...(routed.address ? { address: routed.address } : {}),
        ...(routed.traffic ? { traffic: routed.traffic } : {}),
      };
      conditions.copy('RoutesReady', conditionOf(ownRoute, 'Ready'));
    }
    const routesReady = conditions.status('RoutesReady') === 'True';
    if (routesReady && ownRoute && !isMigrated(ownRoute, configuration)) markTrafficNotMigrated(conditions);
  }
}

/** Whether the Route serves what its spec says, with the latest ready revision where it follows the Configuration. */
function isMigrated(route: Route, configuration: Configuration | undefined): boolean {
  const essence = ({ tag, revisionName, configurationName: name, percent }: TrafficTarget) =>
    name && name === configuration?.metadata.name
      ? { tag, revisionName: configuration.status?.latestReadyRevisionName, percent }
      : { tag, revisionName, configurationName: name, percent };
  return sameJson((route.spec?.traffic ?? []).map(essence), (route.status?.traffic ?? []).map(essence));
}
