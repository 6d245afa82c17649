import { describe, expect, it } from 'vitest';
import type { Ingress } from '../../../emulator/knative/ingress/types.ts';
import { reconcileLabels } from '../../../emulator/knative/route/labeler.ts';
import { reconcileRoute } from '../../../emulator/knative/route/reconcile.ts';
import type { Route } from '../../../emulator/knative/route/types.ts';
import {
  aConfiguration,
  aRevision,
  aRoute,
  birth,
  deleting,
  named,
  ownedBy,
  type Part,
  ready,
  withAnnotations,
  withGeneration,
  withLabels,
  withStatus,
  withTraffic,
} from './support/builders.ts';
import { child, childrenOf, conditionsOf, viewOf } from './support/view.ts';

const now = Date.parse('2023-11-14T23:00:00Z');
const configMap = (name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    namespace: 'knative-serving',
    uid: name,
    resourceVersion: JSON.stringify(data),
    creationTimestamp: birth,
  },
  data,
});
const domains = configMap('config-domain', { 'example.com': '' });
const configuration = aConfiguration(
  withStatus({ Ready: 'True' }, { latestCreatedRevisionName: 'hello-00002', latestReadyRevisionName: 'hello-00002' }),
);
const one = aRevision('hello-00001', ready);
const two = aRevision('hello-00002', ready);
const route = (object: Route, ...others: Parameters<typeof viewOf>) =>
  reconcileRoute(object, viewOf(domains, configuration, one, two, ...others), now);
const ingressOf = (outcome: ReturnType<typeof route>) => child<Ingress>(outcome, 'Ingress');
const hosts = (outcome: ReturnType<typeof route>) =>
  ingressOf(outcome).spec?.rules?.map(({ hosts: names, visibility }) => `${visibility}: ${names?.join(' ')}`);

describe('Route', () => {
  it('asks for an Ingress inside and outside, and a placeholder', () => {
    const outcome = route(aRoute());
    expect(childrenOf(outcome)).toEqual(['Service/hello', 'Ingress/hello']);
    expect(hosts(outcome)).toEqual([
      'ClusterLocal: hello.default hello.default.svc hello.default.svc.cluster.local',
      'ExternalIP: hello.default.example.com',
    ]);
    expect(conditionsOf(outcome.status)).toEqual({
      AllTrafficAssigned: 'True',
      CertificateProvisioned: 'True TLSNotEnabled: external-domain-tls is not enabled',
      IngressReady: 'Unknown IngressNotConfigured: Ingress has not yet been reconciled.',
      Ready: 'Unknown IngressNotConfigured: Ingress has not yet been reconciled.',
    });
  });

  it.each([
    [
      { configurationName: 'none' },
      'False ConfigurationMissing: Configuration "none" referenced in traffic not found.',
    ],
    [{ revisionName: 'none' }, 'False RevisionMissing: Revision "none" referenced in traffic not found.'],
    [{ revisionName: 'hello-00003' }, 'Unknown RevisionMissing: Revision "hello-00003" is not yet ready.'],
    [{ revisionName: 'hello-00004' }, 'False RevisionMissing: Revision "hello-00004" failed to become ready.'],
    [
      { configurationName: 'waiting' },
      'Unknown RevisionMissing: Configuration "waiting" is waiting for a Revision to become ready.',
    ],
    [
      { configurationName: 'failed' },
      'False RevisionMissing: Configuration "failed" does not have any ready Revision.',
    ],
  ])('%o: %s', (target, expected) => {
    const outcome = route(
      aRoute(withTraffic({ ...target, percent: 100 })),
      aRevision('hello-00003', withStatus({ Ready: 'Unknown' })),
      aRevision('hello-00004', withStatus({ Ready: 'False' })),
      aConfiguration(named('waiting'), withStatus({ Ready: 'Unknown' })),
      aConfiguration(named('failed'), withStatus({ Ready: 'False RevisionFailed: x' })),
    );
    expect(conditionsOf(outcome.status).AllTrafficAssigned).toBe(expected);
    expect(outcome.children).toBeUndefined();
  });

  it('names a failure before what is only to be waited for', () => {
    const waiting = aRevision('hello-00003', withStatus({ Ready: 'Unknown' }));
    const traffic = withTraffic<Route>(
      { revisionName: 'hello-00003', percent: 50 },
      { revisionName: 'none', percent: 50 },
    );
    expect(conditionsOf(route(aRoute(traffic), waiting).status).AllTrafficAssigned).toContain('"none" referenced');
  });

  it.each([
    [
      { 'serving.knative.dev/service': 'other' },
      'Revision "hello-00001" belongs to Service "hello", not Service "other".',
    ],
    [{}, undefined],
  ])('of Service %o may use revisions of its own', (labels, fault) => {
    const traffic = withTraffic<Route>({ revisionName: 'hello-00001', latestRevision: false, percent: 100 });
    const { AllTrafficAssigned } = conditionsOf(route(aRoute(traffic, withLabels(labels))).status);
    expect(AllTrafficAssigned).toBe(fault ? `False RevisionNotOwned: ${fault}` : 'True');
  });

  it('gives each tag a host, a URL and a placeholder', () => {
    const outcome = route(
      aRoute(
        withTraffic(
          { revisionName: 'hello-00001', latestRevision: false, percent: 75, tag: 'stable' },
          { configurationName: 'hello', latestRevision: true, percent: 25, tag: 'next' },
          { revisionName: 'hello-00001', latestRevision: false, percent: 0, tag: 'old' },
        ),
      ),
    );
    expect(childrenOf(outcome)).toEqual([
      'Service/hello',
      'Service/next-hello',
      'Service/old-hello',
      'Service/stable-hello',
      'Ingress/hello',
    ]);
    expect(outcome.status?.['traffic']).toEqual([
      {
        revisionName: 'hello-00001',
        latestRevision: false,
        percent: 75,
        tag: 'stable',
        url: 'http://stable-hello.default.example.com',
      },
      {
        revisionName: 'hello-00002',
        latestRevision: true,
        percent: 25,
        tag: 'next',
        url: 'http://next-hello.default.example.com',
      },
      {
        revisionName: 'hello-00001',
        latestRevision: false,
        percent: 0,
        tag: 'old',
        url: 'http://old-hello.default.example.com',
      },
    ]);
    const splits = ingressOf(outcome).spec?.rules?.map(({ http }) =>
      http?.paths[0]?.splits.map(({ serviceName, percent }) => `${serviceName} ${percent}`).join(),
    );
    expect(splits?.slice(0, 3)).toEqual([
      'hello-00001 75,hello-00002 25',
      'hello-00001 75,hello-00002 25',
      'hello-00002 100',
    ]);
    expect(
      JSON.parse(ingressOf(outcome).metadata.annotations?.['networking.internal.knative.dev/tag-to-host'] ?? ''),
    ).toEqual({
      next: ['next-hello.default.svc.cluster.local', 'next-hello.default.example.com'],
      old: ['old-hello.default.svc.cluster.local', 'old-hello.default.example.com'],
      stable: ['stable-hello.default.svc.cluster.local', 'stable-hello.default.example.com'],
    });
  });

  it('with tags by header gives each tag a path', () => {
    const features = configMap('config-features', { 'tag-header-based-routing': 'enabled' });
    const outcome = route(
      aRoute(
        withTraffic(
          { configurationName: 'hello', latestRevision: true, percent: 100 },
          { revisionName: 'hello-00001', latestRevision: false, tag: 'old' },
        ),
      ),
      features,
    );
    const paths = ingressOf(outcome).spec?.rules?.map(({ http }) =>
      http?.paths.map(({ headers, appendHeaders }) => ({ headers, appendHeaders })),
    );
    expect(paths?.[0]).toEqual([
      { headers: { 'Knative-Serving-Tag': { exact: 'old' } }, appendHeaders: undefined },
      { headers: undefined, appendHeaders: { 'Knative-Serving-Default-Route': 'true' } },
    ]);
    expect(paths?.[2]).toEqual([{ headers: undefined, appendHeaders: { 'Knative-Serving-Tag': 'old' } }]);
  });

  it('that is cluster-local has no outside', () => {
    const outcome = route(aRoute(withLabels({ 'networking.knative.dev/visibility': 'cluster-local' })));
    expect(hosts(outcome)).toEqual(['ClusterLocal: hello.default hello.default.svc hello.default.svc.cluster.local']);
    expect(outcome.status).toMatchObject({ url: 'http://hello.default.svc.cluster.local' });
    expect(child<Route>(outcome, 'Service').metadata.labels).not.toHaveProperty('networking.knative.dev/visibility');
  });

  it('follows a placeholder that is made cluster-local', () => {
    const placeholder = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        ...aRoute(
          named('old-hello'),
          withLabels({ 'serving.knative.dev/route': 'hello', 'networking.knative.dev/visibility': 'cluster-local' }),
        ).metadata,
      },
    };
    ownedBy(aRoute())(placeholder);
    const outcome = route(
      aRoute(
        withTraffic(
          { configurationName: 'hello', latestRevision: true, percent: 100 },
          { revisionName: 'hello-00001', latestRevision: false, tag: 'old' },
        ),
      ),
      placeholder,
    );
    expect(hosts(outcome)?.filter((rule) => rule.includes('old-hello'))).toEqual([
      'ClusterLocal: old-hello.default old-hello.default.svc old-hello.default.svc.cluster.local',
    ]);
  });

  it('takes the domain of its labels and the templates of the platform', () => {
    const view = [
      configMap('config-domain', { 'example.com': '', 'shop.example.com': 'selector:\n  team: shop\n' }),
      configMap('config-network', { 'domain-template': '{{.Name}}.sls-{{index .Labels "team"}}.{{.Domain}}' }),
    ];
    const outcome = reconcileRoute(aRoute(withLabels({ team: 'shop' })), viewOf(...view, configuration, one, two), now);
    expect(outcome.status).toMatchObject({ url: 'http://hello.sls-shop.shop.example.com' });
  });

  it('says why a template makes no name', () => {
    const broken = configMap('config-network', { 'domain-template': '{{.Name}}_{{.Namespace}}.{{.Domain}}' });
    const outcome = reconcileRoute(aRoute(), viewOf(domains, broken, configuration, one, two), now);
    expect(conditionsOf(outcome.status).AllTrafficAssigned).toMatch(
      /^False ErrorConfig: domain name error: invalid domain name/,
    );
  });

  it('does not take over a Service that is in the way', () => {
    const stranger = { apiVersion: 'v1', kind: 'Service', metadata: aRoute().metadata };
    expect(conditionsOf(route(aRoute(), stranger).status).IngressReady).toBe(
      'False NotOwned: There is an existing placeholder Service "hello" that we do not own.',
    );
  });

  it('points its placeholder at the gateway that the Ingress names, and is ready with it', () => {
    const made = ingressOf(route(aRoute()));
    const ingress: Ingress = {
      ...made,
      metadata: { ...aRoute().metadata, ...made.metadata },
    };
    withStatus<Ingress>(
      { Ready: 'True' },
      { privateLoadBalancer: { ingress: [{ domainInternal: 'gateway.inside' }] } },
    )(ingress);
    const outcome = route(aRoute(withStatus({ Ready: 'Unknown' })), ingress);
    expect(child(outcome, 'Service')).toMatchObject({ spec: { type: 'ExternalName', externalName: 'gateway.inside' } });
    expect(conditionsOf(outcome.status).Ready).toBe('True');
  });
});

describe('labeler', () => {
  const patchesOf = (object: Route, ...others: Parameters<typeof viewOf>) =>
    Object.fromEntries(
      (reconcileLabels(object, viewOf(...others), now).patches ?? []).map(({ key, patch }) => [key, patch]),
    );
  const reserve = withLabels<ReturnType<typeof aRevision>>({ 'serving.knative.dev/routingState': 'reserve' });
  const routes = (value: string): Part<ReturnType<typeof aRevision>> =>
    withAnnotations({ 'serving.knative.dev/routes': value });

  it('marks what a Route leads to, with the newest revision of a Configuration that it follows', () => {
    const follow = aConfiguration(withStatus({ Ready: 'Unknown' }, { latestCreatedRevisionName: 'hello-00002' }));
    expect(patchesOf(aRoute(), follow, aRevision('hello-00002', reserve))).toEqual({
      'default/hello': { metadata: { labels: {}, annotations: { 'serving.knative.dev/routes': 'hello' } } },
      'default/hello-00002': {
        metadata: {
          labels: { 'serving.knative.dev/routingState': 'active' },
          annotations: {
            'serving.knative.dev/routes': 'hello',
            'serving.knative.dev/routingStateModified': '2023-11-14T23:00:00Z',
          },
        },
      },
    });
  });

  it('leaves the old ones until the Route is ready again', () => {
    const old = aRevision('hello-00001', routes('hello'));
    const target = withTraffic<Route>({ revisionName: 'hello-00002', percent: 100 });
    const settled = withStatus<Route>({ Ready: 'True' });
    const other = aRevision('hello-00002', routes('hello'));
    expect(patchesOf(aRoute(target, settled, withGeneration(2)), old, other)).toEqual({});
    expect(patchesOf(aRoute(target, settled), old, other)).toEqual({
      'default/hello-00001': {
        metadata: {
          labels: { 'serving.knative.dev/routingState': 'reserve' },
          annotations: {
            'serving.knative.dev/routes': null,
            'serving.knative.dev/routingStateModified': '2023-11-14T23:00:00Z',
          },
        },
      },
    });
  });

  it('keeps what another Route leads to', () => {
    const shared = aRevision('hello-00001', routes('hello,other'));
    const settled = aRoute(withTraffic({ revisionName: 'hello-00002', percent: 100 }), withStatus({ Ready: 'True' }));
    expect(patchesOf(settled, shared)).toEqual({
      'default/hello-00001': { metadata: { labels: {}, annotations: { 'serving.knative.dev/routes': 'other' } } },
    });
  });

  it('clears everything when its Route goes, and lets it go', () => {
    const leaving = aRoute(deleting, ({ metadata }) => {
      metadata.finalizers = ['routes.serving.knative.dev', 'mine'];
    });
    const outcome = reconcileLabels(leaving, viewOf(aRevision('hello-00001', routes('hello'))), now);
    expect(outcome.metadata).toEqual({ finalizers: ['mine'] });
    expect(outcome.patches).toHaveLength(1);
  });
});
