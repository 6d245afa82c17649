import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { View } from '../../../emulator/kernel/resource.ts';
import { validateConfigMap } from '../../../emulator/knative/config/admission.ts';
import { exampleChecksum } from '../../../emulator/knative/config/checksum.ts';
import { domainFor, domainName, expandedHosts, hostnameFor } from '../../../emulator/knative/config/domains.ts';
import { defaultConfig, readConfig } from '../../../emulator/knative/config/read.ts';
import { configMapSeeds } from '../../../emulator/knative/config/seeds.ts';

/** A view over ConfigMaps by name, which counts versions as a store does. */
function aView(
  maps: Record<string, Record<string, string>>,
): View & { set(name: string, data: Record<string, string>): void } {
  let version = 0;
  const stored = new Map<string, KubeObject & { data: Record<string, string> }>();
  const set = (name: string, data: Record<string, string>) => {
    stored.set(name, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, uid: name, resourceVersion: String(++version), creationTimestamp: '' },
      data,
    });
  };
  for (const [name, data] of Object.entries(maps)) set(name, data);
  return {
    get: <T extends KubeObject>(_: string, namespace: string | undefined, name: string) =>
      stored.get(`${namespace}/${name}`) as T | undefined,
    list: () => [],
    set,
  };
}

it('has the defaults that Knative documents', () => {
  const { defaults, autoscaler, network, gc, deployment, features } = defaultConfig();
  expect(defaults).toMatchObject({
    revisionTimeoutSeconds: 300,
    maxRevisionTimeoutSeconds: 600,
    containerConcurrency: 0,
    containerConcurrencyMaxLimit: 1000,
    enableServiceLinks: false,
  });
  expect(autoscaler).toMatchObject({
    containerConcurrencyTargetFraction: 0.7,
    stableWindowMs: 60_000,
    targetBurstCapacity: 211,
    scaleToZeroGracePeriodMs: 30_000,
    initialScale: 1,
  });
  expect(network).toMatchObject({
    rolloutDurationSeconds: 0,
    httpProtocol: 'enabled',
    autocreateClusterDomainClaims: false,
    externalDomainTls: false,
  });
  expect(gc).toEqual({
    retainSinceCreateTimeMs: 172_800_000,
    retainSinceLastActiveTimeMs: 54_000_000,
    minNonActiveRevisions: 20,
    maxNonActiveRevisions: 1000,
  });
  expect(deployment).toMatchObject({
    progressDeadlineMs: 600_000,
    registriesSkippingTagResolving: ['kind.local', 'ko.local', 'dev.local'],
    queueSidecarRequests: { cpu: '25m' },
  });
  expect(
    Object.entries(features)
      .filter(([, flag]) => flag !== 'Disabled')
      .map(([name]) => name),
  ).toEqual(['multiContainer', 'podSpecVolumesEmptyDir']);
});

it('is effective at once, and parsed once a version', () => {
  const view = aView({ 'knative-serving/config-gc': { 'min-non-active-revisions': '3' } });
  const first = readConfig(view);
  expect(first.gc.minNonActiveRevisions).toBe(3);
  expect(readConfig(view).gc).toBe(first.gc);
  view.set('knative-serving/config-gc', { 'min-non-active-revisions': '4' });
  expect(readConfig(view).gc.minNonActiveRevisions).toBe(4);
  expect(readConfig(view).defaults).toBe(first.defaults);
});

it('falls back to defaults where what is stored does not parse', () => {
  const view = aView({ 'knative-serving/config-autoscaler': { 'stable-window': 'x' } });
  expect(readConfig(view).autoscaler.stableWindowMs).toBe(60_000);
});

it('prefers new spellings over old ones', () => {
  const view = aView({
    'knative-serving/config-network': {
      domainTemplate: '{{.Name}}.a',
      'domain-template': '{{.Name}}.b',
      'ingress.class': 'x',
    },
  });
  expect(readConfig(view).network.domainTemplate.source).toBe('{{.Name}}.b');
  expect(readConfig(view).network.defaultIngressClass).toBe('x');
});

describe('domains', () => {
  const config = readConfig(
    aView({
      'knative-serving/config-domain': {
        'example.com': '',
        'shop.example.org': 'selector:\n  app: shop\n',
        'b.example.org': 'selector:\n  app: shop\n  tier: web\n',
        'a.example.org': 'selector:\n  app: shop\n  tier: web\n',
      },
      'knative-serving/config-network': {
        'domain-template':
          '{{.Name}}.{{if index .Annotations "zone"}}{{index .Annotations "zone"}}.{{end}}sls.{{.Domain}}',
        'tag-template': '{{.Name}}--{{.Tag}}',
      },
    }),
  );

  it.each([
    [undefined, 'example.com'],
    [{ app: 'other' }, 'example.com'],
    [{ app: 'shop' }, 'shop.example.org'],
    [{ app: 'shop', tier: 'web' }, 'a.example.org'],
    [{ app: 'shop', 'networking.knative.dev/visibility': 'cluster-local' }, 'svc.cluster.local'],
  ])('of labels %j is %s', (labels, domain) => {
    expect(domainFor(config.domain, labels)).toBe(domain);
  });

  it('makes hosts by the templates', () => {
    const metadata = { namespace: 'dev', annotations: { zone: 'eu' } };
    expect(domainName(config, metadata, hostnameFor(config, 'hello', ''))).toBe('hello.eu.sls.example.com');
    expect(domainName(config, { namespace: 'dev' }, hostnameFor(config, 'hello', 'old'))).toBe(
      'hello--old.sls.example.com',
    );
  });

  it('ignores the template for names inside', () => {
    const metadata = { namespace: 'dev', labels: { 'networking.knative.dev/visibility': 'cluster-local' } };
    expect(domainName(config, metadata, 'hello')).toBe('hello.dev.svc.cluster.local');
  });

  it('says in Knative words what is no host', () => {
    const bad = readConfig(
      aView({ 'knative-serving/config-network': { 'domain-template': '{{.Name}}_x.{{.Domain}}' } }),
    );
    expect(() => domainName(bad, { namespace: 'dev' }, 'hello')).toThrow(
      /^domain name error: invalid domain name "hello_x\.svc\.cluster\.local": url: Invalid value: /,
    );
  });

  it('has the cluster domain where no domain is the default', () => {
    expect(domainFor(defaultConfig().domain, {})).toBe('svc.cluster.local');
  });

  it('shortens names inside', () => {
    expect(expandedHosts('a.b.svc.cluster.local')).toEqual(['a.b', 'a.b.svc', 'a.b.svc.cluster.local']);
    expect(expandedHosts('a.example.com')).toEqual(['a.example.com']);
  });
});

describe('eventing', () => {
  it('gives a Broker the channel broker, and a namespace its own', () => {
    const view = aView({
      'knative-eventing/config-br-defaults': {
        'default-br-config':
          'clusterDefault:\n  brokerClass: Whole\n  apiVersion: v1\n  kind: ConfigMap\n  name: whole\n  namespace: n\nnamespaceDefaults:\n  team:\n    brokerClass: Team\n    apiVersion: v1\n    kind: ConfigMap\n    name: team\n    delivery:\n      retry: 3\n',
      },
    });
    const { eventing } = readConfig(view);
    expect(eventing.brokerDefaults('other')).toMatchObject({
      brokerClass: 'Whole',
      config: { name: 'whole', namespace: 'n' },
    });
    expect(eventing.brokerDefaults('team')).toMatchObject({
      brokerClass: 'Team',
      config: { name: 'team' },
      delivery: { retry: 3 },
    });
    expect(defaultConfig().eventing.brokerDefaults('x')).toMatchObject({
      brokerClass: 'MTChannelBasedBroker',
      delivery: { retry: 10 },
    });
  });

  it('gives a Channel the in-memory one', () => {
    expect(defaultConfig().eventing.channelDefaults('x')).toEqual({
      apiVersion: 'messaging.knative.dev/v1',
      kind: 'InMemoryChannel',
    });
  });
});

it('refuses an edit of the example', () => {
  const seed = configMapSeeds().find(({ object }) => object.metadata.name === 'config-gc');
  const object = {
    ...seed?.object,
    metadata: { ...seed?.object.metadata },
    data: { ...seed?.object.data, _example: 'x' },
  };
  expect(validateConfigMap(object)).toMatch(/^the update modifies a key in "_example"/);
});

it('seeds only what it would accept, with matching checksums', () => {
  const seeds = configMapSeeds();
  expect(seeds.length).toBeGreaterThan(20);
  for (const { object } of seeds) {
    expect(validateConfigMap(object), object.metadata.name).toBeUndefined();
    const example = object.data['_example'];
    if (example === undefined) continue;
    expect(object.metadata.annotations?.['knative.dev/example-checksum']).toBe(exampleChecksum(example));
  }
});
