import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type TestPlatform, testPlatform } from './support.ts';

let platform: TestPlatform;
beforeEach(() => {
  platform = testPlatform();
});

describe('user CRDs', () => {
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.acme.io' },
    spec: {
      group: 'acme.io',
      scope: 'Namespaced',
      names: { kind: 'Gadget', plural: 'gadgets', shortNames: ['gd'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { a: { type: 'string', default: 'b' } } } },
            },
          },
        },
      ],
    },
  };

  test('say what they ask for in vain, and are refused when they define nothing', async () => {
    const url = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const [version] = crd.spec.versions;
    const withRule = (rule: string) => {
      const ruled = {
        type: 'object',
        properties: { spec: { type: 'object', 'x-kubernetes-validations': [{ rule }] } },
      };
      return { ...crd.spec, versions: [{ ...version, schema: { openAPIV3Schema: ruled } }] };
    };
    const spec = withRule('quantity("1") == quantity("1")');
    const { status, headers } = await platform.call('POST', `${url}?dryRun=All`, { ...crd, spec });
    expect(status).toBe(201);
    expect(headers['warning']).toEqual([
      expect.stringMatching(/its rule .* is not evaluated on this platform: found no matching overload for 'quantity/),
    ]);
    const broken = await platform.call('POST', `${url}?dryRun=All`, { ...crd, spec: withRule('self +') });
    expect(broken.status).toBe(422);
    expect(broken.body.message).toContain(
      'spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule: Invalid value: {"rule":"self +"}: compilation failed',
    );
    const refused = await platform.call('POST', url, {
      ...crd,
      metadata: { name: 'wrong' },
      spec: { ...spec, scope: 'x', versions: [] },
    });
    expect(refused.status).toBe(422);
    expect(refused.body.details.causes.map(({ field }: { field: string }) => field).sort()).toEqual([
      'metadata.name',
      'spec.scope',
      'spec.versions',
    ]);
  });

  test('hold rules in CEL: on what is there, on what changes, and with their own words', async () => {
    const [version] = crd.spec.versions;
    const route = {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self != "*"' }] },
        weight: {
          type: 'integer',
          'x-kubernetes-validations': [{ rule: '0 <= self && self <= 100', message: 'must be a percentage' }],
        },
        url: { type: 'string', 'x-kubernetes-validations': [{ rule: 'url(self).getScheme() in ["http", "https"]' }] },
      },
    };
    const gadget = {
      type: 'object',
      'x-kubernetes-validations': [
        { rule: 'self.metadata.name.startsWith("g")', reason: 'FieldValueForbidden', message: 'names begin with g' },
      ],
      properties: {
        spec: {
          type: 'object',
          'x-kubernetes-validations': [
            {
              rule: '(has(self.a) ? 1 : 0) + (has(self.b) ? 1 : 0) <= 1',
              message: 'only one of a and b',
              fieldPath: '.a',
            },
            {
              rule: 'self.routes.map(r, r.weight).sum() == 100',
              messageExpression: '"weights sum to " + string(self.routes.map(r, r.weight).sum())',
            },
          ],
          properties: {
            a: {
              type: 'string',
              'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'a never changes' }],
            },
            b: { type: 'string' },
            timeout: { type: 'string', 'x-kubernetes-validations': [{ rule: "duration(self) >= duration('1ms')" }] },
            labels: {
              type: 'object',
              additionalProperties: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self.size() > 0' }] },
            },
            routes: { type: 'array', items: route },
          },
        },
      },
    };
    const spec = { ...crd.spec, versions: [{ ...version, schema: { openAPIV3Schema: gadget } }] };
    const made = await platform.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      ...crd,
      spec,
    });
    expect([made.status, made.headers['warning']]).toEqual([201, undefined]);
    const url = '/apis/acme.io/v1/namespaces/default/gadgets';
    const routes = [{ name: 'r', weight: 100 }];
    const one = (name: string, inner: object) => ({
      apiVersion: 'acme.io/v1',
      kind: 'Gadget',
      metadata: { name },
      spec: { routes, ...inner },
    });
    const said = async (inner: object, name = 'g') => {
      const { status, body } = await platform.call('POST', `${url}?dryRun=All`, one(name, inner));
      return status === 201 ? 'created' : String(body.message).replace(/^.*? is invalid: /, '');
    };
    expect(await said({ a: 'x', timeout: '5s', labels: { k: 'v' } })).toBe('created');
    expect(await said({}, 'x')).toBe('<nil>: Forbidden: names begin with g');
    expect(await said({ a: 'x', b: 'y' })).toBe('spec.a: Invalid value: "object": only one of a and b');
    expect(await said({ timeout: '0s' })).toBe(
      `spec.timeout: Invalid value: "string": failed rule: duration(self) >= duration('1ms')`,
    );
    expect(await said({ labels: { k: '' } })).toBe(
      'spec.labels[k]: Invalid value: "string": failed rule: self.size() > 0',
    );
    expect(await said({ routes: [{ name: '*', weight: 90 }] })).toBe(
      '[spec: Invalid value: "object": weights sum to 90, spec.routes[0].name: Invalid value: "string": failed rule: self != "*"]',
    );
    expect(await said({ routes: [{ name: 'r', weight: 100, url: 'ftp://x' }] })).toContain(
      'spec.routes[0].url: Invalid value: "string"',
    );
    expect(await said({ routes: [{ name: 'r' }] })).toContain('no such key: weight evaluating rule');
    expect(await said({ routes: [{ weight: 1 }] })).toContain(
      '<nil>: Invalid value: "null": some validation rules were not checked',
    );
    await platform.call('POST', url, one('g', { a: 'x' }));
    const merge = { 'content-type': 'application/merge-patch+json' };
    const changed = await platform.call('PATCH', `${url}/g`, { spec: { a: 'y' } }, merge);
    expect(changed.body.message).toBe(
      'Gadget.acme.io "g" is invalid: spec.a: Invalid value: "string": a never changes',
    );
    expect((await platform.call('PATCH', `${url}/g`, { metadata: { labels: { k: 'v' } } }, merge)).status).toBe(200);

    // Rules that come later hold for what changes; what was there before is warned about.
    const stricter = structuredClone(spec);
    const inner = stricter.versions[0]?.schema.openAPIV3Schema.properties.spec.properties;
    inner?.routes.items.properties.name['x-kubernetes-validations'].push({ rule: 'self.size() > 1' });
    const crdUrl = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.acme.io';
    expect((await platform.call('PATCH', crdUrl, { spec: stricter }, merge)).status).toBe(200);
    const kept = await platform.call('PATCH', `${url}/g`, { spec: { labels: { k: 'w' } } }, merge);
    expect(kept.status).toBe(200);
    expect(kept.headers['warning']).toEqual([expect.stringContaining('spec.routes[0].name: Invalid value')]);
  });

  test('are selected by the fields that they name, and warn of versions that are deprecated', async () => {
    const spec = { type: 'object', properties: { color: { type: 'string' } } };
    const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
    const version = (name: string, more: object) => ({ name, served: true, storage: name === 'v1', schema, ...more });
    const versions = [
      version('v1', { selectableFields: [{ jsonPath: '.spec.color' }] }),
      version('v1beta1', { deprecated: true }),
      version('v1alpha1', { deprecated: true, deprecationWarning: 'use something else' }),
    ];
    await platform.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      ...crd,
      spec: { ...crd.spec, versions },
    });
    const at = (name: string) => `/apis/acme.io/${name}/namespaces/default/gadgets`;
    for (const color of ['red', 'blue']) {
      await platform.call('POST', at('v1'), {
        apiVersion: 'acme.io/v1',
        kind: 'Gadget',
        metadata: { name: color },
        spec: { color },
      });
    }
    const names = async (selector: string) => {
      const { body } = await platform.call('GET', `${at('v1')}?fieldSelector=${encodeURIComponent(selector)}`);
      return body.items?.map(({ metadata }: { metadata: { name: string } }) => metadata.name) ?? body.message;
    };
    expect(await names('spec.color=blue')).toEqual(['blue']);
    expect(await names('spec.color!=blue')).toEqual(['red']);
    expect(await names('spec.size=1')).toBe('field label not supported: spec.size');
    expect((await platform.call('GET', at('v1'))).headers['warning']).toBeUndefined();
    expect((await platform.call('GET', at('v1beta1'))).headers['warning']).toEqual([
      '299 - "acme.io/v1beta1 Gadget is deprecated; use acme.io/v1 Gadget"',
    ]);
    expect((await platform.call('GET', `${at('v1alpha1')}/red`)).headers['warning']).toEqual([
      '299 - "use something else"',
    ]);
  });

  test('hold their rules after a restart', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'slipway-rules-')), 'store.db');
    const first = testPlatform({ file });
    const [version] = crd.spec.versions;
    const ruled = {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          'x-kubernetes-validations': [{ rule: 'has(self.a)' }],
          properties: { a: { type: 'string' } },
        },
      },
    };
    const spec = { ...crd.spec, versions: [{ ...version, schema: { openAPIV3Schema: ruled } }] };
    await first.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { ...crd, spec });
    await first.garbage[Symbol.asyncDispose]();
    first.store.close();
    const second = testPlatform({ file });
    const empty = { apiVersion: 'acme.io/v1', kind: 'Gadget', metadata: { name: 'g' }, spec: {} };
    expect((await second.call('POST', '/apis/acme.io/v1/namespaces/default/gadgets', empty)).body.message).toContain(
      'failed rule: has(self.a)',
    );
    await second.garbage[Symbol.asyncDispose]();
    second.store.close();
  });

  test('hold alternatives, bounds of maps and multiples', async () => {
    const alternatives = {
      type: 'object',
      minProperties: 1,
      properties: { exact: { type: 'string' }, prefix: { type: 'string' }, weight: { type: 'integer', multipleOf: 5 } },
      oneOf: [{ required: ['exact'] }, { required: ['prefix'] }],
      not: { properties: { exact: { enum: ['*'] } }, required: ['exact'] },
    };
    const [version] = crd.spec.versions;
    const schema = { openAPIV3Schema: { type: 'object', properties: { spec: alternatives } } };
    await platform.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      ...crd,
      spec: { ...crd.spec, versions: [{ ...version, schema }] },
    });
    const said = async (spec: object) => {
      const gadget = { apiVersion: 'acme.io/v1', kind: 'Gadget', metadata: { generateName: 'g' }, spec };
      const { status, body } = await platform.call('POST', '/apis/acme.io/v1/namespaces/default/gadgets', gadget);
      return status === 201 ? 'created' : String(body.message).replace(/^.*? is invalid: /, '');
    };
    expect(await said({ exact: 'a', weight: 10 })).toBe('created');
    expect(await said({ exact: 'a', prefix: 'b' })).toBe(
      'spec: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    );
    expect(await said({ weight: 5 })).toContain('(oneOf). Found none valid, spec.exact: Required value');
    expect(await said({ exact: '*' })).toContain('"spec" must not validate the schema (not)');
    expect(await said({})).toContain('spec in body should have at least 1 properties');
    expect(await said({ exact: 'a', weight: 7 })).toContain('spec.weight in body should be a multiple of 5');
  });

  test('become a kind, are established, and take their objects along', async () => {
    const url = '/apis/acme.io/v1/namespaces/default/gadgets';
    expect((await platform.call('GET', url)).status).toBe(404);
    await platform.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd);
    const stored = await platform.call(
      'GET',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.acme.io',
    );
    expect(stored.body.status.conditions.map(({ type }: { type: string }) => type)).toEqual([
      'NamesAccepted',
      'Established',
    ]);
    const made = await platform.call('POST', url, {
      apiVersion: 'acme.io/v1',
      kind: 'Gadget',
      metadata: { name: 'g' },
      spec: {},
    });
    expect(made.body.spec).toEqual({ a: 'b' });
    expect((await platform.call('GET', '/apis/acme.io/v1')).body.resources[0].name).toBe('gadgets');
    await platform.call('DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.acme.io');
    expect((await platform.call('GET', url)).status).toBe(404);
    expect(platform.store.list('gadgets.acme.io')).toEqual([]);
  });
});
