/**
 * All of Serving's controllers on a store in memory and a clock that stands still: with the real object layer, runner and
 * garbage collection, and a kubelet that does as it is told. The autoscaler decides what the test says; with the real kinds
 * it is the real one.
 */

import { createAutoscaler } from '../../../../emulator/autoscaler/service.ts';
import { VirtualClock } from '../../../../emulator/kernel/clock.ts';
import type { Controller } from '../../../../emulator/kernel/controller.ts';
import { collectGarbage } from '../../../../emulator/kernel/garbage.ts';
import type { Condition, DraftObject, KubeObject } from '../../../../emulator/kernel/object.ts';
import { rfc3339 } from '../../../../emulator/kernel/object.ts';
import { createObjects } from '../../../../emulator/kernel/objects.ts';
import { createRegistry } from '../../../../emulator/kernel/registry.ts';
import type { UserInfo } from '../../../../emulator/kernel/resource.ts';
import { runControllers } from '../../../../emulator/kernel/runner.ts';
import { openStore } from '../../../../emulator/kernel/sqlite-store.ts';
import { readConfig } from '../../../../emulator/knative/config/read.ts';
import { configMapSeeds } from '../../../../emulator/knative/config/seeds.ts';
import { type ServingPorts, servingControllers } from '../../../../emulator/knative/controllers.ts';
import type { Pod } from '../../../../emulator/knative/workloads/types.ts';
import { embeddedDefinitions } from '../../../../emulator/platform/definitions.ts';
import { definitions } from './definitions.ts';

const user: UserInfo = { username: 'slipway-admin', groups: ['system:masters'] };

export interface TestPlatformOptions {
  /** What the fake kubelet makes of a new pod. Default 'ready'. */
  pods?: 'ready' | 'pending' | 'never-ready';
  /** Reference → digest. Default: every image of dev.local is left alone, no other one is known. */
  images?: ServingPorts['images'];
  start?: number;
  /** The kinds as the platform serves them, with defaults and admission; else any object is taken as it is. */
  realKinds?: boolean;
  namespace?: string;
  /** What a played instance shows beside the default; undefined: as `pods` says. */
  instance?(pod: Pod): Partial<NonNullable<Pod['status']>> | undefined;
}

export function testPlatform(options: TestPlatformOptions = {}) {
  const clock = new VirtualClock(options.start ?? 1_700_000_000_000);
  const store = openStore(':memory:');
  const registry = createRegistry(options.realKinds ? embeddedDefinitions() : definitions());
  const namespace = options.namespace ?? 'default';
  const objects = createObjects({ store, registry, clock });
  const logged: string[] = [];
  const log = (level: string, message: string) => {
    if (level === 'error' || level === 'warn') logged.push(message);
  };
  const decisions = new Map<string, { want: number; excessBurstCapacity: number }>();
  const served = new Map<string, number>();
  let mode = options.pods ?? 'ready';

  for (const name of new Set(['default', 'knative-serving', 'knative-eventing', 'other', namespace])) {
    objects.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { user });
  }
  if (options.realKinds) {
    for (const { resource, object } of configMapSeeds()) objects.create(resource, object, { user });
  }
  const autoscaler = options.realKinds
    ? createAutoscaler({ clock, store, config: () => readConfig(store).autoscaler })
    : undefined;
  const nothing = { want: -1, excessBurstCapacity: -111 };
  const reconciles = new Map<string, number>();
  const counted = (controller: Controller): Controller => ({
    ...controller,
    reconcile(object, view, now) {
      reconciles.set(controller.name, (reconciles.get(controller.name) ?? 0) + 1);
      return controller.reconcile(object, view, now);
    },
  });
  const runner = runControllers(
    servingControllers({
      images: options.images ?? { resolve: () => undefined, remote: () => undefined },
      autoscaler: { desired: (key) => decisions.get(key) ?? autoscaler?.desired(key) ?? nothing },
      serving: { serves: (key, generation) => served.get(key) === generation },
    }).map(counted),
    { objects, store, clock, log },
  );
  autoscaler?.onChange((key) => runner.enqueue('podautoscaler', key));
  autoscaler?.start();
  const garbage = collectGarbage({ objects, store, clock, log });

  /** The data plane takes up whatever there is. */
  store.subscribe(({ resource, type, key, object }) => {
    if (resource !== 'ingresses.networking.internal.knative.dev') return;
    if (type === 'DELETED') {
      served.delete(key);
      return;
    }
    if (served.get(key) === object.metadata.generation) return;
    setImmediate(() => {
      served.set(key, object.metadata.generation ?? 0);
      runner.enqueue('ingress', key);
    });
  });

  store.subscribe(({ resource, type, object }) => {
    if (resource !== 'pods' || type === 'DELETED') return;
    setImmediate(() => kubelet(object as Pod));
  });

  function kubelet(seen: Pod): void {
    const pod = store.get<Pod>('pods', seen.metadata.namespace, seen.metadata.name);
    if (!pod || pod.metadata.uid !== seen.metadata.uid) return;
    if (pod.metadata.deletionTimestamp) {
      objects.delete('pods', pod.metadata.namespace, pod.metadata.name, { user, gracePeriodSeconds: 0 });
    } else if (!pod.status?.conditions && mode !== 'pending') {
      const shown = options.instance?.(pod);
      setPod(pod.metadata.name, !shown && mode === 'ready', shown);
    }
  }

  function setPod(name: string, isReady: boolean, extra: Partial<NonNullable<Pod['status']>> = {}): void {
    const pod = store.get<Pod>('pods', namespace, name);
    if (!pod) throw new Error(`no pod ${name}`);
    const condition: Condition = {
      type: 'Ready',
      status: isReady ? 'True' : 'False',
      lastTransitionTime: rfc3339(clock.now()),
    };
    const status = { phase: 'Running' as const, podIP: '10.0.0.1', conditions: [condition], ...extra };
    objects.update('pods', { ...pod, status }, { user, subresource: 'status' });
  }

  const platform = {
    clock,
    store,
    objects,
    runner,
    logged,
    served,
    registry,
    /** How often each controller was asked. */
    reconciles,
    create: <T extends KubeObject>(resource: string, object: DraftObject) =>
      objects.create<T>(resource, object, { user }),
    get: <T extends KubeObject>(resource: string, name: string) => {
      const found = store.get<T>(resource, 'default', name);
      if (!found) throw new Error(`no ${resource} ${name}`);
      return found;
    },
    find: <T extends KubeObject>(resource: string, name: string) => store.get<T>(resource, 'default', name),
    patch: (resource: string, name: string, patch: unknown) =>
      objects.patch(resource, 'default', name, { type: 'merge', patch }, { user }),
    remove: (resource: string, name: string) => objects.delete(resource, 'default', name, { user }),
    config(name: string, data: Record<string, string>) {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'knative-serving' }, data };
      const standing = store.get('configmaps', 'knative-serving', name);
      if (standing) objects.update('configmaps', { ...standing, ...object, metadata: standing.metadata }, { user });
      else objects.create('configmaps', object, { user });
    },
    decide(key: string, want: number, excessBurstCapacity = -111) {
      decisions.set(`default/${key}`, { want, excessBurstCapacity });
      runner.enqueue('podautoscaler', `default/${key}`);
    },
    pods: () => store.list<Pod>('pods', { namespace: 'default' }),
    podsAre(next: NonNullable<TestPlatformOptions['pods']>) {
      mode = next;
    },
    setPod,
    /** Until nothing moves at this instant of the clock. */
    async settle() {
      let revision = -1;
      while (revision !== store.revision) {
        revision = store.revision;
        await runner.idle();
        await garbage.idle();
        // The kubelet and the data plane answer in the next turn of the event loop.
        await new Promise((resolve) => setImmediate(resolve));
        await new Promise((resolve) => setImmediate(resolve));
        await runner.idle();
      }
    },
    /** Moves the clock second by second, settling after each. */
    async advance(seconds: number) {
      for (let second = 0; second < seconds; second++) {
        clock.advance(1000);
        await platform.settle();
      }
    },
    /** Every distinct state of a condition that was stored, in order. */
    history(resource: string, name: string, type: string): string[] {
      const states: string[] = [];
      for (const change of store.changesSince(0, resource)) {
        if (change.object.metadata.name !== name) continue;
        const { conditions } = (change.object.status ?? {}) as { conditions?: Condition[] };
        const found = conditions?.find((condition) => condition.type === type);
        if (!found) continue;
        const { status, reason, message } = found;
        const text = `${status}${reason ? ` ${reason}` : ''}${message ? `: ${message}` : ''}`;
        if (states.at(-1) !== text) states.push(text);
      }
      return states;
    },
    async [Symbol.asyncDispose]() {
      autoscaler?.[Symbol.dispose]();
      await garbage[Symbol.asyncDispose]();
      await runner[Symbol.asyncDispose]();
      store.close();
    },
  };
  return platform;
}

export type TestPlatform = ReturnType<typeof testPlatform>;
