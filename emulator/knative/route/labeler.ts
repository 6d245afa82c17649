/**
 * Tells Configurations and Revisions which Routes lead to them (`serving.knative.dev/routes`), and whether a Revision is
 * routed at all (`routingState`): what garbage collection and scaling go by (knative.dev/serving pkg/reconciler/labeler).
 */
import type { Controller, Outcome } from '../../kernel/controller.ts';
import { type KubeObject, keyOf, rfc3339 } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { isFailed, isReady } from '../conditions.ts';
import type { Configuration } from '../configuration/types.ts';
import { resources, serving } from '../keys.ts';
import { annotationsOf, controllerOf, labelsOf } from '../objects.ts';
import type { Revision } from '../revision/types.ts';
import { listed } from '../service/resources.ts';
import { routesOfConfiguration, routesOfRevision } from './interest.ts';
import type { Route } from './types.ts';

export const routeFinalizer = 'routes.serving.knative.dev';

export function labelerController(): Controller<Route> {
  return {
    name: 'labeler',
    resource: resources.routes,
    watches: [
      { resource: resources.configurations, keys: routesOfConfiguration },
      { resource: resources.revisions, keys: routesOfRevision },
    ],
    reconcile: reconcileLabels,
  };
}

type Patches = NonNullable<Outcome['patches']>;

export function reconcileLabels(route: Route, view: View, now: number): Outcome {
  const finalizers = route.metadata.finalizers ?? [];
  if (route.metadata.deletionTimestamp) {
    if (!finalizers.includes(routeFinalizer)) return {};
    return {
      patches: clear(route, view, now, new Set(), new Set()),
      metadata: { finalizers: finalizers.filter((name) => name !== routeFinalizer) },
    };
  }
  const { revisions, configurations } = routed(route, view);
  const patches: Patches = [];
  // What was routed before stays so until the new targets are in effect, or known to fail.
  if (isReady(route) || isFailed(route)) patches.push(...clear(route, view, now, revisions, configurations));
  for (const name of revisions) {
    const revision = view.get<Revision>(resources.revisions, route.metadata.namespace, name);
    if (revision) patches.push(...mark(resources.revisions, revision, route, now, { remove: false, state: true }));
  }
  for (const name of configurations) {
    const found = view.get<Configuration>(resources.configurations, route.metadata.namespace, name);
    if (found) patches.push(...mark(resources.configurations, found, route, now, { remove: false, state: false }));
  }
  return {
    patches,
    ...(finalizers.includes(routeFinalizer) ? {} : { metadata: { finalizers: [...finalizers, routeFinalizer] } }),
  };
}

/** Names of what spec and status lead to; of a Configuration that is followed, the newest revision too, for a smooth change. */
function routed(route: Route, view: View): { revisions: Set<string>; configurations: Set<string> } {
  const revisions = new Set<string>();
  const configurations = new Set<string>();
  for (const target of [...(route.status?.traffic ?? []), ...(route.spec?.traffic ?? [])]) {
    let { configurationName } = target;
    if (target.revisionName) {
      const revision = view.get<Revision>(resources.revisions, route.metadata.namespace, target.revisionName);
      if (!revision) continue;
      revisions.add(target.revisionName);
      const owner = controllerOf(revision);
      if (owner?.kind === 'Configuration') configurationName = owner.name;
    }
    if (!configurationName) continue;
    const found = view.get<Configuration>(resources.configurations, route.metadata.namespace, configurationName);
    if (!found) continue;
    configurations.add(configurationName);
    const newest = found.status?.latestCreatedRevisionName;
    if (newest && target.latestRevision) revisions.add(newest);
  }
  return { revisions, configurations };
}

/** Takes the Route off everything that says so and is not named. */
function clear(
  route: Route,
  view: View,
  now: number,
  revisions: ReadonlySet<string>,
  configurations: ReadonlySet<string>,
): Patches {
  const { namespace = '', name } = route.metadata;
  const service = labelsOf(route)[serving.service];
  // What a Service's Route can have marked is the Service's own.
  const own = service ? { [serving.service]: service } : {};
  const says = (object: KubeObject) => listed(annotationsOf(object)[serving.routes]).includes(name);
  const oldRevisions = view
    .list<Revision>(resources.revisions, { namespace, labels: { ...own, [serving.routingState]: 'active' } })
    .filter((revision) => says(revision) && !revisions.has(revision.metadata.name));
  const oldConfigurations = view
    .list<Configuration>(resources.configurations, { namespace, labels: own })
    .filter((configuration) => says(configuration) && !configurations.has(configuration.metadata.name));
  return [
    ...oldRevisions.flatMap((revision) =>
      mark(resources.revisions, revision, route, now, { remove: true, state: true }),
    ),
    ...oldConfigurations.flatMap((configuration) =>
      mark(resources.configurations, configuration, route, now, { remove: true, state: false }),
    ),
  ];
}

function mark(
  resource: string,
  object: KubeObject,
  route: Route,
  now: number,
  { remove, state }: { remove: boolean; state: boolean },
): Patches {
  const labels: Record<string, string> = {};
  const annotations: Record<string, string | null> = {};
  const before = listed(annotationsOf(object)[serving.routes]);
  const others = before.filter((name) => name !== route.metadata.name);
  const after = remove ? others : [...new Set([...others, route.metadata.name])].sort();
  if (before.join(',') !== after.join(',') && after.length !== before.length) {
    annotations[serving.routes] = after.length > 0 ? after.join(',') : null;
  }
  if (state) {
    const wanted = after.length > 0 ? 'active' : 'reserve';
    if (labelsOf(object)[serving.routingState] !== wanted) {
      labels[serving.routingState] = wanted;
      annotations[serving.routingStateModified] = rfc3339(now);
    }
  }
  if (Object.keys(labels).length + Object.keys(annotations).length === 0) return [];
  return [{ resource, key: keyOf(object), patch: { metadata: { labels, annotations } } }];
}
