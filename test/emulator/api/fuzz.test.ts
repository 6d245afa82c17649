import { expect, test } from 'vitest';
import { configMap, core, custom, testPlatform, widget } from './support.ts';

/** Seeded (mulberry32), so that a failure can be repeated: the seed is in its message. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const requests = Number(process.env['SLIPWAY_FUZZ_REQUESTS'] ?? 4000);
const seed = Number(process.env['SLIPWAY_FUZZ_SEED'] ?? 20261123);

const scraps = [
  null,
  true,
  -1,
  1e21,
  '',
  'a',
  'A_B',
  '\u0000',
  '../..',
  '😀'.repeat(70),
  [],
  {},
  [[]],
  { a: null },
  { __proto__x: 1 },
  'x'.repeat(300),
  '2026-01-01T00:00:00Z',
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}') as unknown,
];
const keys = [
  'metadata',
  'spec',
  'status',
  'name',
  'namespace',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
  'uid',
  'resourceVersion',
  'size',
  'parts',
  'data',
  'kind',
  'apiVersion',
  'generateName',
  'managedFields',
  'deletionTimestamp',
  'containers',
  '$patch',
  '$setElementOrder/containers',
  'replicas',
  'template',
  'selector',
  'ports',
];
const paths = [
  custom,
  `${custom}/a`,
  `${custom}/a/status`,
  `${core}/configmaps`,
  `${core}/configmaps/a`,
  `${core}/pods`,
  `${core}/pods/a`,
  `${core}/pods/a/eviction`,
  `${core}/pods/a/binding`,
  `${core}/secrets`,
  `${core}/services`,
  `${core}/serviceaccounts/default/token`,
  '/apis/apps/v1/namespaces/default/deployments',
  '/apis/apps/v1/namespaces/default/deployments/a/scale',
  '/api/v1/namespaces',
  '/api/v1/namespaces/default/finalize',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  '/apis/%zz/v1/x',
  '/openapi/v3/apis/example.com/v1',
  '/apis/example.com',
  '/',
];
const queries = [
  '',
  'dryRun=All',
  'dryRun=x',
  'limit=1',
  'limit=-3',
  'continue=e30',
  'labelSelector=a in (',
  'labelSelector=,',
  'fieldSelector=%5C',
  'fieldSelector=metadata.name=a',
  'resourceVersion=1',
  'resourceVersion=-1',
  'fieldManager=m',
  'fieldManager=m&force=true',
  'propagationPolicy=Foreground',
  'gracePeriodSeconds=x',
  'fieldValidation=Strict',
  'watch=1&timeoutSeconds=1&resourceVersion=99999999',
  'includeObject=Object',
];
const types = [
  'application/json',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'text/plain',
  '',
];
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const seeds = [
  widget('a', { size: 1, parts: [{ name: 'p' }] }),
  configMap('a', { k: 'v' }),
  { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [{ name: 'c', image: 'i' }] } },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  },
  [
    { op: 'add', path: '/metadata/labels', value: {} },
    { op: 'remove', path: '/spec/x' },
    { op: 'test', path: '', value: 1 },
  ],
];

test(`no request is answered with a 5xx or breaks the store (${requests} requests, seed ${seed})`, {
  timeout: 600_000,
}, async () => {
  const platform = testPlatform();
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const mutate = (value: unknown, depth = 0): unknown => {
    if (random() < 0.12) return pick(scraps);
    if (Array.isArray(value)) return value.map((item) => mutate(item, depth + 1));
    if (value !== null && typeof value === 'object') {
      const copy: Record<string, unknown> = {};
      for (const [key, inner] of Object.entries(value)) if (random() > 0.05) copy[key] = mutate(inner, depth + 1);
      if (random() < 0.3) copy[pick(keys)] = random() < 0.5 ? pick(scraps) : mutate(pick(seeds), depth + 1);
      return copy;
    }
    return value;
  };
  for (let index = 0; index < requests; index++) {
    const body = random() < 0.3 ? structuredClone(pick(seeds)) : mutate(pick(seeds));
    let text = JSON.stringify(body) ?? '';
    if (random() < 0.08) text = text.slice(0, Math.floor(random() * text.length));
    if (random() < 0.05) text = `k8s\0${text}`;
    const [method, path, query, type] = [pick(methods), pick(paths), pick(queries), pick(types)];
    const answer = await platform.call(method, `${path}?${query}`, method === 'GET' ? undefined : Buffer.from(text), {
      'content-type': type,
    });
    // 504: a resourceVersion of the future. 503: no instances behind this API.
    const fine = answer.status < 500 || answer.status === 504 || answer.status === 503;
    expect(
      fine,
      `seed ${seed}, request ${index}: ${method} ${path}?${query} (${type}) ${text.slice(0, 300)} → ${JSON.stringify(answer.body).slice(0, 300)}`,
    ).toBe(true);
    if (answer.status >= 400 && typeof answer.body === 'object' && answer.body !== null) {
      expect(answer.body).toMatchObject({ kind: 'Status', status: 'Failure', code: answer.status });
    }
  }
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  // What is stored can be read, and each object is where its key says.
  for (const definition of platform.registry.all()) {
    const name = definition.group ? `${definition.plural}.${definition.group}` : definition.plural;
    for (const object of platform.store.list(name)) {
      expect(platform.store.get(name, object.metadata.namespace, object.metadata.name)).toBe(object);
      expect(object.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    }
  }
  await platform.garbage.idle();
});
