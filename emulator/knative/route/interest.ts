/** Which Routes an object concerns, without looking at all of them. */
import { type KubeObject, keyOf, objectKey } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { resources, serving } from '../keys.ts';
import { annotationsOf, labelsOf } from '../objects.ts';
import { listed } from '../service/resources.ts';
import type { Route } from './types.ts';

/** Of a Configuration or a Revision: the Route of its Service, those that name it, and those that did. */
export function routesOf(object: KubeObject, view: View): string[] {
  const { namespace = '', name } = object.metadata;
  const service = labelsOf(object)[serving.service];
  const names = new Set(listed(annotationsOf(object)[serving.routes]));
  // A Service's Route names only what is of the Service.
  if (service) names.add(service);
  const keys = new Set([...names].map((route) => objectKey(namespace, route)));
  for (const route of view.list<Route>(resources.routes, { namespace })) {
    if (labelsOf(route)[serving.service]) continue;
    const targets = [...(route.spec?.traffic ?? []), ...(route.status?.traffic ?? [])];
    const configuration = labelsOf(object)[serving.configuration] ?? name;
    const concerns = targets.some(
      (target) => target.revisionName === name || target.configurationName === configuration,
    );
    if (concerns) keys.add(keyOf(route));
  }
  return [...keys];
}

/** A change of these ConfigMaps may give every Route another name or another rollout. */
export function routesOfConfig({ metadata }: KubeObject, view: View): string[] {
  const concerns = ['config-domain', 'config-network', 'config-features', 'config-gc'].includes(metadata.name);
  if (metadata.namespace !== 'knative-serving' || !concerns) return [];
  return view.list(resources.routes).map(keyOf);
}
