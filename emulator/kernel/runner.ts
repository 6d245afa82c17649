/**
 * Runs controllers: queues keys when something changes, calls `reconcile`, and makes the stored objects what its Outcome
 * says. Garbage collection and the end of namespaces run here too.
 */
import type { Clock } from './clock.ts';
import type { Controller } from './controller.ts';
import type { Objects } from './objects.ts';
import type { UserInfo } from './resource.ts';
import type { Store } from './store.ts';

export interface RunnerPorts {
  objects: Objects;
  store: Store;
  clock: Clock;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
}

export interface RunnerOptions {
  /** As whom controllers write. Default `system:serviceaccount:knative-serving:controller`. */
  user?: UserInfo;
}

export interface Runner extends AsyncDisposable {
  /** Resolves when nothing is queued or running. Waits for the clock (requeueAfter, back-off) do not count. */
  idle(): Promise<void>;
  /** Looks at an object again, e.g. because something outside of the store changed. */
  enqueue(controller: string, key: string): void;
}

export function runControllers(
  // biome-ignore lint/suspicious/noExplicitAny: controllers of different kinds in one list
  _controllers: readonly Controller<any>[],
  _ports: RunnerPorts,
  _options: RunnerOptions = {},
): Runner {
  throw new Error('the runner is being written');
}
