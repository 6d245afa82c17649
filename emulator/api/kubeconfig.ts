/** The platform's own kubeconfig file. It never touches the user's. */
import type { Certificates } from './certs.ts';

export interface KubeconfigInput {
  /** Name of cluster, context and user. */
  name: string;
  server: string;
  certs: Certificates;
  /** Default `default`. */
  namespace?: string;
}

/** YAML text (JSON is YAML). */
export function buildKubeconfig(_input: KubeconfigInput): string {
  throw new Error('kubeconfig is being written');
}

/** Atomic, mode 0600. */
export function writeKubeconfig(_file: string, _input: KubeconfigInput): void {
  throw new Error('kubeconfig is being written');
}
