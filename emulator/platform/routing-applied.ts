/**
 * What the data plane serves by now: an Ingress is ready only when its routes have been taken up (clients send one request
 * the moment that they see Ready, and do not try again).
 */
import type { RoutingWatch } from '../dataplane/watch-routing.ts';
import { keyOf, type ObjectKey } from '../kernel/object.ts';
import type { Store } from '../kernel/store.ts';

const ingresses = 'ingresses.networking.internal.knative.dev';

export interface RoutingApplied extends Disposable {
  /** The data plane has taken up messages up to this version. */
  applied(version: number): void;
  serves(key: ObjectKey, generation: number): boolean;
}

/** `onServed` is called for each Ingress whose newest generation has been taken up. */
export function trackApplied(store: Store, routing: RoutingWatch, onServed: (key: ObjectKey) => void): RoutingApplied {
  const wanted = new Map<ObjectKey, number>();
  const sent = new Map<ObjectKey, { generation: number; version: number }>();
  const served = new Map<ObjectKey, number>();
  let appliedVersion = 0;
  let scheduled: NodeJS.Immediate | undefined;

  for (const ingress of store.list(ingresses)) {
    sent.set(keyOf(ingress), { generation: ingress.metadata.generation ?? 0, version: routing.version });
  }
  const subscription = store.subscribe(({ resource, type, key, object }) => {
    if (resource !== ingresses) return;
    if (type === 'DELETED') {
      for (const map of [wanted, sent, served]) map.delete(key);
      return;
    }
    const generation = object.metadata.generation ?? 0;
    if ((wanted.get(key) ?? sent.get(key)?.generation ?? served.get(key)) === generation) return;
    wanted.set(key, generation);
    scheduled ??= setImmediate(send);
  });

  function send(): void {
    scheduled = undefined;
    // Whatever these changes came to is in messages up to this version, also where they came to nothing.
    routing.flush();
    for (const [key, generation] of wanted) sent.set(key, { generation, version: routing.version });
    wanted.clear();
    settle();
  }

  function settle(): void {
    for (const [key, { generation, version }] of sent) {
      if (version > appliedVersion) continue;
      sent.delete(key);
      served.set(key, generation);
      onServed(key);
    }
  }

  return {
    applied(version) {
      appliedVersion = Math.max(appliedVersion, version);
      settle();
    },
    serves: (key, generation) => served.get(key) === generation,
    [Symbol.dispose]() {
      subscription[Symbol.dispose]();
      if (scheduled) clearImmediate(scheduled);
    },
  };
}
