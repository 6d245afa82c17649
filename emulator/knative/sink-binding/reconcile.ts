/** SinkBinding: gives the containers of its subjects K_SINK and K_CE_OVERRIDES, and takes them away again when it goes. */
import type { Controller, Outcome } from '../../kernel/controller.ts';
import { type KubeObject, keyOf } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { beginConditions, livingConditions } from '../conditions.ts';
import { resourceOf } from '../destination.ts';
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
import { sinkVariables, withoutSink, withSink } from './resources.ts';
import type { SinkBinding } from './types.ts';

const finalizer = 'sinkbindings.sources.knative.dev';
const conditionSet = livingConditions(
  'SinkBindingAvailable',
  'SinkProvided',
  'OIDCIdentityCreated',
  'OIDCTokenSecretCreated',
  'TrustBundlePropagated',
);
const references = referenceIndex<SinkBinding>(eventingResources.sinkBindings, ({ spec }) => refsOf(spec?.sink));
/** What has a pod template. */
const subjects = [
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'services.serving.knative.dev',
  'configurations.serving.knative.dev',
];

export const sinkBindingController: Controller<SinkBinding> = {
  name: 'sinkbinding',
  resource: eventingResources.sinkBindings,
  watches: [
    ...watchReferences(references, addressables),
    ...subjects.map((resource) => ({
      resource,
      keys: ({ metadata }: KubeObject, view: View) =>
        view
          .list<SinkBinding>(eventingResources.sinkBindings, { namespace: metadata.namespace ?? '' })
          .filter(({ spec }) => resourceOf(spec?.subject.apiVersion ?? '', spec?.subject.kind ?? '') === resource)
          .map(keyOf),
    })),
  ],

  reconcile(binding, view, now) {
    const { namespace = '', deletionTimestamp } = binding.metadata;
    const { subject, sink, ceOverrides } = binding.spec ?? {};
    const resource = resourceOf(subject?.apiVersion ?? '', subject?.kind ?? '');
    const found = subjectsOf(binding, resource, view);
    if (deletionTimestamp) {
      return { metadata: withoutFinalizer(binding, finalizer), patches: patchesOf(resource, found, withoutSink) };
    }
    const metadata = withFinalizer(binding, finalizer);
    const conditions = beginConditions(conditionSet, binding, now);
    const told = (rest: Outcome & { sinkUri?: string } = {}): Outcome => {
      const { sinkUri, ...outcome } = rest;
      return {
        ...outcome,
        ...(metadata ? { metadata } : {}),
        status: { ...binding.status, ...(sinkUri ? { sinkUri } : {}), conditions: conditions.list() },
      };
    };
    if (found.length === 0) {
      const missing = subject?.name ? `${resource} "${subject.name}" not found` : `no ${resource} matches the selector`;
      conditions.markFalse('SinkBindingAvailable', 'SubjectMissing', missing);
      return told();
    }
    const { uri, error } = tryResolve(sink, namespace, view);
    if (error !== undefined) {
      conditions.markFalse('SinkProvided', 'NotFound', error);
      return told();
    }
    conditions.markTrue('SinkProvided');
    markOidcDisabled(conditions, 'OIDCIdentityCreated', 'OIDCTokenSecretCreated');
    conditions.markTrue('TrustBundlePropagated');
    conditions.markTrue('SinkBindingAvailable');
    const variables = sinkVariables(uri, ceOverrides);
    return told({ sinkUri: uri, patches: patchesOf(resource, found, (spec) => withSink(spec, variables)) });
  },
};

function subjectsOf({ spec, metadata }: SinkBinding, resource: string, view: View): KubeObject[] {
  const { namespace = '' } = metadata;
  const { name, selector } = spec?.subject ?? {};
  if (name) {
    const found = view.get(resource, namespace, name);
    return found ? [found] : [];
  }
  return view.list(resource, { namespace }).filter((object) => selects(selector, object));
}

interface WithTemplate {
  template?: { spec?: Parameters<typeof withoutSink>[0] };
}

function patchesOf(
  resource: string,
  objects: readonly KubeObject[],
  change: typeof withoutSink,
): NonNullable<Outcome['patches']> {
  return objects.flatMap((object) => {
    const spec = (object.spec as WithTemplate | undefined)?.template?.spec;
    return spec ? [{ resource, key: keyOf(object), patch: { spec: { template: { spec: change(spec) } } } }] : [];
  });
}
