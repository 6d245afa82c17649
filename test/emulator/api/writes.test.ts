import { beforeEach, describe, expect, test } from 'vitest';
import { configMap, core, custom, type TestPlatform, testPlatform, widget } from './support.ts';

let platform: TestPlatform;
beforeEach(() => {
  platform = testPlatform();
});

const merge = { 'content-type': 'application/merge-patch+json' };
const apply = { 'content-type': 'application/apply-patch+yaml' };

describe('what the schema does', () => {
  test('defaults are filled, unknown fields pruned with a warning', async () => {
    const { status, body, headers } = await platform.call('POST', custom, widget('a', { size: 2, shape: 'round' }));
    expect(status).toBe(201);
    expect(body.spec).toEqual({ size: 2, color: 'red' });
    expect(headers['warning']).toEqual(['299 - "unknown field \\"spec.shape\\""']);
  });

  test('strict refuses unknown and duplicate fields and names them', async () => {
    const body =
      '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"a"},"spec":{"size":1,"size":2,"x":1}}';
    const answer = await platform.call('POST', `${custom}?fieldValidation=Strict`, body);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toBe(
      'Widget in version "v1" cannot be handled as a Widget: strict decoding error: duplicate field "spec.size", unknown field "spec.x"',
    );
  });

  test.each([
    [{}, 'spec.size: Required value'],
    [{ size: 0 }, 'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1'],
    [{ size: 'x' }, 'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
    [{ size: 1, color: 'green' }, 'spec.color: Unsupported value: "green": supported values: "red", "blue"'],
    [{ size: 1, parts: [{ name: 'a' }, { name: 'a' }] }, 'spec.parts[1]: Duplicate value: {"name":"a"}'],
    [
      { size: 1, port: true },
      'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
    ],
  ])('%j is refused', async (spec, why) => {
    const { status, body } = await platform.call('POST', custom, widget('a', spec));
    expect(status).toBe(422);
    expect(body.message).toBe(`Widget.example.com "a" is invalid: ${why}`);
  });

  test('what is preserved is preserved', async () => {
    const free = { any: { deep: [1, null, 'x'] } };
    const { body } = await platform.call('POST', custom, widget('a', { size: 1, free, port: 'http' }));
    expect(body.spec).toMatchObject({ free, port: 'http' });
  });
});

describe('versions and generation', () => {
  test('generation rises with the spec alone, and a write that changes nothing keeps the version', async () => {
    const { body: first } = await platform.call('POST', custom, widget('a'));
    expect(first.metadata.generation).toBe(1);
    const same = await platform.call('PATCH', `${custom}/a`, { spec: { size: 1 } }, merge);
    expect(same.body.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    const labelled = await platform.call('PATCH', `${custom}/a`, { metadata: { labels: { l: '1' } } }, merge);
    expect(labelled.body.metadata.generation).toBe(1);
    const changed = await platform.call('PATCH', `${custom}/a`, { spec: { size: 2 } }, merge);
    expect(changed.body.metadata.generation).toBe(2);
  });

  test('status and spec are written apart', async () => {
    await platform.call('POST', custom, { ...widget('a'), status: { x: 1 } });
    const status = await platform.call('PATCH', `${custom}/a/status`, { spec: { size: 9 }, status: { y: 2 } }, merge);
    expect(status.body).toMatchObject({ spec: { size: 1 }, status: { y: 2 } });
    expect(status.body.metadata.generation).toBe(1);
    const spec = await platform.call('PATCH', `${custom}/a`, { spec: { size: 3 }, status: { z: 3 } }, merge);
    expect(spec.body.status).toEqual({ y: 2 });
  });

  test('a stale version is a conflict', async () => {
    const { body } = await platform.call('POST', `${core}/configmaps`, configMap('a', { k: '1' }));
    await platform.call('PATCH', `${core}/configmaps/a`, { data: { k: '2' } }, merge);
    const answer = await platform.call('PUT', `${core}/configmaps/a`, { ...body, data: { k: '3' } });
    expect(answer.status).toBe(409);
    expect(answer.body.reason).toBe('Conflict');
  });

  test('a dry run answers as if and writes nothing', async () => {
    const before = platform.store.revision;
    const { status, body } = await platform.call('POST', `${custom}?dryRun=All`, widget('a'));
    expect([status, body.spec.color]).toEqual([201, 'red']);
    expect(platform.store.revision).toBe(before);
  });

  test('generateName makes a name', async () => {
    const { body } = await platform.call('POST', `${core}/configmaps`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { generateName: 'made-' },
    });
    expect(body.metadata.name).toMatch(/^made-[a-z0-9]{5}$/);
  });
});

describe('patches', () => {
  test('strategic merge merges containers by name and deletes by directive', async () => {
    const container = (name: string, image: string) => ({ name, image });
    await platform.call('POST', `${core}/pods`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', labels: { a: '1', b: '2' } },
      spec: { containers: [container('one', 'x:1'), container('two', 'y:1')] },
    });
    const patch = {
      metadata: { labels: { b: null } },
      spec: { containers: [{ name: 'two', image: 'y:2' }] },
    };
    const { status, body } = await platform.call('PATCH', `${core}/pods/p`, patch, {
      'content-type': 'application/strategic-merge-patch+json',
    });
    expect(status).toBe(200);
    expect(body.spec.containers.map(({ image }: { image: string }) => image)).toEqual(['x:1', 'y:2']);
    expect(body.metadata.labels).toEqual({ a: '1' });
  });

  test.each([
    ['what a patch brings comes before what it does not name', ['c'], undefined, ['c', 'a', 'b']],
    ['an order that names all holds', ['c'], ['a', 'b', 'c'], ['a', 'b', 'c']],
    ['an order moves what is there, without a list', undefined, ['b', 'a'], ['b', 'a']],
    ['what the server alone knows keeps its place', ['b', 'c'], ['b', 'c'], ['a', 'b', 'c']],
  ])('strategic merge: %s', async (_what, brought, order, expected) => {
    const named = (names: string[]) => names.map((name) => ({ name, image: 'x' }));
    const deployments = '/apis/apps/v1/namespaces/default/deployments';
    const labels = { app: 'd' };
    await platform.call('POST', deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: named(['a', 'b']) } },
      },
    });
    const spec = {
      ...(brought ? { containers: named(brought) } : {}),
      ...(order ? { '$setElementOrder/containers': order.map((name) => ({ name })) } : {}),
    };
    const strategic = { 'content-type': 'application/strategic-merge-patch+json' };
    const { body } = await platform.call('PATCH', `${deployments}/d`, { spec: { template: { spec } } }, strategic);
    const { containers } = body.spec.template.spec;
    expect(containers.map(({ name }: { name: string }) => name)).toEqual(expected);
  });

  test('server-side apply owns, conflicts, forces and gives up', async () => {
    const put = (manager: string, data: object, query = '') =>
      platform.call('PATCH', `${core}/configmaps/a?fieldManager=${manager}${query}`, configMap('a', data), apply);
    expect((await put('one', { x: '1', y: '1' })).status).toBe(201);
    expect((await put('two', { z: '1' })).body.data).toEqual({ x: '1', y: '1', z: '1' });
    const refused = await put('two', { x: '2', z: '1' });
    expect(refused.body.message).toBe('Apply failed with 1 conflict: conflict with "one": .data.x');
    expect((await put('two', { x: '2', z: '1' }, '&force=true')).body.data).toEqual({ x: '2', y: '1', z: '1' });
    // `one` names y no more: it goes. x is another's by now and stays.
    expect((await put('one', {})).body.data).toEqual({ x: '2', z: '1' });
  });

  test('two appliers share a map list by key', async () => {
    const put = (manager: string, parts: object[]) =>
      platform.call('PATCH', `${custom}/a?fieldManager=${manager}`, widget('a', { size: 1, parts }), apply);
    await put('one', [{ name: 'wheel', count: 4 }]);
    const both = await put('two', [{ name: 'door', count: 2 }]);
    expect(both.body.spec.parts).toEqual([
      { name: 'wheel', count: 4 },
      { name: 'door', count: 2 },
    ]);
    expect((await put('two', [])).body.spec.parts).toEqual([{ name: 'wheel', count: 4 }]);
  });

  test('an applied object that changes nothing is not written', async () => {
    const put = () => platform.call('PATCH', `${custom}/a?fieldManager=m`, widget('a', { size: 1 }), apply);
    const first = await put();
    platform.clock.advance(5000);
    expect((await put()).body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
  });
});

test('a HorizontalPodAutoscaler is one object in two versions, and neither loses what the other cannot say', async () => {
  const { call } = testPlatform();
  const at = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
  const old = {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h' },
    spec: { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 60 },
  };
  const created = await call('POST', at('v1'), old);
  expect(created.status).toBe(201);
  expect(created.body).toMatchObject({ apiVersion: 'autoscaling/v1', spec: { ...old.spec, minReplicas: 1 } });
  const cpu = (percentage: number) => ({
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percentage } },
  });
  const newer = (await call('GET', `${at('v2')}/h`)).body;
  expect(newer).toMatchObject({ apiVersion: 'autoscaling/v2', spec: { maxReplicas: 3, metrics: [cpu(60)] } });
  const memory = {
    type: 'Resource',
    resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } },
  };
  const behavior = { scaleDown: { stabilizationWindowSeconds: 5 } };
  newer.spec = { ...newer.spec, metrics: [memory, cpu(70)], behavior };
  expect((await call('PUT', `${at('v2')}/h`, newer)).status).toBe(200);
  // A patch is made of the version that it is sent in.
  const merge = { 'content-type': 'application/merge-patch+json' };
  const patched = await call('PATCH', `${at('v1')}/h`, { spec: { targetCPUUtilizationPercentage: 90 } }, merge);
  expect(patched.body.spec).toEqual({
    scaleTargetRef,
    minReplicas: 1,
    maxReplicas: 3,
    targetCPUUtilizationPercentage: 90,
  });
  const after = (await call('GET', `${at('v2')}/h`)).body;
  expect(after.spec).toMatchObject({ metrics: [memory, cpu(90)], behavior });
  expect(after.metadata.annotations).toBeUndefined();
  const bare = { ...old, metadata: { name: 'bare' }, spec: { scaleTargetRef, maxReplicas: 2 } };
  expect((await call('POST', at('v1'), bare)).body.spec.targetCPUUtilizationPercentage).toBe(80);
  const strict = { ...bare, metadata: { name: 'strict' }, spec: { ...bare.spec, bogus: 1 } };
  expect((await call('POST', `${at('v1')}?fieldValidation=Strict`, strict)).body.message).toContain(
    'unknown field "spec.bogus"',
  );
});
