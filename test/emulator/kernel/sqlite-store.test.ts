import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { type Index, lookup } from '../../../emulator/kernel/resource.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import { type Change, StoreConflict, StoreExpired } from '../../../emulator/kernel/store.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-store-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function pod(name: string, over: { labels?: Record<string, string>; owner?: string; spec?: unknown } = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      resourceVersion: '',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(over.labels ? { labels: over.labels } : {}),
      ...(over.owner
        ? { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: over.owner, controller: true }] }
        : {}),
    },
    ...(over.spec === undefined ? {} : { spec: over.spec }),
  };
}

test('an index follows every change, whenever it was first asked for', () => {
  const store = openStore(':memory:');
  const bySpec: Index = { resource: 'pods', valuesOf: ({ spec }) => (Array.isArray(spec) ? spec.map(String) : []) };
  const found = (value: string) => lookup(store, bySpec, value).map(({ metadata }) => metadata.name);
  store.put('pods', pod('a', { spec: ['x', 'y'] }), undefined);
  expect(found('x')).toEqual(['a']);
  store.put('pods', pod('b', { spec: ['x'] }), undefined);
  store.put('pods', pod('a', { spec: ['y'] }), undefined);
  expect(found('x')).toEqual(['b']);
  expect(found('y')).toEqual(['a']);
  expect(() =>
    store.transaction(() => {
      store.remove('pods', 'default', 'b');
      throw new Error('undone');
    }),
  ).toThrow('undone');
  expect(found('x')).toEqual(['b']);
  store.remove('pods', 'default', 'b');
  expect(found('x')).toEqual([]);
});

describe('writing', () => {
  test('revisions rise over all resources and are on the object', () => {
    const store = openStore(':memory:');
    expect(store.put('pods', pod('a'), '').metadata.resourceVersion).toBe('1');
    expect(store.put('services', pod('a'), '').metadata.resourceVersion).toBe('2');
    expect(store.remove('pods', 'default', 'a')?.metadata.resourceVersion).toBe('3');
    expect(store.revision).toBe(3);
  });
  test('refuses what is not the expected version', () => {
    const store = openStore(':memory:');
    const first = store.put('pods', pod('a'), '');
    expect(() => store.put('pods', pod('a'), '')).toThrow(StoreConflict);
    store.put('pods', pod('a'), first.metadata.resourceVersion);
    expect(() => store.put('pods', pod('a'), first.metadata.resourceVersion)).toThrow(StoreConflict);
    expect(() => store.remove('pods', 'default', 'a', '1')).toThrow(StoreConflict);
    expect(() => store.remove('pods', 'default', 'zzz', '1')).toThrow(StoreConflict);
  });
  test('what is read is frozen', () => {
    const store = openStore(':memory:');
    const read = store.put('pods', pod('a', { spec: { deep: { er: 1 } } }), '') as KubeObject<{ deep: { er: number } }>;
    expect(() => {
      if (read.spec) read.spec.deep.er = 2;
    }).toThrow(TypeError);
  });
  test('a transaction that fails leaves nothing, not even in the indexes', () => {
    const store = openStore(':memory:');
    store.put('pods', pod('a', { labels: { app: 'one' } }), '');
    const heard: Change[] = [];
    store.subscribe((change) => heard.push(change));
    expect(() =>
      store.transaction(() => {
        store.put('pods', pod('a', { labels: { app: 'two' } }), undefined);
        store.put('pods', pod('b'), '');
        store.remove('pods', 'default', 'a');
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(store.list('pods').map(({ metadata }) => metadata.name)).toEqual(['a']);
    expect(store.list('pods', { labels: { app: 'one' } })).toHaveLength(1);
    expect(store.list('pods', { labels: { app: 'two' } })).toHaveLength(0);
    expect([store.revision, heard.length]).toEqual([1, 0]);
    expect(store.put('pods', pod('c'), '').metadata.resourceVersion).toBe('2');
  });
});

test('lists by namespace, labels and owner, and follows changes of them', () => {
  const store = openStore(':memory:');
  store.put('pods', pod('a', { labels: { app: 'x', v: '1' }, owner: 'o1' }), '');
  store.put('pods', pod('b', { labels: { app: 'x', v: '2' }, owner: 'o2' }), '');
  const names = (options: object) => store.list('pods', options).map(({ metadata }) => metadata.name);
  expect(names({ labels: { app: 'x', v: '2' } })).toEqual(['b']);
  expect(names({ ownerUid: 'o1' })).toEqual(['a']);
  expect(names({ namespace: 'other' })).toEqual([]);
  store.put('pods', pod('a', { labels: { app: 'y' }, owner: 'o2' }), undefined);
  expect(names({ labels: { app: 'x' } })).toEqual(['b']);
  expect(names({ ownerUid: 'o2' }).sort()).toEqual(['a', 'b']);
});

describe('following', () => {
  test('listeners hear of changes in order, also of those that a listener makes', () => {
    const store = openStore(':memory:');
    const heard: string[] = [];
    store.subscribe(({ type, key }) => {
      if (type === 'ADDED' && key === 'default/a') store.put('pods', pod('b'), '');
    });
    store.subscribe(({ key, type }) => heard.push(`${type} ${key}`));
    store.put('pods', pod('a'), '');
    store.remove('pods', 'default', 'a');
    expect(heard).toEqual(['ADDED default/a', 'ADDED default/b', 'DELETED default/a']);
  });
  test('changes since a revision, with the object before', () => {
    const store = openStore(':memory:');
    store.put('pods', pod('a', { labels: { v: '1' } }), '');
    store.put('pods', pod('a', { labels: { v: '2' } }), undefined);
    store.put('services', pod('s'), '');
    const [change, ...rest] = store.changesSince(1, 'pods');
    expect(rest).toEqual([]);
    expect(change).toMatchObject({ type: 'MODIFIED', revision: 2, previous: { metadata: { labels: { v: '1' } } } });
    expect(store.changesSince(3)).toEqual([]);
  });
  test('old versions are read when asked for, and their bytes are not kept', () => {
    const store = openStore(':memory:');
    store.put('pods', pod('a', { spec: { n: 1 } }), '');
    const old = store.put('pods', pod('a', { spec: { n: 2 } }), undefined);
    const kept = store.bytes(old);
    expect(store.bytes(old)).toBe(kept);
    store.remove('pods', 'default', 'a');
    expect(store.bytes(old)).not.toBe(kept);
    expect(store.bytes(old)).toEqual(kept);
    expect(store.changesSince(0).map(({ type, object, previous }) => [type, object.spec, previous?.spec])).toEqual([
      ['ADDED', { n: 1 }, undefined],
      ['MODIFIED', { n: 2 }, { n: 1 }],
      ['DELETED', { n: 2 }, { n: 2 }],
    ]);
    const again = store.put('pods', pod('a', { spec: { n: 3 } }), '');
    expect(store.changesSince(3)[0]?.object).toBe(again);
  });
});

describe('on disk', () => {
  test('state, revision and history come back', () => {
    const file = join(dir, 'store.db');
    const before = openStore(file);
    before.put('pods', pod('a'), '');
    before.put('pods', pod('b'), '');
    before.remove('pods', 'default', 'a');
    before.close();
    const after = openStore(file);
    expect(after.list('pods').map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(after.revision).toBe(3);
    expect(after.changesSince(1).map(({ type, key }) => `${type} ${key}`)).toEqual([
      'ADDED default/b',
      'DELETED default/a',
    ]);
    after.close();
  });
  test('compaction drops history, never state, also over restarts', () => {
    const file = join(dir, 'store.db');
    let store = openStore(file, { history: 20 });
    store.put('pods', pod('old'), '');
    for (let i = 0; i < 500; i++) {
      store.put('pods', pod(`p${i % 7}`, { spec: { i } }), undefined);
      if (i % 5 === 0) store.remove('pods', 'default', `p${i % 7}`);
      if (i % 90 === 0) {
        store.close();
        store = openStore(file, { history: 20 });
      }
    }
    const state = store
      .list('pods')
      .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
      .sort();
    const { revision, oldestRevision } = store;
    expect(oldestRevision).toBeGreaterThan(revision - 30);
    expect(() => store.changesSince(oldestRevision - 1)).toThrow(StoreExpired);
    expect(store.changesSince(oldestRevision)).toHaveLength(revision - oldestRevision);
    store.close();
    store = openStore(file, { history: 20 });
    expect(
      store
        .list('pods')
        .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
        .sort(),
    ).toEqual(state);
    expect([store.revision, store.oldestRevision]).toEqual([revision, oldestRevision]);
    store.close();
  });
});
