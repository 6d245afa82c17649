import type { Route } from './types.ts';

export function ingressName({ metadata }: Route): string {
  return metadata.name;
}

/** Name within the cluster. */
export function serviceHost({ metadata }: Route): string {
  return `${metadata.name}.${metadata.namespace ?? ''}.svc.cluster.local`;
}
