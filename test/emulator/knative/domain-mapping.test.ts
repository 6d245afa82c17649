import { describe, expect, it } from 'vitest';
import { reconcileDomainMapping } from '../../../emulator/knative/domain-mapping/reconcile.ts';
import type { DomainMapping } from '../../../emulator/knative/domain-mapping/types.ts';
import { aService, birth, deleting, type Part, withStatus } from './support/builders.ts';
import { child, conditionsOf, viewOf } from './support/view.ts';

const now = Date.parse('2023-11-14T23:00:00Z');
const host = 'www.example.net';
const metadata = {
  name: host,
  namespace: 'default',
  uid: 'uid-of-dm',
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: birth,
};

function aMapping(...parts: Part<DomainMapping>[]): DomainMapping {
  const ref = { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'hello', namespace: 'default' };
  const object: DomainMapping = {
    apiVersion: 'serving.knative.dev/v1beta1',
    kind: 'DomainMapping',
    metadata: { ...metadata },
    spec: { ref },
  };
  for (const part of parts) part(object);
  return object;
}
const withRef =
  (ref: Partial<NonNullable<DomainMapping['spec']>['ref']>): Part<DomainMapping> =>
  ({ spec }) => {
    if (spec) spec.ref = { ...spec.ref, ...ref };
  };
const claim = (namespace: string) => {
  const { namespace: _, ...cluster } = metadata;
  return {
    apiVersion: 'networking.internal.knative.dev/v1alpha1',
    kind: 'ClusterDomainClaim',
    metadata: cluster,
    spec: { namespace },
  };
};
const autocreate = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...metadata, name: 'config-network', namespace: 'knative-serving', resourceVersion: '9' },
  data: { 'autocreate-cluster-domain-claims': 'true' },
};
const served = (url: string) => aService(withStatus({ Ready: 'True' }, { address: { url } }));
const hello = served('http://hello.default.svc.cluster.local');
const mapping = (object: DomainMapping, ...others: Parameters<typeof viewOf>) =>
  reconcileDomainMapping(object, viewOf(...others), now);

describe('DomainMapping', () => {
  it('of a claimed domain asks for an Ingress that leads to the Service under its inner name', () => {
    const outcome = mapping(aMapping(), claim('default'), hello);
    expect(child(outcome, 'Ingress', host)).toMatchObject({
      metadata: {
        labels: {
          'serving.knative.dev/domainMappingUID': 'uid-of-dm',
          'serving.knative.dev/domainMappingNamespace': 'default',
        },
      },
      spec: {
        httpOption: 'Enabled',
        rules: [
          {
            hosts: [host],
            visibility: 'ExternalIP',
            http: {
              paths: [
                {
                  rewriteHost: 'hello.default.svc.cluster.local',
                  splits: [{ serviceName: 'hello', percent: 100, appendHeaders: { 'K-Original-Host': host } }],
                },
              ],
            },
          },
        ],
      },
    });
    expect(outcome.status).toMatchObject({ url: `http://${host}`, address: { url: `http://${host}` } });
    expect(outcome.metadata?.finalizers).toEqual(['domainmappings.serving.knative.dev']);
  });

  it.each([
    ['nobody has claimed', []],
    ['another namespace has claimed', [claim('other')]],
  ])('of a domain that %s is refused', (_, claims) => {
    const outcome = mapping(aMapping(), ...claims, hello);
    expect(conditionsOf(outcome.status).DomainClaimed).toBe(
      'False DomainAlreadyClaimed: The domain name is already in use by another DomainMapping',
    );
    expect(outcome.children).toBeUndefined();
  });

  it('claims its domain where the platform says so, and gives the claim back', () => {
    expect(mapping(aMapping(), autocreate, hello).ensure).toMatchObject([
      { object: { kind: 'ClusterDomainClaim', metadata: { name: host }, spec: { namespace: 'default' } } },
    ]);
    const leaving = aMapping(deleting, ({ metadata: own }) => {
      own.finalizers = ['domainmappings.serving.knative.dev'];
    });
    expect(mapping(leaving, autocreate, claim('default'))).toMatchObject({
      deletes: [{ key: host }],
      metadata: { finalizers: [] },
    });
    expect(mapping(leaving, claim('default')).deletes).toBeUndefined();
    expect(mapping(leaving, autocreate, claim('other')).deletes).toBeUndefined();
  });

  it.each<[Partial<NonNullable<DomainMapping['spec']>['ref']>, Parameters<typeof viewOf>, string]>([
    [{ name: 'none' }, [], 'failed to get object default/none: services.serving.knative.dev "none" not found'],
    [{ apiVersion: 'v1', name: 'none' }, [], 'failed to get object default/none: services "none" not found'],
    [{ apiVersion: 'v1', kind: 'Pod', name: 'none' }, [], 'failed to get object default/none: pods "none" not found'],
    [{}, [aService()], 'address not set for &ObjectReference{Kind:Service,Namespace:default,Name:hello,'],
    [
      {},
      [served('http://hello.default.svc.cluster.local/path')],
      'resolved URI "http://hello.default.svc.cluster.local/path" contains a path',
    ],
    [
      {},
      [served('http://example.org')],
      'resolved URI "http://example.org" must be of the form {name}.{namespace}.svc.cluster.local',
    ],
    [
      {},
      [served('http://hello.other.svc.cluster.local')],
      'resolved URI "http://hello.other.svc.cluster.local" must be in same namespace as DomainMapping',
    ],
  ])('to %o: %#', (ref, others, fault) => {
    const { ReferenceResolved } = conditionsOf(mapping(aMapping(withRef(ref)), claim('default'), ...others).status);
    expect(ReferenceResolved).toContain(`False ResolveFailed: ${fault}`);
  });

  it('with a certificate of its user is served with TLS', () => {
    const outcome = mapping(
      aMapping(({ spec }) => {
        if (spec) spec.tls = { secretName: 'mine' };
      }),
      claim('default'),
      hello,
    );
    expect(outcome.status).toMatchObject({ url: `https://${host}` });
    expect(conditionsOf(outcome.status).CertificateProvisioned).toContain('True CertificateExternallyProvided');
    expect(child(outcome, 'Ingress')).toMatchObject({
      spec: { tls: [{ hosts: [host], secretName: 'mine', secretNamespace: 'default' }] },
    });
  });
});
