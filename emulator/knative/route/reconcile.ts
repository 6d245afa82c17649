/** Route → Ingress and placeholder Services, once every target can take traffic. */

import type { Child, Controller, Outcome } from '../../kernel/controller.ts';
import { parseDuration } from '../../kernel/duration.ts';
import { type KubeObject, objectKey } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { certificatesOf } from '../certificate/route.ts';
import { beginConditions, type Conditions, conditionOf, isObserved, isReady } from '../conditions.ts';
import { DomainNameError } from '../config/domains.ts';
import { readConfig } from '../config/read.ts';
import type { PlatformConfig } from '../config/types.ts';
import type { Ingress, Visibility } from '../ingress/types.ts';
import { annotation, networking, resources, serving } from '../keys.ts';
import { annotationsOf, byLabel, exactChild, foreignStatus, isControlledBy, sameJson } from '../objects.ts';
import { workloads } from '../workloads/resources.ts';
import type { CoreService } from '../workloads/types.ts';
import { targetUrl, visibilities } from './domains.ts';
import { routesOfConfig, routesOfConfiguration, routesOfRevision } from './interest.ts';
import { ingressName, serviceHost } from './names.ts';
import { makeIngress, makePlaceholder } from './resources.ts';
import { isRolloutDone, observeReady, parseRollout, type Rollout, stepRollout } from './rollout.ts';
import {
  markFault,
  markIngressNotConfigured,
  markPlaceholderNotOwned,
  markRolloutInProgress,
  routeConditions,
} from './status.ts';
import { buildTraffic, defaultTarget, type Traffic, trafficRollout, trafficStatus } from './traffic.ts';
import type { Route, RouteStatus } from './types.ts';

export function routeController(): Controller<Route> {
  return {
    name: 'route',
    resource: resources.routes,
    owns: [resources.ingresses, workloads.services, resources.certificates],
    watches: [
      { resource: resources.configurations, keys: routesOfConfiguration },
      { resource: resources.revisions, keys: routesOfRevision },
      { resource: resources.configMaps, keys: routesOfConfig },
      { resource: workloads.services, keys: routeOfPlaceholder },
      { resource: resources.ingresses, keys: byLabel(serving.route) },
    ],
    reconcile: reconcileRoute,
  };
}

/** A Service with the Route's label, or one in the place of its placeholder. */
function routeOfPlaceholder({ metadata }: KubeObject): string[] {
  const route = metadata.labels?.[serving.route] ?? metadata.name;
  return [objectKey(metadata.namespace, route)];
}

export function reconcileRoute(route: Route, view: View, now: number): Outcome {
  if (route.metadata.deletionTimestamp) return {};
  const config = readConfig(view);
  const conditions = beginConditions(routeConditions, route, now);
  const { observedGeneration: _o, conditions: _c, ...before } = route.status ?? {};
  const status: RouteStatus = { ...before, ...foreignStatus(route) };
  const outcome = (rest: Outcome = {}): Outcome => ({ ...rest, status: { ...status, conditions: conditions.list() } });

  // Whatever goes wrong below: a new spec is not served yet.
  if (!isObserved(route)) markIngressNotConfigured(conditions);
  const traffic = buildTraffic(route, view);
  try {
    const visibility = visibilities(route, view, config);
    const url = (tag: string) => targetUrl(route, tag, visibility.get(tag) ?? 'ExternalIP', config);
    status.url = url(defaultTarget);
    if (traffic.fault) {
      markFault(conditions, traffic.fault);
      return outcome();
    }
    status.traffic = trafficStatus(traffic, undefined, url);
    conditions.markTrue('AllTrafficAssigned');
    status.address = { url: `http://${serviceHost(route)}` };
    return outcome(program({ route, traffic, visibility, view, config, conditions, status, url, now }));
  } catch (error) {
    if (!(error instanceof DomainNameError)) throw error;
    conditions.markFalse('AllTrafficAssigned', 'ErrorConfig', error.message);
    return outcome();
  }
}

interface Programming {
  route: Route;
  traffic: Traffic;
  visibility: ReadonlyMap<string, Visibility>;
  view: View;
  config: PlatformConfig;
  conditions: Conditions;
  status: RouteStatus;
  url(tag: string): string;
  now: number;
}

/** Children; conditions and status on the way. */
function program(input: Programming): Outcome {
  const { route, traffic, visibility, view, config, conditions, status, url, now } = input;
  const { namespace } = route.metadata;
  const events: NonNullable<Outcome['events']> = [];
  const children: Child[] = [];
  const ingress = view.get<Ingress>(resources.ingresses, namespace, ingressName(route));

  for (const target of [...traffic.targets.keys()].sort()) {
    const drafted = makePlaceholder(route, target, ingress, undefined, config);
    const name = String(drafted.metadata.name);
    const stored = view.get<CoreService>(workloads.services, namespace, name);
    if (stored && !isControlledBy(stored, route)) {
      markPlaceholderNotOwned(conditions, 'Service', name);
      return {};
    }
    const object = stored ? makePlaceholder(route, target, ingress, stored, config) : drafted;
    children.push({ resource: workloads.services, object });
    if (!stored) events.push({ type: 'Normal', reason: 'Created', message: `Created placeholder service "${name}"` });
  }

  const certificates = certificatesOf(route, traffic, visibility, view, config, conditions);
  children.push(...certificates.children);
  if (certificates.secure) status.url = status.url?.replace(/^http:/, 'https:') ?? '';

  const { rollout, requeueAfter } = currentRollout(route, traffic, ingress, config, now);
  const draft = makeIngress(route, traffic, visibility, rollout, config);
  const tls = certificates.tls.length > 0 ? { tls: certificates.tls } : {};
  const object = { ...draft, spec: { ...draft.spec, ...tls } };
  const { child, patches } = exactChild(resources.ingresses, object, ingress);
  children.push(child);
  const running = !isRolloutDone(rollout);
  if (!ingress) {
    events.push({ type: 'Normal', reason: 'Created', message: `Created Ingress "${ingressName(route)}"` });
    markIngressNotConfigured(conditions);
  } else if (!sameJson(ingress.spec, object.spec) || !isObserved(ingress)) {
    markIngressNotConfigured(conditions);
  } else if (!running) {
    const ready = conditionOf(ingress, 'Ready');
    if (ready) conditions.copy('IngressReady', ready);
    else markIngressNotConfigured(conditions);
  }
  if (running) {
    markRolloutInProgress(conditions);
    status.traffic = trafficStatus(traffic, rollout, url);
  }
  return { children, patches, events, ...(requeueAfter === undefined ? {} : { requeueAfter }) };
}

function currentRollout(
  route: Route,
  traffic: Traffic,
  ingress: Ingress | undefined,
  config: PlatformConfig,
  now: number,
): { rollout: Rollout; requeueAfter?: number } {
  const wanted = trafficRollout(traffic);
  const own = parseDuration(annotation(annotationsOf(route), serving.rolloutDuration)?.value ?? '') ?? 0;
  const seconds = Math.trunc(own / 1000) || config.network.rolloutDurationSeconds;
  if (!ingress || seconds <= 0) return { rollout: wanted };
  let previous = parseRollout(annotationsOf(ingress)[networking.rollout]);
  // The first per cent has come into effect.
  if (previous && isReady(ingress) && conditionOf(route, 'IngressReady')?.status !== 'True') {
    previous = observeReady(previous, now, seconds);
  }
  const { rollout, next } = stepRollout(wanted, previous, now);
  return { rollout, ...(next === undefined ? {} : { requeueAfter: Math.max(0, next - now) }) };
}
