import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { admin, configMap, core, type TestPlatform, testPlatform } from '../api/support.ts';

let platform: TestPlatform;
beforeEach(async () => {
  platform = testPlatform({ namespaces: ['default', 'other'] });
  await platform.garbage.idle();
});
afterEach(() => platform.garbage[Symbol.asyncDispose]());

const maps = `${core}/configmaps`;

async function make(name: string, owners: string[] = [], metadata: object = {}, block = false): Promise<string> {
  const nameOf = (uid: string) =>
    platform.store.list('configmaps').find((map) => map.metadata.uid === uid)?.metadata.name ?? 'nobody';
  const ownerReferences = owners.map((uid) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: nameOf(uid),
    uid,
    blockOwnerDeletion: block,
  }));
  const { body } = await platform.call(
    'POST',
    maps,
    configMap(name, {}, { ...metadata, ...(owners.length > 0 ? { ownerReferences } : {}) }),
  );
  return body.metadata.uid;
}
const left = () =>
  platform.store
    .list('configmaps', { namespace: 'default' })
    .map(({ metadata }) => metadata.name)
    .sort();

test('dependents go with their last owner, through generations', async () => {
  const a = await make('a');
  const b = await make('b');
  const child = await make('child', [a]);
  await make('grandchild', [child]);
  await make('shared', [a, b]);
  await platform.call('DELETE', `${maps}/a`);
  await platform.garbage.idle();
  expect(left()).toEqual(['b', 'shared']);
  expect(platform.store.get('configmaps', 'default', 'shared')?.metadata.ownerReferences).toHaveLength(1);
});

test('foreground waits for dependents that block, orphan lets them go', async () => {
  const a = await make('a');
  await make('held', [a], { finalizers: ['example.com/hold'] }, true);
  await platform.call('DELETE', `${maps}/a`, { propagationPolicy: 'Foreground' });
  await platform.garbage.idle();
  expect(left()).toEqual(['a', 'held']);
  await platform.call(
    'PATCH',
    `${maps}/held`,
    { metadata: { finalizers: null } },
    { 'content-type': 'application/merge-patch+json' },
  );
  await platform.garbage.idle();
  expect(left()).toEqual([]);

  const b = await make('b');
  await make('kept', [b]);
  await platform.call('DELETE', `${maps}/b`, { propagationPolicy: 'Orphan' });
  await platform.garbage.idle();
  expect(left()).toEqual(['kept']);
  expect(platform.store.get('configmaps', 'default', 'kept')?.metadata.ownerReferences).toBeUndefined();
});

test('an owner that went while the platform was down takes its dependents at the next start', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-garbage-'));
  try {
    const first = testPlatform({ file: join(dir, 'store.db') });
    await first.garbage[Symbol.asyncDispose]();
    const owner = first.objects.create(
      'configmaps',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } },
      { user: admin },
    );
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: owner.metadata.uid }];
    first.objects.create(
      'configmaps',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'child', namespace: 'default', ownerReferences } },
      { user: admin },
    );
    first.objects.delete('configmaps', 'default', 'a', { user: admin });
    first.store.close();
    const second = testPlatform({ file: join(dir, 'store.db') });
    await second.garbage.idle();
    expect(second.store.get('configmaps', 'default', 'child')).toBeUndefined();
    await second.garbage[Symbol.asyncDispose]();
    second.store.close();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('a namespace takes its contents along, takes nothing new, and only its own', async () => {
  await platform.call(
    'POST',
    '/api/v1/namespaces/other/configmaps',
    configMap('gone', {}, { finalizers: ['example.com/hold'] }),
  );
  await make('stays');
  await platform.call('DELETE', '/api/v1/namespaces/other');
  await platform.garbage.idle();
  const late = await platform.call('POST', '/api/v1/namespaces/other/configmaps', configMap('late'));
  expect(late.status).toBe(403);
  expect((await platform.call('GET', '/api/v1/namespaces/other')).body.status.phase).toBe('Terminating');
  await platform.call(
    'PATCH',
    '/api/v1/namespaces/other/configmaps/gone',
    { metadata: { finalizers: null } },
    { 'content-type': 'application/merge-patch+json' },
  );
  await platform.garbage.idle();
  expect((await platform.call('GET', '/api/v1/namespaces/other')).status).toBe(404);
  expect(left()).toEqual(['stays']);
});

test('a pod that runs is deleted in two steps, one that runs nowhere in one', async () => {
  const pod = (name: string, nodeName?: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'c', image: 'x' }], ...(nodeName ? { nodeName } : {}) },
  });
  await platform.call('POST', `${core}/pods`, pod('running', 'node'));
  await platform.call('POST', `${core}/pods`, pod('pending'));
  await platform.call('DELETE', `${core}/pods/pending`);
  expect(platform.store.get('pods', 'default', 'pending')).toBeUndefined();
  const { body } = await platform.call('DELETE', `${core}/pods/running`);
  expect(body.metadata.deletionGracePeriodSeconds).toBe(30);
  expect(Date.parse(body.metadata.deletionTimestamp)).toBe(Math.floor(platform.clock.now() / 1000) * 1000 + 30_000);
  await platform.call('DELETE', `${core}/pods/running?gracePeriodSeconds=0`);
  expect(platform.store.get('pods', 'default', 'running')).toBeUndefined();
});

test('every namespace gets its default service account', () => {
  expect(
    platform.store
      .list('serviceaccounts')
      .map(({ metadata }) => metadata.namespace)
      .sort(),
  ).toEqual(['default', 'other']);
});

test('a reference that leads to another namespace, to another name or to nobody holds nothing, and the first is told', async () => {
  const { body } = await platform.call('POST', '/api/v1/namespaces/other/configmaps', configMap('far'));
  await make('near');
  const owned = (name: string, owner: object) =>
    platform.call(
      'POST',
      maps,
      configMap(name, {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', ...owner }] }),
    );
  await owned('elsewhere', { name: 'far', uid: body.metadata.uid });
  await owned('misnamed', { name: 'near', uid: body.metadata.uid });
  await owned('nobodys', { name: 'nobody', uid: '00000000-0000-4000-8000-000000000000' });
  await platform.garbage.idle();
  expect(left()).toEqual(['near']);
  const events = platform.store.list('events').map((event) => event as unknown as { reason: string; message: string });
  expect(events.map(({ reason }) => reason)).toContain('OwnerRefInvalidNamespace');
  expect(events[0]?.message).toContain(`name: far, uid: ${body.metadata.uid}] does not exist in namespace "default"`);
});

test('an owner of a kind that nobody serves is not taken for gone, until it has been seen to go', async () => {
  const uid = '00000000-0000-4000-8000-000000000000';
  const strange = { apiVersion: 'example.com/v1', kind: 'Strange', name: 'x', uid };
  await platform.call('POST', maps, configMap('kept', {}, { ownerReferences: [strange] }));
  await platform.garbage.idle();
  expect(left()).toEqual(['kept']);
});
