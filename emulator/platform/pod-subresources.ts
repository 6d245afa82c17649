/** `pods/{log,exec,attach,portforward}` of the API, answered by the kubelet and the log store. */
import { connect } from 'node:net';
import type { PodSubresources } from '../api/server.ts';
import { ApiError } from '../kernel/errors.ts';
import type { View } from '../kernel/resource.ts';
import type { Kubelet, OpenLogStore } from '../pods/kubelet-ports.ts';
import { podLogs } from '../pods/pod-logs.ts';

export function podSubresources(ports: { kubelet: Kubelet; logs: OpenLogStore; view: View }): PodSubresources {
  const { kubelet } = ports;
  return {
    logs: (pod, request) => podLogs(ports, pod, request),
    exec: (pod, container, argv, io) =>
      kubelet.exec(pod.metadata.namespace ?? '', pod.metadata.name, container, argv, io),
    attach: (pod, container, io, signal) =>
      kubelet.attach(pod.metadata.namespace ?? '', pod.metadata.name, container, io, signal),
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
