/** `pods/{log,exec,attach,portforward}` of the API, answered by the kubelet and the log store. */
import { connect } from 'node:net';
import type { PodSubresources } from '../api/server.ts';
import { ApiError } from '../kernel/errors.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { View } from '../kernel/resource.ts';
import type { Kubelet, OpenLogStore } from '../pods/kubelet-ports.ts';
import { podLogs } from '../pods/pod-logs.ts';
import type { PodSpec } from '../pods/types.ts';

export function podSubresources(ports: { kubelet: Kubelet; logs: OpenLogStore; view: View }): PodSubresources {
  const { kubelet } = ports;
  return {
    logs: (pod, { container, ...request }) =>
      podLogs(ports, pod, { ...request, container: chosenContainer(pod, container) }),
    exec: (pod, container, argv, io) =>
      kubelet.exec(pod.metadata.namespace ?? '', pod.metadata.name, container, argv, io),
    async attach(pod, container, io, signal) {
      const lines = podLogs(ports, pod, {
        container: chosenContainer(pod, container),
        follow: true,
        tailLines: 0,
        signal,
      });
      for await (const line of lines) io.stdout(Buffer.from(line));
      return { code: 0, reason: 'Completed' };
    },
    async portForward(pod, port) {
      const address = kubelet.portAddress(pod.metadata.namespace ?? '', pod.metadata.name, port);
      if (!address) throw new ApiError('BadRequest', `pod ${pod.metadata.name} does not serve port ${port}`);
      return new Promise((resolve, reject) => {
        const socket = connect(address.port, address.host);
        socket.once('connect', () => resolve(socket));
        socket.once('error', (error) => reject(new ApiError('ServiceUnavailable', `port ${port}: ${error.message}`)));
      });
    },
  };
}

/** Kubernetes wants the name where there is more than one; a Knative pod's app container is the one meant by default. */
function chosenContainer(pod: KubeObject, name: string | undefined): string {
  const spec = pod.spec as PodSpec;
  const names = [...(spec.initContainers ?? []), ...spec.containers].map((container) => container.name);
  if (name !== undefined) {
    if (names.includes(name)) return name;
    throw new ApiError('BadRequest', `container ${name} is not valid for pod ${pod.metadata.name}`);
  }
  const preferred = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  if (preferred && names.includes(preferred)) return preferred;
  const [only, ...others] = spec.containers;
  if (only && others.length === 0) return only.name;
  const choose = spec.containers.map((container) => container.name).join(' ');
  throw new ApiError(
    'BadRequest',
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${choose}]`,
  );
}
