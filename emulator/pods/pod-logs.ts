/** `kubectl logs` of a pod: which instance of which container is meant, in Kubernetes' words, from the retained logs. */
import { ApiError } from '../kernel/errors.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { View } from '../kernel/resource.ts';
import type { OpenLogStore, PodLogQuery } from './kubelet-ports.ts';
import type { ContainerStatus, Pod } from './types.ts';

export interface PodLogOptions {
  /** Must be one of the pod's. */
  container: string;
  follow?: boolean;
  previous?: boolean;
  timestamps?: boolean;
  sinceSeconds?: number;
  /** ms since the epoch. */
  sinceTime?: number;
  tailLines?: number;
  limitBytes?: number;
  signal?: AbortSignal;
}

/** @throws ApiError BadRequest when the container has not started, or there is no previous one. */
export function podLogs(
  ports: { logs: Pick<OpenLogStore, 'podLog'>; view: View },
  object: KubeObject,
  { previous, ...options }: PodLogOptions,
): AsyncIterable<string> {
  const { name, namespace = '', uid, labels } = object.metadata;
  const status = statusOf(object as Pod, options.container);
  const restart = status?.restartCount ?? 0;
  const waiting = status?.state.waiting ?? (status ? undefined : { reason: 'ContainerCreating' });
  const last = status?.lastState.terminated;
  if (previous && !last) {
    throw new ApiError('BadRequest', `previous terminated container "${options.container}" in pod "${name}" not found`);
  }
  if (!previous && waiting && !last) {
    const why = ['ErrImagePull', 'ImagePullBackOff'].includes(waiting.reason ?? '')
      ? 'trying and failing to pull image'
      : waiting.reason;
    throw new ApiError('BadRequest', `container "${options.container}" in pod "${name}" is waiting to start: ${why}`);
  }
  const query: PodLogQuery = {
    ...options,
    namespace,
    pod: name,
    podUid: uid,
    service: labels?.['serving.knative.dev/service'] ?? '',
    // While one waits for its restart, the instance that ended last is both the current and the previous one.
    restart: previous && !waiting ? restart - 1 : restart,
    ended() {
      const now = ports.view.get<Pod>('pods', namespace, name);
      if (now?.metadata.uid !== uid) return true;
      const current = statusOf(now, options.container);
      return current?.restartCount !== restart || current.state.running === undefined;
    },
  };
  return ports.logs.podLog(query);
}

function statusOf(pod: Pod, container: string): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  return [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container);
}
