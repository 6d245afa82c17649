/** Which Routes an object concerns, without looking at all of them. */
import { type KubeObject, keyOf } from '../../kernel/object.ts';
import { type Index, lookup, type View } from '../../kernel/resource.ts';
import type { Configuration } from '../configuration/types.ts';
import { resources, serving } from '../keys.ts';
import { annotationsOf, labelsOf } from '../objects.ts';
import { listed } from '../service/resources.ts';
import type { Route, TrafficTarget } from './types.ts';

/** Of a Revision: the Routes that name it, and those that follow a Configuration whose latest ready one it is. */
export function routesOfRevision(revision: KubeObject, view: View): string[] {
  const { namespace = '', name } = revision.metadata;
  const configuration = labelsOf(revision)[serving.configuration] ?? '';
  const followed = view.get<Configuration>(resources.configurations, namespace, configuration);
  const isLatest = followed?.status?.latestReadyRevisionName === name;
  const concerns = ({ revisionName, configurationName }: TrafficTarget) =>
    revisionName === name || (isLatest && configurationName === configuration);
  return candidates(revision, view)
    .filter((route) => targetsOf(route).some(concerns))
    .map(keyOf);
}

/** Of a Configuration: the Routes that follow it, or send traffic to one of its revisions. */
export function routesOfConfiguration(configuration: KubeObject, view: View): string[] {
  const { namespace, name } = configuration.metadata;
  const isOfIt = (revision: string) => {
    const found = view.get(resources.revisions, namespace, revision);
    return found !== undefined && labelsOf(found)[serving.configuration] === name;
  };
  const concerns = ({ revisionName, configurationName }: TrafficTarget) =>
    configurationName === name || (revisionName !== undefined && isOfIt(revisionName));
  return candidates(configuration, view)
    .filter((route) => targetsOf(route).some(concerns))
    .map(keyOf);
}

function targetsOf({ spec, status }: Route): TrafficTarget[] {
  return [...(spec?.traffic ?? []), ...(status?.traffic ?? [])];
}

/** The Route of the object's Service, those that are marked on it, and those that belong to no Service. */
function candidates(object: KubeObject, view: View): Route[] {
  const { namespace = '' } = object.metadata;
  const service = labelsOf(object)[serving.service];
  const names = new Set(listed(annotationsOf(object)[serving.routes]));
  // A Service's Route names only what is of the Service.
  if (service) names.add(service);
  const marked = [...names].map((name) => view.get<Route>(resources.routes, namespace, name));
  const free = lookup(view, freeRoutes, namespace);
  return [...new Set([...marked.filter((route) => route !== undefined), ...free])];
}

/** Routes that belong to no Service, by namespace. */
const freeRoutes: Index<Route> = {
  resource: resources.routes,
  valuesOf: (route) => (labelsOf(route)[serving.service] === undefined ? [route.metadata.namespace ?? ''] : []),
};

/** A change of these ConfigMaps may give every Route another name or another rollout. */
export function routesOfConfig({ metadata }: KubeObject, view: View): string[] {
  const concerns = ['config-domain', 'config-network', 'config-features', 'config-gc'].includes(metadata.name);
  if (metadata.namespace !== 'knative-serving' || !concerns) return [];
  return view.list(resources.routes).map(keyOf);
}
