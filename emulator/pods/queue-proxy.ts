/**
 * The `queue-proxy` container of a Knative pod. The data plane does its work, so it is not run; but it is reported as the
 * real one would be, and its readiness is what it would find: the user's readiness probe, which Knative moves into its
 * environment. Pure.
 */
import type { Container, Pod, Probe } from './types.ts';

const containerName = 'queue-proxy';

export function isQueueProxy(pod: Pod, container: { name: string }): boolean {
  return container.name === containerName && pod.metadata.labels?.['serving.knative.dev/revision'] !== undefined;
}

/** The probes in SERVING_READINESS_PROBE, one or a list (multi-container probing); ports are the user's. */
export function servingProbes(queueProxy: Container): Probe[] {
  const text = queueProxy.env?.find(({ name }) => name === 'SERVING_READINESS_PROBE')?.value;
  if (!text) return [];
  try {
    const value = JSON.parse(text) as Probe | Probe[] | null;
    return (Array.isArray(value) ? value : [value]).filter((probe) => probe !== null);
  } catch {
    return [];
  }
}
