/** PingSource status: its sink is resolved, and the schedule runs, which here it does as long as the platform does. */
import type { Controller } from '../../kernel/controller.ts';
import { type KubeObject, keyOf } from '../../kernel/object.ts';
import { beginConditions, livingConditions } from '../../knative/conditions.ts';
import { resolveDestination, resourceOf, Unresolvable } from '../../knative/destination.ts';
import type { PingSource } from '../../knative/ping-source/types.ts';
import { pingSourceUri, pingType } from './event.ts';

export const pingSources = 'pingsources.sources.knative.dev';
const finalizer = 'pingsources.sources.knative.dev';
const conditionSet = livingConditions('SinkProvided', 'Deployed', 'OIDCIdentityCreated');

/** What a sink may be, among the kinds that the platform has. */
const addressables = [
  'services.serving.knative.dev',
  'routes.serving.knative.dev',
  'services',
  'brokers.eventing.knative.dev',
  'channels.messaging.knative.dev',
  'inmemorychannels.messaging.knative.dev',
  'sequences.flows.knative.dev',
  'parallels.flows.knative.dev',
];

export const pingSourceController: Controller<PingSource> = {
  name: 'pingsource',
  resource: pingSources,
  watches: addressables.map((resource) => ({
    resource,
    keys: (object: KubeObject, view) =>
      view
        .list<PingSource>(pingSources)
        .filter((source) => leadsTo(source, resource, object))
        .map(keyOf),
  })),

  reconcile(source, view, now) {
    const { finalizers = [], namespace = '', name, deletionTimestamp } = source.metadata;
    if (deletionTimestamp) {
      // The schedule has stopped with the deletion already: nothing is left to wait for.
      return { metadata: { finalizers: finalizers.filter((entry) => entry !== finalizer) } };
    }
    const conditions = beginConditions(conditionSet, source, now);
    let sinkUri: string | undefined;
    conditions.markTrue('OIDCIdentityCreated', 'authentication-oidc feature disabled');
    try {
      sinkUri = resolveDestination(source.spec?.sink, namespace, view);
      conditions.markTrue('SinkProvided');
      conditions.markTrue('Deployed');
    } catch (error) {
      if (!(error instanceof Unresolvable)) throw error;
      conditions.markFalse('SinkProvided', 'NotFound');
    }
    return {
      ...(finalizers.includes(finalizer) ? {} : { metadata: { finalizers: [...finalizers, finalizer] } }),
      status: {
        ...source.status,
        ceAttributes: [{ type: pingType, source: pingSourceUri(namespace, name) }],
        conditions: conditions.list(),
        ...(sinkUri === undefined ? {} : { sinkUri }),
      },
    };
  },
};

function leadsTo({ spec, metadata }: PingSource, resource: string, object: KubeObject): boolean {
  const ref = spec?.sink?.ref;
  return (
    ref !== undefined &&
    ref.name === object.metadata.name &&
    (ref.namespace || metadata.namespace) === object.metadata.namespace &&
    resourceOf(ref.apiVersion ?? 'v1', ref.kind) === resource
  );
}
