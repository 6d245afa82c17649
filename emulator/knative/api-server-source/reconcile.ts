/** ApiServerSource status: its sink is resolved, and what it watches is watched by the platform itself. */
import type { Controller } from '../../kernel/controller.ts';
import { keyOf } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { beginConditions, livingConditions } from '../conditions.ts';
import {
  addressables,
  eventingResources,
  markOidcDisabled,
  referenceIndex,
  refsOf,
  tryResolve,
  watchReferences,
  withFinalizer,
  withoutFinalizer,
} from '../eventing.ts';
import { selects } from '../objects.ts';
import type { ApiServerSource } from './types.ts';

const finalizer = 'apiserversources.sources.knative.dev';
const conditionSet = livingConditions('SinkProvided', 'Deployed', 'SufficientPermissions', 'OIDCIdentityCreated');
const references = referenceIndex<ApiServerSource>(eventingResources.apiServerSources, ({ spec }) =>
  refsOf(spec?.sink),
);
/** The API server's address in the cluster, which names the source. */
export const apiServerUri = 'https://10.96.0.1:443';
const changes = ['add', 'delete', 'update'] as const;

export function apiServerEventType(
  mode: 'Reference' | 'Resource' | undefined,
  change: (typeof changes)[number],
): string {
  return `dev.knative.apiserver.${mode === 'Resource' ? 'resource' : 'ref'}.${change}`;
}

export const apiServerSourceController: Controller<ApiServerSource> = {
  name: 'apiserversource',
  resource: eventingResources.apiServerSources,
  watches: [
    ...watchReferences(references, addressables),
    {
      resource: 'namespaces',
      keys: (_, view) =>
        view
          .list<ApiServerSource>(eventingResources.apiServerSources)
          .filter(({ spec }) => spec?.namespaceSelector)
          .map(keyOf),
    },
  ],

  reconcile(source, view, now) {
    const { namespace = '', deletionTimestamp } = source.metadata;
    if (deletionTimestamp) return { metadata: withoutFinalizer(source, finalizer) };
    const metadata = withFinalizer(source, finalizer);
    const conditions = beginConditions(conditionSet, source, now);
    markOidcDisabled(conditions, 'OIDCIdentityCreated');
    const { uri, error } = tryResolve(source.spec?.sink, namespace, view);
    const { sinkUri: _, ...before } = source.status ?? {};
    if (error === undefined) {
      conditions.markTrue('SinkProvided');
      // Nobody's rights are checked here (ARCHITECTURE.md), and there is nothing to deploy.
      conditions.markTrue('SufficientPermissions');
      conditions.markTrue('Deployed');
    } else conditions.markFalse('SinkProvided', 'NotFound', error);
    return {
      ...(metadata ? { metadata } : {}),
      status: {
        ...before,
        ...(uri === undefined ? {} : { sinkUri: uri }),
        ceAttributes: changes.map((change) => ({
          source: apiServerUri,
          type: apiServerEventType(source.spec?.mode, change),
        })),
        namespaces: namespacesOf(source, view),
        conditions: conditions.list(),
      },
    };
  },
};

/** Its own, or those that its selector chooses; an empty one chooses all. */
function namespacesOf({ spec, metadata }: ApiServerSource, view: View): string[] {
  const selector = spec?.namespaceSelector;
  if (!selector) return [metadata.namespace ?? ''];
  return view
    .list('namespaces')
    .filter((namespace) => selects(selector, namespace))
    .map(({ metadata: { name } }) => name)
    .sort();
}
