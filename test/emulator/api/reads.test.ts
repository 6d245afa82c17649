import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { representation } from '../../../emulator/api/convert.ts';
import { kubernetesKinds } from '../../../emulator/api/kinds/kinds.ts';
import { listQuery } from '../../../emulator/api/options.ts';
import { everything } from '../../../emulator/api/selectors.ts';
import type { PodSubresources } from '../../../emulator/api/server.ts';
import { watchStream } from '../../../emulator/api/watch.ts';
import {
  admin,
  configMap,
  core,
  custom,
  type TestPlatform,
  testPlatform,
  type Watch,
  widget,
  widgets,
} from './support.ts';

let platform: TestPlatform;
const open: Watch[] = [];
beforeEach(() => {
  platform = testPlatform();
});
afterEach(async () => {
  for (const watch of open.splice(0)) await watch.close();
});

const maps = `${core}/configmaps`;
const merge = { 'content-type': 'application/merge-patch+json' };
const create = (name: string, labels?: object) =>
  platform.call('POST', maps, configMap(name, { k: '1' }, labels ? { labels } : {}));
const names = (body: { items: { metadata: { name: string } }[] }) => body.items.map(({ metadata }) => metadata.name);
async function watch(url: string): Promise<Watch> {
  const opened = await platform.watch(url);
  open.push(opened);
  return opened;
}

describe('lists', () => {
  test('pages are of one revision, whatever is written meanwhile', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await create(name);
    const first = await platform.call('GET', `${maps}?limit=2`);
    expect(names(first.body)).toEqual(['a', 'b']);
    expect(first.body.metadata.remainingItemCount).toBe(2);
    await platform.call('DELETE', `${maps}/c`);
    await create('bb');
    await platform.call('PATCH', `${maps}/d`, { data: { k: '2' } }, merge);
    const second = await platform.call('GET', `${maps}?limit=2&continue=${first.body.metadata.continue}`);
    expect(names(second.body)).toEqual(['c', 'd']);
    expect(second.body.items[1].data.k).toBe('1');
    expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
  });

  test.each([
    ['x=1', ['a', 'b']],
    ['x!=1', ['c', 'd']],
    ['x in (1,2),y', ['b']],
    ['!x', ['d']],
    ['x notin (1)', ['c', 'd']],
    ['x', ['a', 'b', 'c']],
  ])('label selector %s', async (selector, expected) => {
    await create('a', { x: '1' });
    await create('b', { x: '1', y: 'z' });
    await create('c', { x: '2' });
    await create('d');
    expect(names((await platform.call('GET', `${maps}?labelSelector=${encodeURIComponent(selector)}`)).body)).toEqual(
      expected,
    );
  });

  test('tables have the columns of the kind', async () => {
    await platform.call('POST', custom, widget('a', { size: 3 }));
    const { body } = await platform.call('GET', custom, undefined, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    expect(body.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual(['Name', 'Size', 'Ready']);
    expect(body.rows[0].cells).toEqual(['a', 3, '']);
    expect(body.rows[0].object.kind).toBe('PartialObjectMetadata');
  });
});

describe('watches', () => {
  test('initial events end with a marked bookmark; then changes come', async () => {
    await create('a');
    const events = await watch(
      `${maps}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    expect((await events.next()).object.metadata.name).toBe('a');
    const bookmark = await events.next();
    expect(bookmark.type).toBe('BOOKMARK');
    expect(bookmark.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    await create('b');
    expect(await events.next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'b' } } });
  });

  test('history from a revision, without gap or repetition', async () => {
    const { body } = await create('a');
    await platform.call('PATCH', `${maps}/a`, { data: { k: '2' } }, merge);
    const events = await watch(`${maps}?watch=1&resourceVersion=${body.metadata.resourceVersion}`);
    expect(await events.next()).toMatchObject({ type: 'MODIFIED', object: { data: { k: '2' } } });
    await platform.call('DELETE', `${maps}/a`);
    const deleted = await events.next();
    expect(deleted.type).toBe('DELETED');
    expect(Number(deleted.object.metadata.resourceVersion)).toBe(platform.store.revision);
  });

  test('an object comes into a selector and leaves it', async () => {
    await create('a');
    const events = await watch(`${maps}?watch=1&labelSelector=on&resourceVersion=${platform.store.revision}`);
    await platform.call('PATCH', `${maps}/a`, { metadata: { labels: { on: '1' } } }, merge);
    expect((await events.next()).type).toBe('ADDED');
    await platform.call('PATCH', `${maps}/a`, { metadata: { labels: { on: null } } }, merge);
    const left = await events.next();
    expect(left.type).toBe('DELETED');
    expect(left.object.metadata.labels).toEqual({ on: '1' });
  });

  test('a revision that is gone is answered with 410 in the stream', async () => {
    const file = platform.store;
    for (let index = 0; index < 11_100; index++) {
      file.put(
        'configmaps',
        {
          ...JSON.parse(JSON.stringify(configMap('a'))),
          metadata: { name: 'a', namespace: 'default', uid: 'u', resourceVersion: '', creationTimestamp: '' },
        },
        undefined,
      );
    }
    const events = await watch(`${maps}?watch=1&resourceVersion=1`);
    expect(await events.next()).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    expect(await events.next()).toBeUndefined();
  });

  /** Writes `count` versions of seven ConfigMaps, past admission, and gives their revisions. */
  function churn(count: number, data: Record<string, string> = {}): number[] {
    return Array.from({ length: count }, (_, index) => {
      const metadata = {
        name: `a${index % 7}`,
        namespace: 'default',
        uid: 'u',
        resourceVersion: '',
        creationTimestamp: '',
      };
      const draft = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
      return Number(platform.store.put('configmaps', draft, undefined).metadata.resourceVersion);
    });
  }
  const revisionOf = (event: { object: { metadata: { resourceVersion: string } } }) =>
    Number(event.object.metadata.resourceVersion);

  test('a watcher that does not read is cut off before its first gap, and misses nothing when it watches again', async () => {
    const url = `${maps}?watch=1&allowWatchBookmarks=true&resourceVersion=`;
    const slow = await watch(`${url}${platform.store.revision}`);
    const written = churn(10_050);
    const first = await slow.next();
    // Reading made room again, but what comes after the gap must not be told.
    written.push(...churn(20));
    const seen = [revisionOf(first)];
    for (let event = await slow.next(); event; event = await slow.next()) seen.push(revisionOf(event));
    expect(seen).toEqual(written.slice(0, 10_000));
    const again = await watch(`${url}${seen.at(-1)}`);
    for (const revision of written.slice(10_000)) expect(revisionOf(await again.next())).toBe(revision);
  });

  test('a watcher that does not read holds bytes up to a bound, however few the changes', async () => {
    const slow = await watch(`${maps}?watch=1&resourceVersion=${platform.store.revision}`);
    churn(34, { large: 'x'.repeat(1024 * 1024) });
    let count = 0;
    while (await slow.next()) count++;
    expect(count).toBe(32);
  });

  test('bookmarks tell a quiet watcher how far the others have come', async () => {
    const match = platform.registry.byPath('', 'v1', 'secrets');
    if (!match) throw new Error('no secrets');
    const query = listQuery(
      new URLSearchParams(`watch=1&allowWatchBookmarks=true&resourceVersion=${platform.store.revision}`),
    );
    const selection = { resource: 'secrets', namespace: '', labels: everything, fields: everything };
    const output = representation(match, platform.store, 'object', { includeObject: 'Metadata', now: () => 0 });
    const closing = new AbortController();
    const options = { signal: closing.signal, bookmarkMs: 1 };
    const stream = watchStream(platform.store, selection, query, output, options);
    const next = async () => JSON.parse(Buffer.from((await stream.next()).value ?? []).toString());
    const [revision = 0] = [churn(5).at(-1)];
    for (let event = await next(); revisionOf(event) < revision; event = await next())
      expect(event.type).toBe('BOOKMARK');
    closing.abort();
    await stream.return(undefined);
  });

  test('a change is serialized once for all its watchers', async () => {
    const watches = await Promise.all(
      Array.from({ length: 20 }, () => watch(`${maps}?watch=1&resourceVersion=${platform.store.revision}`)),
    );
    const original = JSON.stringify;
    let serialized = 0;
    JSON.stringify = ((...args: Parameters<typeof JSON.stringify>) => {
      if (args[0]?.kind === 'ConfigMap') serialized++;
      return original(...args);
    }) as typeof JSON.stringify;
    try {
      // Each version is replaced before any watcher has read it.
      churn(50);
      for (const events of watches) for (let index = 0; index < 50; index++) await events.next();
    } finally {
      JSON.stringify = original;
    }
    expect(serialized).toBe(50);
  });

  test('events of a Table watch name their columns once', async () => {
    await platform.call('POST', custom, widget('a'));
    const { body } = await platform.api.handle({
      method: 'GET',
      path: '/apis/example.com/v1/namespaces/default/widgets',
      query: new URLSearchParams('watch=1&timeoutSeconds=1'),
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      body: new Uint8Array(),
      user: admin,
      signal: new AbortController().signal,
    });
    let text = '';
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      if (!text.includes('MODIFIED')) {
        await platform.call('PATCH', `${custom}/a`, { spec: { size: 2 } }, merge);
      }
    }
    const events = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ object }) => object.columnDefinitions.length)).toEqual([3, 0]);
  });
});

describe('discovery and OpenAPI', () => {
  test('aggregated discovery names every served resource', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const { body } = await platform.call('GET', '/apis', undefined, { accept });
    const group = body.items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === 'example.com');
    expect(group.versions[0].resources[0]).toMatchObject({
      resource: 'widgets',
      scope: 'Namespaced',
      shortNames: ['wd'],
      subresources: [{ subresource: 'status' }],
    });
  });

  test('OpenAPI documents carry group, version and kind and the parameters of writes', async () => {
    const index = await platform.call('GET', '/openapi/v3');
    expect(Object.keys(index.body.paths)).toContain('apis/example.com/v1');
    const { body } = await platform.call('GET', '/openapi/v3/apis/example.com/v1');
    const { patch } = body.paths['/apis/example.com/v1/namespaces/{namespace}/widgets/{name}'];
    expect(patch['x-kubernetes-group-version-kind']).toEqual({ group: 'example.com', kind: 'Widget', version: 'v1' });
    expect(patch.parameters.map(({ name }: { name: string }) => name)).toEqual([
      'dryRun',
      'fieldManager',
      'fieldValidation',
      'force',
    ]);
  });

  test('every discovered kind, also one that is only answered, is described', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const missing: string[] = [];
    const found: string[] = [];
    for (const root of ['/api', '/apis']) {
      const { body } = await platform.call('GET', root, undefined, { accept });
      for (const { metadata, versions } of body.items) {
        for (const { version, resources } of versions) {
          const at = metadata.name ? `apis/${metadata.name}/${version}` : `api/${version}`;
          const { body: document } = await platform.call('GET', `/openapi/v3/${at}`);
          const schemas: object[] = Object.values(document.components?.schemas ?? {});
          const kinds = JSON.stringify(schemas.map((schema) => Object.entries(schema)));
          for (const { resource, responseKind } of resources) {
            const { group, kind } = responseKind;
            found.push(kind);
            if (!kinds.includes(JSON.stringify([{ group, kind, version }]))) missing.push(`${at} ${resource}`);
          }
        }
      }
    }
    expect(missing).toEqual([]);
    expect(found).toEqual(expect.arrayContaining(['SelfSubjectAccessReview', 'TokenReview', 'SelfSubjectReview']));
    const { body } = await platform.call('GET', '/openapi/v3/apis/authorization.k8s.io/v1');
    expect(Object.keys(body.paths['/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'])).toEqual([
      'parameters',
      'post',
    ]);
  });

  test('/openapi/v2 is one document in which every reference leads somewhere', async () => {
    const { body } = await platform.call('GET', '/openapi/v2');
    const references = [...JSON.stringify(body).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)].map(([, name]) => name);
    expect(references.length).toBeGreaterThan(100);
    expect(references.filter((name) => !body.definitions[name ?? ''])).toEqual([]);
    expect(body.definitions['com.example.v1.Widget'].properties.spec.properties.size.type).toBe('integer');
    expect(JSON.stringify(body)).not.toMatch(/"(nullable|oneOf|allOf)"/);
    const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
    const { headers } = await platform.call('GET', '/openapi/v2', undefined, { accept });
    expect(headers['content-type']).toBe(accept.replace('@', '.'));
  });
});

test('events of events.k8s.io are the core ones under the newer names', async () => {
  const newer = '/apis/events.k8s.io/v1/namespaces/default/events';
  const metadata = { name: 'e', namespace: 'default' };
  const regarding = { kind: 'Pod', name: 'p', namespace: 'default' };
  const sent = { regarding, note: 'hi', reason: 'Because', type: 'Normal', reportingController: 'test', action: 'Try' };
  const created = await platform.call('POST', newer, {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata,
    ...sent,
  });
  expect(created).toMatchObject({ status: 201, body: { apiVersion: 'events.k8s.io/v1', ...sent } });
  expect((await platform.call('GET', `${core}/events/e`)).body).toMatchObject({
    apiVersion: 'v1',
    involvedObject: regarding,
    message: 'hi',
    reportingComponent: 'test',
  });
  await platform.call('PATCH', `${newer}/e`, { note: 'again' }, merge);
  const json = { 'content-type': 'application/json-patch+json' };
  await platform.call('PATCH', `${newer}/e`, [{ op: 'add', path: '/deprecatedCount', value: 2 }], json);
  const { body } = await platform.call('GET', `${newer}?fieldSelector=regarding.name%3Dp,regarding.kind%3DPod`);
  expect(body).toMatchObject({ kind: 'EventList', apiVersion: 'events.k8s.io/v1' });
  expect(body.items).toMatchObject([{ note: 'again', deprecatedCount: 2, regarding }]);
  expect((await platform.call('GET', `${newer}?fieldSelector=regarding.name%3Dq`)).body.items).toEqual([]);
  const events = await watch(`${newer}?watch=1&resourceVersion=${platform.store.revision}`);
  await platform.call('DELETE', `${core}/events/e`);
  expect(await events.next()).toMatchObject({
    type: 'DELETED',
    object: { apiVersion: 'events.k8s.io/v1', note: 'again' },
  });
});

test('a name that Kubernetes and a custom resource both have means the former', async () => {
  const knative = {
    ...widgets,
    group: 'networking.example.dev',
    kind: 'Ingress',
    plural: 'ingresses',
    singular: 'ingress',
  };
  const { call } = testPlatform({ kinds: [knative, ...kubernetesKinds] });
  const names = (await call('GET', '/apis')).body.groups.map(({ name }: { name: string }) => name);
  expect(names.indexOf('networking.k8s.io')).toBeLessThan(names.indexOf('networking.example.dev'));
  expect(names.slice(-2)).toEqual(['example.com', 'networking.example.dev']);
});

test('options of a log that mean nothing are refused', async () => {
  const pods = { logs: () => (async function* () {})() } as unknown as PodSubresources;
  const { call } = testPlatform({ pods });
  const spec = { containers: [{ name: 'a', image: 'x' }], initContainers: [{ name: 'i', image: 'x' }] };
  await call('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec });
  const log = async (query: string) =>
    (await call('GET', `/api/v1/namespaces/default/pods/p/log?${query}`)).body.message;
  const invalid = 'PodLogOptions "p" is invalid:';
  expect(await log('tailLines=-1')).toBe(`${invalid} tailLines: Invalid value: -1: must be greater than or equal to 0`);
  expect(await log('limitBytes=0')).toBe(`${invalid} limitBytes: Invalid value: 0: must be greater than 0`);
  expect(await log('sinceSeconds=0')).toBe(`${invalid} sinceSeconds: Invalid value: 0: must be greater than 0`);
  expect(await log('sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z')).toContain(
    'at most one of `sinceTime` or `sinceSeconds`',
  );
  // One container and another that has run before it: the one is meant.
  expect(await log('tailLines=0')).toBeUndefined();
});
