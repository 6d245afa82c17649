/** Runs pods: follows them in the store, gives each a runner, and takes the last step of a graceful deletion. */
import { join } from 'node:path';
import { ApiError } from '../kernel/errors.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { Change } from '../kernel/store.ts';
import type { Kubelet, KubeletOptions, KubeletPorts } from './kubelet-ports.ts';
import { createPodRunner, type PodRunner, type PodRunnerPorts } from './pod-runner.ts';
import type { RunningContainer } from './ports.ts';
import type { Pod } from './types.ts';

/** What a pod may wait for. */
const waitedFor = new Set(['configmaps', 'secrets', 'persistentvolumeclaims']);

export function createKubelet(ports: KubeletPorts, options: KubeletOptions): Kubelet {
  /** By uid: a pod that is deleted and made again under the same name is another one. */
  const runners = new Map<string, PodRunner>();
  let subscription: Disposable | undefined;
  let closing = false;
  let starting = 0;
  let counted = 0;

  const runnerPorts: PodRunnerPorts = {
    ...ports,
    nodeName: options.nodeName ?? 'slipway',
    volumeDir: join(options.stateDir, 'data'),
    starting() {
      // Counting is linear and asked for by every starting pod: a figure that is a moment old will do.
      const now = performance.now();
      if (now - counted > 50) {
        counted = now;
        starting = [...runners.values()].filter((runner) => runner.isStarting).length;
      }
      return starting;
    },
    after: options.after ?? realTimer,
    onPhase: options.onPhase ?? (() => undefined),
    onProbe: options.onProbe ?? (() => undefined),
  };

  const isOver = (pod: Pod) => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

  const take = (pod: Pod) => {
    const runner = runners.get(pod.metadata.uid);
    if (pod.metadata.deletionTimestamp) return void remove(pod, runner);
    if (runner) return runner.update(pod);
    // Another node's, or ended before this platform started.
    if (isOver(pod) || (pod.spec?.nodeName && pod.spec.nodeName !== runnerPorts.nodeName)) return;
    const created = createPodRunner(pod, runnerPorts);
    runners.set(pod.metadata.uid, created);
    created.start();
  };

  const remove = async (pod: Pod, runner: PodRunner | undefined) => {
    if (runner) {
      runner.update(pod);
      const seconds = pod.metadata.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
      await runner.end(seconds * 1_000, { drain: true });
      // A platform that is ending leaves its pods where they are.
      if (closing) return;
      if (!runners.delete(pod.metadata.uid)) return;
    }
    ports.writer.remove(pod);
    forget(pod);
  };

  /** Logs of a service are kept; those of a pod of no service go with it. */
  const forget = (pod: Pod) => {
    const { name, namespace = '', labels } = pod.metadata;
    if (!labels?.['serving.knative.dev/service']) ports.logs.discard(namespace, '', name);
  };

  const gone = (pod: Pod) => {
    const runner = runners.get(pod.metadata.uid);
    if (!runner) return;
    runners.delete(pod.metadata.uid);
    void runner.end(0, { drain: false }).then(() => forget(pod));
  };

  const onChange = ({ type, resource, object }: Change) => {
    if (closing) return;
    if (resource === 'pods') {
      const pod = object as Pod;
      if (type === 'DELETED') gone(pod);
      else take(pod);
    } else if (waitedFor.has(resource)) {
      for (const runner of runners.values()) {
        if (runner.pod.metadata.namespace === object.metadata.namespace) runner.retry();
      }
    }
  };

  const runnerOf = (namespace: string, name: string): PodRunner | undefined => {
    const pod = ports.view.get('pods', namespace, name);
    return pod && runners.get(pod.metadata.uid);
  };

  const runningOf = (namespace: string, name: string, container: string | undefined): RunningContainer => {
    const { running } = runnerOf(namespace, name)?.container(container) ?? {};
    if (running) return running;
    throw new ApiError('BadRequest', `unable to upgrade connection: container not found ("${container ?? name}")`);
  };

  return {
    start() {
      subscription = ports.subscribe(onChange);
      for (const pod of ports.view.list<KubeObject>('pods')) take(pod as Pod);
    },
    async close(graceMs = 2_000) {
      closing = true;
      subscription?.[Symbol.dispose]();
      await Promise.all([...runners.values()].map((runner) => runner.end(graceMs, { drain: false })));
      runners.clear();
    },
    exec: async (namespace, name, container, argv, io) => runningOf(namespace, name, container).exec(argv, io),
    attach: async (namespace, name, container, io, signal) => runningOf(namespace, name, container).attach(io, signal),
    portAddress: (namespace, name, port) => runnerOf(namespace, name)?.address(port),
    hold: (namespace, name, held) => runnerOf(namespace, name)?.hold(held),
    imagesChanged() {
      for (const runner of runners.values()) runner.retry();
    },
    running: () => [...runners.values()].reduce((sum, { runningContainers }) => sum + runningContainers, 0),
  };
}

function realTimer(ms: number, callback: () => void): Disposable {
  const timer = setTimeout(callback, ms);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
