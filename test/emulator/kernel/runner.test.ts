import { beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../emulator/kernel/clock.ts';
import type { Controller, Outcome } from '../../../emulator/kernel/controller.ts';
import { ApiError } from '../../../emulator/kernel/errors.ts';
import type { Condition, DraftObject, KubeObject } from '../../../emulator/kernel/object.ts';
import { type RunnerPorts, runControllers } from '../../../emulator/kernel/runner.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import type { Store } from '../../../emulator/kernel/store.ts';

let store: Store;
let clock: VirtualClock;
let uids = 0;
/** Whether children are refused, as a quota does. */
let refuse: string | undefined;

/** The object layer without defaults, validation or admission: the runner's own doing is what is tested here. */
const objects: RunnerPorts['objects'] = {
  create<T extends KubeObject>(resource: string, draft: DraftObject): T {
    if (refuse && resource === 'children') throw new ApiError('Forbidden', refuse);
    const metadata = {
      resourceVersion: '',
      creationTimestamp: 'x',
      generation: 1,
      ...draft.metadata,
      uid: `u${uids++}`,
    };
    return store.put(resource, { ...draft, metadata } as KubeObject, '') as T;
  },
  update: (resource, object) => store.put(resource, object, object.metadata.resourceVersion),
  delete(resource, namespace, name) {
    const object = store.remove(resource, namespace, name);
    if (!object) throw new Error('nothing to delete');
    return { object, gone: true };
  },
};
const options = { user: { username: 'test', groups: [] } };
const create = (resource: string, draft: DraftObject) => objects.create(resource, draft, options);
const update = (resource: string, object: KubeObject) => objects.update(resource, object, options);

beforeEach(() => {
  store = openStore(':memory:');
  clock = new VirtualClock(1_700_000_000_000);
  refuse = undefined;
});

function run(...controllers: Controller[]) {
  const logged: string[] = [];
  const runner = runControllers(controllers, { store, objects, clock, log: (_, message) => logged.push(message) });
  return { runner, logged };
}

const parent = (spec: unknown = {}): DraftObject => ({
  apiVersion: 'x/v1',
  kind: 'Parent',
  metadata: { name: 'p', namespace: 'd' },
  spec,
});
const child = (name: string, spec: unknown = {}) => ({
  resource: 'children',
  object: { apiVersion: 'x/v1', kind: 'Child', metadata: { name }, spec } satisfies DraftObject,
});
/** A controller of parents whose outcome is a function of spec. */
const controller = (reconcile: (object: KubeObject, now: number) => Outcome): Controller => ({
  name: 'parent',
  resource: 'parents',
  owns: ['children'],
  reconcile: (object, _, now) => reconcile(object, now),
});
const childNames = () =>
  store
    .list('children')
    .map(({ metadata }) => metadata.name)
    .sort();

describe('children', () => {
  test('are created with their owner, updated, and removed when no longer named', async () => {
    const { runner } = run(
      controller((object) => ({
        children: (object.spec as { of: string[] }).of.map((name) => child(name, object.spec)),
      })),
    );
    const first = create('parents', parent({ of: ['a', 'b'] }));
    await runner.idle();
    expect(childNames()).toEqual(['a', 'b']);
    expect(store.get('children', 'd', 'a')?.metadata.ownerReferences?.[0]).toMatchObject({
      kind: 'Parent',
      name: 'p',
      uid: first.metadata.uid,
      controller: true,
    });
    update('parents', { ...first, spec: { of: ['b', 'c'] } });
    await runner.idle();
    expect(childNames()).toEqual(['b', 'c']);
    expect(store.get('children', 'd', 'b')?.spec).toEqual({ of: ['b', 'c'] });
  });
  test('that somebody deleted or changed come back', async () => {
    const { runner } = run(controller(() => ({ children: [child('a', { size: 1 })] })));
    create('parents', parent());
    await runner.idle();
    store.remove('children', 'd', 'a');
    await runner.idle();
    const again = store.get('children', 'd', 'a');
    expect(again?.spec).toEqual({ size: 1 });
    if (again) update('children', { ...again, spec: { size: 2 } });
    await runner.idle();
    expect(store.get('children', 'd', 'a')?.spec).toEqual({ size: 1 });
  });
  test('of somebody else are left alone', async () => {
    create('children', {
      apiVersion: 'x/v1',
      kind: 'Child',
      metadata: { name: 'a', namespace: 'd' },
      spec: { mine: true },
    });
    const { runner } = run(controller(() => ({ children: [child('a', { mine: false })] })));
    create('parents', parent());
    await runner.idle();
    expect(store.get('children', 'd', 'a')?.spec).toEqual({ mine: true });
  });
  test('that are refused are told in an event, counted, and tried again', async () => {
    const { runner } = run(controller(() => ({ children: [child('a')], status: { seen: true } })));
    create('parents', parent());
    refuse = 'exceeded quota';
    await runner.idle();
    clock.advance(5);
    await runner.idle();
    // Seen first, again because its own status changed, and after the first delay.
    const [event] = store.list('events');
    expect(event).toMatchObject({ reason: 'FailedCreate', message: 'Error creating: exceeded quota', count: 3 });
    expect(store.get('parents', 'd', 'p')?.status).toMatchObject({ seen: true });
    refuse = undefined;
    clock.advance(60_000);
    await runner.idle();
    expect(childNames()).toEqual(['a']);
  });
});

describe('status', () => {
  const ready = (status: 'True' | 'False', reason = '') => ({ type: 'Ready', status, ...(reason ? { reason } : {}) });
  test('sorts conditions, keeps the time of what stayed, moves it with status, reason or message', async () => {
    let outcome: Outcome = { status: { conditions: [ready('False', 'A'), { type: 'Active', status: 'True' }] } };
    const { runner } = run(controller(() => outcome));
    create('parents', parent());
    await runner.idle();
    const at = (type: string) =>
      store
        .get<KubeObject<unknown, { conditions: Condition[] }>>('parents', 'd', 'p')
        ?.status?.conditions.find((condition) => condition.type === type)?.lastTransitionTime;
    const start = at('Active');
    clock.advance(5_000);
    outcome = { status: { conditions: [ready('False', 'B'), { type: 'Active', status: 'True' }] } };
    runner.enqueue('parent', 'd/p');
    await runner.idle();
    expect(at('Active')).toBe(start);
    expect(at('Ready')).not.toBe(start);
    expect(store.get('parents', 'd', 'p')?.status).toMatchObject({
      observedGeneration: 1,
      conditions: [{ type: 'Active' }, { type: 'Ready' }],
    });
  });
  test('that stays as it is writes nothing', async () => {
    const { runner } = run(controller(() => ({ status: { conditions: [ready('True')] } })));
    create('parents', parent());
    await runner.idle();
    const { revision } = store;
    runner.enqueue('parent', 'd/p');
    await runner.idle();
    expect(store.revision).toBe(revision);
  });
});

test('looks again after requeueAfter, by the platform clock', async () => {
  const seen: number[] = [];
  const { runner } = run(
    controller((_, now) => {
      seen.push(now);
      return { requeueAfter: 30_000 };
    }),
  );
  create('parents', parent());
  await runner.idle();
  clock.advance(29_999);
  await runner.idle();
  expect(seen).toHaveLength(1);
  clock.advance(1);
  await runner.idle();
  expect(seen).toHaveLength(2);
});

test('a bug in a controller is logged, retried with growing delays, and stops nobody else', async () => {
  let calls = 0;
  const { runner, logged } = run(
    controller(() => {
      calls++;
      throw new Error('bug');
    }),
    { name: 'other', resource: 'parents', reconcile: () => ({ metadata: { labels: { seen: 'yes' } } }) },
  );
  create('parents', parent());
  await runner.idle();
  expect(store.get('parents', 'd', 'p')?.metadata.labels).toEqual({ seen: 'yes' });
  const before = calls;
  clock.advance(100);
  await runner.idle();
  expect(calls).toBeGreaterThan(before);
  expect(logged[0]).toContain('bug');
});

test('who watches an object sees each of its states, before it goes on itself', async () => {
  const seen: unknown[] = [];
  const steps: Controller = {
    name: 'steps',
    resource: 'steps',
    reconcile: ({ status }) => ({
      status: { step: Math.min(3, Number((status as { step?: number })?.step ?? 0) + 1) },
    }),
  };
  const watcher: Controller = {
    name: 'watcher',
    resource: 'parents',
    watches: [{ resource: 'steps', keys: () => ['d/p'] }],
    reconcile(_, view): Outcome {
      seen.push(view.get<KubeObject<unknown, { step?: number }>>('steps', 'd', 'p')?.status?.step);
      return {};
    },
  };
  create('parents', parent());
  const { runner } = run(steps, watcher);
  await runner.idle();
  create('steps', { ...parent(), kind: 'Step' });
  await runner.idle();
  expect(seen).toEqual([undefined, undefined, 1, 2, 3]);
});
