/** The local copy of a list: what readers may rely on to see that nothing changed. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { Informer } from '../../../src/core/client.ts';
import { follow, type WatchSource } from '../../../src/core/watch.ts';

const object = (name: string, resourceVersion: string, uid = `uid-${name}`): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, namespace: 'default', uid, resourceVersion, creationTimestamp: '2026-01-01T00:00:00Z' },
});

/** A server whose stream tells what it is given; a stream that ends with 410 makes the client list again. */
function server() {
  let items: KubeObject[] = [object('a', '1'), object('b', '2')];
  let tell: (event: { type: string; object: KubeObject } | undefined) => void = () => {};
  const source: WatchSource = {
    list: async () => ({ items: structuredClone(items), resourceVersion: '9' }),
    async *stream(_, signal) {
      while (!signal.aborted) {
        const event = await new Promise<{ type: string; object: KubeObject } | undefined>((resolve) => {
          tell = resolve;
          signal.addEventListener('abort', () => resolve(undefined));
        });
        if (event) yield event;
      }
    },
  };
  const gone = { apiVersion: 'v1', kind: 'Status', code: 410, reason: 'Expired', message: 'too old' };
  return {
    source,
    change: (changed: KubeObject) => tell({ type: 'MODIFIED', object: changed }),
    listAgain: (now: KubeObject[]) => {
      items = now;
      tell({ type: 'ERROR', object: gone as never });
    },
  };
}

let told: string[] = [];
let wake: () => void = () => {};
let informer: Informer<KubeObject>;
let platform: ReturnType<typeof server>;
beforeEach(async () => {
  told = [];
  platform = server();
  informer = follow<KubeObject>(platform.source, {
    onSync: () => {
      told.push('sync');
      wake();
    },
    onEvent: (event, { metadata }) => {
      told.push(`${event} ${metadata.name}`);
      wake();
    },
  });
  await informer.synced;
  told = [];
  // The stream is asked for after the list.
  await new Promise(setImmediate);
});
afterEach(() => informer[Symbol.dispose]());

const until = async (what: string) => {
  while (!told.includes(what)) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
};

it('is the same list until something changed, and holds the same objects where they did not', async () => {
  const before = informer.items;
  expect(informer.items).toBe(before);
  platform.change(object('a', '10'));
  await until('modified a');
  expect(informer.items).not.toBe(before);
  expect(informer.items[1]).toBe(before[1]);

  const known = informer.items;
  await new Promise(setImmediate);
  platform.listAgain([object('a', '10'), object('b', '2')]);
  await until('sync');
  expect(informer.items).toBe(known);
});

it('takes another object for another, though a platform that was made anew gave it the same version', async () => {
  platform.listAgain([object('a', '1', 'another'), object('b', '2')]);
  await until('sync');
  expect(told).toEqual(['deleted a', 'added a', 'sync']);
  expect(informer.get('a', 'default')?.metadata.uid).toBe('another');
});
