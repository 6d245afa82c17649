/** The platform's own kubeconfig file. It never touches the user's. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Certificates, writeSecret } from './certs.ts';

export interface KubeconfigInput {
  /** Name of cluster, context and user. */
  name: string;
  server: string;
  certs: Pick<Certificates, 'ca' | 'client'>;
  /** Default `default`. */
  namespace?: string;
}

/** JSON, which is YAML: every client reads it. */
export function buildKubeconfig({ name, server, certs, namespace = 'default' }: KubeconfigInput): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(certs.ca.cert) } }],
    users: [
      {
        name,
        user: {
          'client-certificate-data': base64(certs.client.cert),
          'client-key-data': base64(certs.client.key),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Atomic, mode 0600; makes the folder. */
export function writeKubeconfig(file: string, input: KubeconfigInput): void {
  mkdirSync(dirname(file), { recursive: true });
  writeSecret(file, buildKubeconfig(input));
}
