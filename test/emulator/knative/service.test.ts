import { describe, expect, it } from 'vitest';
import { reconcileConfiguration } from '../../../emulator/knative/configuration/reconcile.ts';
import { reconcileService } from '../../../emulator/knative/service/reconcile.ts';
import {
  aConfiguration,
  aRevision,
  aRoute,
  aService,
  named,
  ownedBy,
  ready,
  withAnnotations,
  withEnv,
  withGeneration,
  withLabels,
  withStatus,
  withTemplateAnnotations,
  withTemplateName,
  withTraffic,
} from './support/builders.ts';
import { child, childrenOf, conditionsOf, viewOf } from './support/view.ts';

const now = Date.parse('2023-11-14T23:00:00Z');
const owner = aService();
const readyConfiguration = aConfiguration(
  ownedBy(owner),
  withStatus({ Ready: 'True' }, { latestCreatedRevisionName: 'hello-00001', latestReadyRevisionName: 'hello-00001' }),
);
const routed = { traffic: [{ revisionName: 'hello-00001', latestRevision: true, percent: 100 }], url: 'http://u' };
const readyRoute = aRoute(ownedBy(owner), withStatus({ Ready: 'True' }, routed));
const service = (object: Parameters<typeof reconcileService>[0], ...others: Parameters<typeof viewOf>) =>
  reconcileService(object, viewOf(...others), now);

describe('Service', () => {
  it('hands labels and annotations on, but not those of kubectl and of the rollout', () => {
    const annotations = {
      'example.com/a': 'b',
      'serving.knative.dev/rollout-duration': '10s',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
    };
    const outcome = service(aService(withLabels({ app: 'shop' }), withAnnotations(annotations)));
    expect(child(outcome, 'Configuration')).toMatchObject({
      metadata: {
        labels: {
          app: 'shop',
          'serving.knative.dev/service': 'hello',
          'serving.knative.dev/serviceUID': 'uid-of-ksvc',
        },
        annotations: { 'example.com/a': 'b', 'serving.knative.dev/routes': 'hello' },
      },
    });
    expect(child<{ metadata: { annotations: object } }>(outcome, 'Route').metadata.annotations).toEqual({
      'example.com/a': 'b',
      'serving.knative.dev/rollout-duration': '10s',
    });
    expect(child(outcome, 'Route')).toMatchObject({
      spec: { traffic: [{ configurationName: 'hello', latestRevision: true, percent: 100 }] },
    });
  });

  it('takes over what its Configuration and its Route say', () => {
    const outcome = service(aService(), readyConfiguration, readyRoute);
    expect(conditionsOf(outcome.status)).toEqual({ ConfigurationsReady: 'True', RoutesReady: 'True', Ready: 'True' });
    expect(outcome.status).toMatchObject({ url: 'http://u', latestReadyRevisionName: 'hello-00001' });
  });

  it.each([
    ['Configuration', aConfiguration(), 'ConfigurationsReady'],
    ['Route', aRoute(), 'RoutesReady'],
  ])('leaves a %s alone that is not its own', (kind, stranger, condition) => {
    const outcome = service(aService(), stranger, ...(kind === 'Route' ? [readyConfiguration] : []));
    expect(conditionsOf(outcome.status)[condition]).toBe(
      `False NotOwned: There is an existing ${kind} "hello" that we do not own.`,
    );
    expect(childrenOf(outcome)).not.toContain(`${kind}/hello`);
  });

  it('waits with the Route while a brought name is not settled', () => {
    const outcome = service(aService(withTemplateName('hello-a')), readyConfiguration, readyRoute);
    expect(conditionsOf(outcome.status).ConfigurationsReady).toContain('Unknown OutOfDate');
    expect(outcome.children?.find(({ object }) => object.kind === 'Route')?.update).toBe('create-only');
  });

  it('does not move traffic to a name that another revision has', () => {
    const configuration = aConfiguration(
      ownedBy(owner),
      withGeneration(3),
      withTemplateName('hello-a'),
      withEnv('A', '3'),
      withStatus({ Ready: 'False RevisionFailed: x' }),
    );
    const wanted = aService(withTemplateName('hello-a'), withEnv('A', '3'));
    const outcome = service(wanted, configuration, aRevision('hello-a'), readyRoute);
    expect(conditionsOf(outcome.status).RoutesReady).toBe(
      'False RevisionNameTaken: The revision name "hello-a" is taken by a conflicting Revision, so traffic will not be migrated',
    );
  });

  it('says when the Route serves something else than it should', () => {
    const behind = aRoute(
      ownedBy(owner),
      withStatus({ Ready: 'True' }, { traffic: [{ revisionName: 'hello-00000', latestRevision: true, percent: 100 }] }),
    );
    expect(conditionsOf(service(aService(), readyConfiguration, behind).status).RoutesReady).toBe(
      'Unknown TrafficNotMigrated: Traffic is not yet migrated to the latest revision.',
    );
  });

  it('sees a change of its spec before its children do', () => {
    const changed = aService(withTraffic({ revisionName: 'hello-00001', latestRevision: false, percent: 100 }));
    expect(conditionsOf(service(changed, readyConfiguration, readyRoute).status)).toEqual({
      ConfigurationsReady: 'True',
      RoutesReady: 'Unknown OutOfDate: The Route is still working to reflect the latest desired specification.',
      Ready: 'Unknown OutOfDate: The Route is still working to reflect the latest desired specification.',
    });
  });

  it('keeps what others have put into its status', () => {
    const marked = aService(withStatus({ Ready: 'Unknown' }, { annotations: { a: 'b' } }));
    expect(service(marked, readyConfiguration, readyRoute).status).toMatchObject({ annotations: { a: 'b' } });
  });
});

describe('Configuration', () => {
  const configuration = (object: Parameters<typeof reconcileConfiguration>[0], ...others: Parameters<typeof viewOf>) =>
    reconcileConfiguration(object, viewOf(...others), now);

  it('makes the revision of its generation', () => {
    const outcome = configuration(
      aConfiguration(
        withGeneration(7),
        withTemplateAnnotations({ 'a.b/c': 'd' }),
        withLabels({ 'serving.knative.dev/service': 'hello', 'serving.knative.dev/serviceUID': 'u' }),
        withAnnotations({ 'serving.knative.dev/routes': 'hello', 'serving.knative.dev/lastModifier': 'me' }),
      ),
    );
    expect(child(outcome, 'Revision', 'hello-00007')).toMatchObject({
      metadata: {
        labels: {
          'serving.knative.dev/configuration': 'hello',
          'serving.knative.dev/configurationGeneration': '7',
          'serving.knative.dev/configurationUID': 'uid-of-config',
          'serving.knative.dev/routingState': 'active',
          'serving.knative.dev/service': 'hello',
          'serving.knative.dev/serviceUID': 'u',
        },
        annotations: {
          'a.b/c': 'd',
          'serving.knative.dev/creator': 'me',
          'serving.knative.dev/routes': 'hello',
          'serving.knative.dev/routingStateModified': '2023-11-14T23:00:00Z',
        },
      },
    });
    expect(outcome.status).toMatchObject({ latestCreatedRevisionName: 'hello-00007' });
  });

  it('without a route makes it pending', () => {
    const { metadata } = child<{ metadata: { labels: Record<string, string> } }>(
      configuration(aConfiguration()),
      'Revision',
    );
    expect(metadata.labels['serving.knative.dev/routingState']).toBe('pending');
  });

  it('keeps revisions that are older', () => {
    const outcome = configuration(aConfiguration(withGeneration(2)), aRevision('hello-00001', ready));
    expect(childrenOf(outcome)).toEqual(['Revision/hello-00001', 'Revision/hello-00002']);
    expect(outcome.status).toMatchObject({
      latestCreatedRevisionName: 'hello-00002',
      latestReadyRevisionName: 'hello-00001',
    });
  });

  it.each([
    [
      'another Configuration',
      aRevision(
        'hello-a',
        ownedBy(
          aConfiguration(named('other'), ({ metadata }) => {
            metadata.uid = 'other';
          }),
        ),
      ),
    ],
    [
      'an older generation with another spec',
      aRevision('hello-a', withLabels({ 'serving.knative.dev/configurationGeneration': '1' })),
    ],
  ])('refuses a name that %s has', (_, standing) => {
    const outcome = configuration(
      aConfiguration(withGeneration(3), withTemplateName('hello-a'), withEnv('A', '1')),
      standing,
    );
    expect(conditionsOf(outcome.status).Ready).toBe(
      'False RevisionFailed: Revision creation failed with message: revisions.serving.knative.dev "hello-a" already exists.',
    );
  });

  it('takes an older revision of that name with the same spec', () => {
    const older = aRevision('hello-a', ready, withLabels({ 'serving.knative.dev/configurationGeneration': '1' }));
    const outcome = configuration(
      aConfiguration(withGeneration(3), withTemplateName('hello-a')),
      older,
      aRevision('hello-00002', ready),
    );
    expect(outcome.status).toMatchObject({ latestCreatedRevisionName: 'hello-a', latestReadyRevisionName: 'hello-a' });
    expect(conditionsOf(outcome.status).Ready).toBe('True');
  });

  it('does not go back behind the latest ready one, and says why the newest failed', () => {
    const outcome = configuration(
      aConfiguration(withGeneration(3), withStatus({ Ready: 'Unknown' }, { latestReadyRevisionName: 'hello-00002' })),
      aRevision('hello-00001', ready),
      aRevision('hello-00002', ready),
      aRevision('hello-00003', withStatus({ Ready: 'False ExitCode1: Container failed with: oh' })),
    );
    expect(outcome.status).toMatchObject({
      latestCreatedRevisionName: 'hello-00003',
      latestReadyRevisionName: 'hello-00002',
    });
    expect(conditionsOf(outcome.status).Ready).toBe(
      'False RevisionFailed: Revision "hello-00003" failed with message: Container failed with: oh.',
    );
    expect(outcome.events).toEqual([
      { type: 'Warning', reason: 'LatestCreatedFailed', message: 'Latest created revision "hello-00003" has failed' },
    ]);
  });
});
