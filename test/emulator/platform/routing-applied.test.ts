import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RoutingWatch } from '../../../emulator/dataplane/watch-routing.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import { trackApplied } from '../../../emulator/platform/routing-applied.ts';

const resource = 'ingresses.networking.internal.knative.dev';
const ingress = (generation: number): KubeObject => ({
  apiVersion: 'networking.internal.knative.dev/v1alpha1',
  kind: 'Ingress',
  metadata: { name: 'hello', namespace: 'd', uid: 'u', resourceVersion: '', creationTimestamp: '', generation },
});

function setUp(existing?: KubeObject) {
  const store = openStore(':memory:');
  if (existing) store.put(resource, existing, '');
  const state = { version: 1 };
  /** Sends one message a flush, as the real one does when something changed. */
  const routing: RoutingWatch = {
    get version() {
      return state.version;
    },
    serves: () => false,
    refresh: () => undefined,
    flush: () => void state.version++,
    [Symbol.dispose]: () => undefined,
  };
  const served: string[] = [];
  return { store, state, served, track: trackApplied(store, routing, (key) => served.push(key)) };
}

test('a generation is served once the message that carries it was taken up, not before', async () => {
  const { store, served, track } = setUp();
  store.put(resource, ingress(1), '');
  track.applied(1);
  expect(track.serves('d/hello', 1)).toBe(false);
  await turn();
  expect(track.serves('d/hello', 1)).toBe(false);
  track.applied(2);
  expect(track.serves('d/hello', 1)).toBe(true);
  store.put(resource, ingress(2), undefined);
  expect(track.serves('d/hello', 2)).toBe(false);
  await turn();
  track.applied(3);
  expect(track.serves('d/hello', 2)).toBe(true);
  expect(served).toEqual(['d/hello', 'd/hello']);
});

test('a status write starts nothing anew', async () => {
  const { store, state, track } = setUp();
  store.put(resource, ingress(1), '');
  await turn();
  track.applied(2);
  store.put(resource, { ...ingress(1), status: {} }, undefined);
  await turn();
  expect([track.serves('d/hello', 1), state.version]).toEqual([true, 2]);
});

test('what stands at the start is in the first message', () => {
  const { served, track } = setUp(ingress(7));
  expect(track.serves('d/hello', 7)).toBe(false);
  track.applied(1);
  expect(track.serves('d/hello', 7)).toBe(true);
  expect(served).toEqual(['d/hello']);
});

test('what is gone is forgotten', async () => {
  const { store, track } = setUp(ingress(1));
  track.applied(1);
  store.remove(resource, 'd', 'hello');
  expect(track.serves('d/hello', 1)).toBe(false);
});
