/**
 * ServerlessService → its two Services and the public one's Endpoints: the instances', or the activator's while there are
 * none or the mode is Proxy (knative.dev/serving serverlessservice.go).
 */
import type { Controller, Outcome } from '../../kernel/controller.ts';
import type { View } from '../../kernel/resource.ts';
import { beginConditions } from '../conditions.ts';
import { resources, serving } from '../keys.ts';
import { byLabel, foreignStatus, isControlledBy, keptChild, sameJson } from '../objects.ts';
import { workloads } from '../workloads/resources.ts';
import type { CoreService, Deployment, EndpointSubset, Endpoints } from '../workloads/types.ts';
import { privateServiceName } from './names.ts';
import { makePrivateService, makePublicEndpoints, makePublicService, serverlessServiceLabel } from './resources.ts';
import { markEndpointsNotReady, markNotOwned, serverlessServiceConditions, setActivatorPopulated } from './status.ts';
import type { ServerlessService, ServerlessServiceStatus } from './types.ts';

/** Where the activator's own endpoints are looked up; the platform makes it, as the activator is a part of it. */
export const activatorService = { namespace: 'knative-serving', name: 'activator-service' };

export function serverlessServiceController(): Controller<ServerlessService> {
  return {
    name: 'serverlessservice',
    resource: resources.serverlessServices,
    owns: [workloads.services],
    watches: [
      { resource: workloads.endpoints, keys: byLabel(serverlessServiceLabel) },
      { resource: workloads.services, keys: byLabel(serverlessServiceLabel) },
      // A scale target that comes later.
      { resource: workloads.deployments, keys: byLabel(serving.revision) },
    ],
    reconcile: reconcileServerlessService,
  };
}

export function reconcileServerlessService(service: ServerlessService, view: View, now: number): Outcome {
  const { metadata, spec } = service;
  if (metadata.deletionTimestamp) return {};
  const conditions = beginConditions(serverlessServiceConditions, service, now);
  const { observedGeneration: _o, conditions: _c, ...before } = service.status ?? {};
  const status: ServerlessServiceStatus = { ...before, ...foreignStatus(service) };
  const outcome = (rest: Outcome = {}): Outcome => ({ ...rest, status: { ...status, conditions: conditions.list() } });

  const target = view.get<Deployment>(workloads.deployments, metadata.namespace, spec?.objectRef.name ?? '');
  if (!target) return outcome();
  const selector = target.spec?.selector.matchLabels ?? {};

  const privateName = privateServiceName(metadata.name);
  const inner = view.get<CoreService>(workloads.services, metadata.namespace, privateName);
  const outer = view.get<CoreService>(workloads.services, metadata.namespace, metadata.name);
  for (const found of [inner, outer]) {
    if (found && !isControlledBy(found, service)) {
      markNotOwned(conditions, 'Service', found.metadata.name);
      const ours = (one: CoreService | undefined) => (one && isControlledBy(one, service) ? [one] : []);
      const kept = [...ours(inner), ...ours(outer)];
      return outcome({ children: kept.map((one) => keptChild(workloads.services, one)) });
    }
  }
  status.serviceName = metadata.name;
  status.privateServiceName = privateName;

  const endpoints = view.get<Endpoints>(workloads.endpoints, metadata.namespace, privateName);
  const backed = hasAddress(endpoints?.subsets);
  const proxied = !backed || spec?.mode !== 'Serve';
  if (backed) conditions.markTrue('EndpointsPopulated');
  else markEndpointsNotReady(conditions, 'NoHealthyBackends');
  setActivatorPopulated(conditions, proxied);

  const activator = view.get<Endpoints>(workloads.endpoints, activatorService.namespace, activatorService.name);
  const subsets = (proxied ? activator?.subsets : endpoints?.subsets) ?? [];
  const wanted = makePublicEndpoints(service, subsets);
  const standing = view.get<Endpoints>(workloads.endpoints, metadata.namespace, metadata.name);
  if (standing && !isControlledBy(standing, service)) {
    markNotOwned(conditions, 'Endpoints', metadata.name);
    return outcome();
  }
  return outcome({
    children: [
      { resource: workloads.services, object: makePrivateService(service, selector) },
      { resource: workloads.services, object: makePublicService(service) },
      ...(standing && sameJson(standing.subsets, wanted.subsets)
        ? []
        : [{ resource: workloads.endpoints, object: wanted }]),
    ],
  });
}

function hasAddress(subsets: readonly EndpointSubset[] | undefined): boolean {
  return subsets?.some(({ addresses }) => addresses && addresses.length > 0) ?? false;
}
