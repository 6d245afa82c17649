/** The running autoscaler over a store, in virtual time. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Autoscaler, createAutoscaler } from '../../../emulator/autoscaler/service.ts';
import type { InstanceStat } from '../../../emulator/dataplane/protocol.ts';
import { VirtualClock } from '../../../emulator/kernel/clock.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import type { Store } from '../../../emulator/kernel/store.ts';
import { parseAutoscaler } from '../../../emulator/knative/config/serving.ts';

const autoscalers = 'podautoscalers.autoscaling.internal.knative.dev';
const key = 'default/hello-00001';

let store: Store;
let clock: VirtualClock;
let autoscaler: Autoscaler;
let config = parseAutoscaler({});
let changed: string[];

beforeEach(() => {
  store = openStore(':memory:');
  clock = new VirtualClock();
  config = parseAutoscaler({});
  autoscaler = createAutoscaler({ clock, store, config: () => config });
  changed = [];
  autoscaler.onChange((one) => changed.push(one));
  autoscaler.start();
});

afterEach(() => {
  autoscaler[Symbol.dispose]();
  store.close();
});

function object(kind: string, name: string, rest: { metadata?: object; spec?: unknown; status?: unknown }): KubeObject {
  const metadata = {
    name,
    namespace: 'default',
    uid: name,
    resourceVersion: '',
    creationTimestamp: '2026-01-01T00:00:00Z',
  };
  return { apiVersion: 'v1', kind, ...rest, metadata: { ...metadata, ...rest.metadata } };
}

function putAutoscaler(annotations: Record<string, string> = {}, spec: object = { reachability: 'Reachable' }): void {
  store.put(autoscalers, object('PodAutoscaler', 'hello-00001', { metadata: { annotations }, spec }), undefined);
}

function putPods(...ready: boolean[]): void {
  for (const [i, isReady] of ready.entries()) {
    const labels = { 'serving.knative.dev/revision': 'hello-00001' };
    const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False' }];
    store.put('pods', object('Pod', `pod-${i}`, { metadata: { labels }, status: { conditions } }), undefined);
  }
}

function stat(pod: string, averageConcurrency: number): InstanceStat {
  return {
    revision: key,
    pod,
    averageConcurrency,
    averageProxiedConcurrency: 0,
    requestCount: 1,
    proxiedRequestCount: 0,
  };
}

describe('autoscaler', () => {
  it('has decided nothing at first, and nothing at all for what it does not know', () => {
    expect(autoscaler.desired(key)).toBeUndefined();
    putAutoscaler();
    expect(autoscaler.desired(key)).toEqual({ want: -1, excessBurstCapacity: -111 });
  });

  it('decides 0 two seconds after an instance is ready and quiet', () => {
    putAutoscaler();
    clock.advance(4000);
    expect(autoscaler.desired(key)?.want).toBe(-1);
    putPods(true);
    clock.advance(2000);
    expect(autoscaler.desired(key)).toEqual({ want: 0, excessBurstCapacity: -111 });
    expect(changed).toEqual([key]);
  });

  it('is poked from 0 by the activator, at once', () => {
    putAutoscaler();
    putPods(true);
    clock.advance(2000);
    putPods(false);
    clock.advance(500);
    autoscaler.record([stat('activator', 1)]);
    expect(autoscaler.desired(key)?.want).toBe(1);
    expect(changed).toEqual([key, key]);
  });

  it('follows load, and comes down with the window', () => {
    putAutoscaler({ 'autoscaling.knative.dev/target': '10', 'autoscaling.knative.dev/window': '6s' });
    putPods(true);
    for (let second = 0; second < 10; second++) {
      autoscaler.record([stat('pod-0', 28)]);
      clock.advance(1000);
    }
    expect(autoscaler.desired(key)?.want).toBe(4);
    clock.advance(20_000);
    expect(autoscaler.desired(key)?.want).toBe(0);
  });

  it('comes to 0 after the clock was moved by minutes', () => {
    putAutoscaler();
    putPods(true);
    autoscaler.record([stat('pod-0', 1)]);
    clock.advance(2000);
    expect(autoscaler.desired(key)?.want).toBe(1);
    clock.advance(300_000);
    expect(autoscaler.desired(key)?.want).toBe(0);
  });

  it('takes a changed configuration and changed annotations', () => {
    putAutoscaler();
    expect(autoscaler.spec(key)).toMatchObject({ target: 70, stableWindow: 60 });
    config = parseAutoscaler({ 'stable-window': '30s' });
    clock.advance(2000);
    expect(autoscaler.spec(key)).toMatchObject({ stableWindow: 30 });
    putAutoscaler({ 'autoscaling.knative.dev/target': '5' });
    expect(autoscaler.spec(key)).toMatchObject({ total: 5, stableWindow: 30 });
  });

  it('leaves another class alone, and forgets what is deleted', () => {
    putAutoscaler();
    putAutoscaler({ 'autoscaling.knative.dev/class': 'hpa.autoscaling.knative.dev' });
    expect(autoscaler.desired(key)).toBeUndefined();
    putAutoscaler();
    store.remove(autoscalers, 'default', 'hello-00001');
    expect(autoscaler.desired(key)).toBeUndefined();
  });

  it('does not end an instance that a debugger holds', () => {
    putAutoscaler({ 'autoscaling.knative.dev/window': '6s' });
    putPods(true);
    autoscaler.record([stat('pod-0', 1)]);
    clock.advance(2000);
    autoscaler.hold(key, true);
    clock.advance(60_000);
    expect(autoscaler.desired(key)?.want).toBe(1);
    autoscaler.hold(key, false);
    clock.advance(2000);
    expect(autoscaler.desired(key)?.want).toBe(0);
    autoscaler.hold(key, true);
    expect(autoscaler.desired(key)?.want).toBe(1);
  });

  it('starts in panic over several ready instances', () => {
    putPods(true, true, true);
    putAutoscaler();
    clock.advance(10_000);
    expect(autoscaler.desired(key)?.want).toBe(3);
    clock.advance(60_000);
    expect(autoscaler.desired(key)?.want).toBe(1);
  });
});
