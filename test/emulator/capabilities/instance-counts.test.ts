import { describe, expect, test } from 'vitest';
import { countInstances } from '../../../emulator/capabilities/instance-counts.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { Change } from '../../../emulator/kernel/store.ts';

const pod = (name: string, revision: string, ready: boolean, gone = false): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    uid: name,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    namespace: 'default',
    labels: { 'serving.knative.dev/service': 'hello', 'serving.knative.dev/revision': revision },
    ...(gone ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
  },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

function watched(there: KubeObject[]) {
  const told: [string, Readonly<Record<string, number>>][] = [];
  let listener: (change: Change) => void = () => undefined;
  let revision = 0;
  const store = {
    list: () => there as never,
    subscribe: (next: typeof listener) => {
      listener = next;
      return { [Symbol.dispose]: () => undefined };
    },
  };
  countInstances(
    store,
    (service, instances) => told.push([service, instances]),
    () => 0,
  );
  const change = (type: Change['type'], object: KubeObject, previous?: KubeObject) => {
    revision += 1;
    listener({ type, resource: 'pods', key: '', revision, object, ...(previous ? { previous } : {}) } as Change);
    return told.at(-1);
  };
  return { told, change };
}

describe('ready instances', () => {
  test('are counted from those that are there, by revision', () => {
    const { told } = watched([pod('x', 'a', true), pod('y', 'a', true), pod('z', 'b', false)]);
    expect(told.at(-1)).toEqual(['default/hello', { a: 2 }]);
  });
  test('are told when one becomes ready, is on its way out, or is gone', () => {
    const { told, change } = watched([pod('x', 'a', true)]);
    expect(change('ADDED', pod('y', 'b', false))).toEqual(['default/hello', { a: 1 }]);
    expect(change('MODIFIED', pod('y', 'b', true), pod('y', 'b', false))).toEqual(['default/hello', { a: 1, b: 1 }]);
    expect(change('MODIFIED', pod('x', 'a', true, true), pod('x', 'a', true))).toEqual(['default/hello', { b: 1 }]);
    expect(change('DELETED', pod('x', 'a', true, true))).toEqual(['default/hello', { b: 1 }]);
    expect(change('DELETED', pod('y', 'b', true))).toEqual(['default/hello', {}]);
    expect(told).toHaveLength(4);
  });
});
