/** Runs pods: watches them, drives a PodRuntime, probes, and writes their status as Kubernetes' kubelet does. */
import type { Kubelet, KubeletOptions, KubeletPorts } from './kubelet-ports.ts';

export function createKubelet(_ports: KubeletPorts, _options: KubeletOptions = {}): Kubelet {
  throw new Error('the kubelet is being written');
}
