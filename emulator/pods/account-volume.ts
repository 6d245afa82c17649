/**
 * What an application finds of its service account, as Kubernetes' admission puts it into every pod: a token that is renewed,
 * the API's certificate authority and the namespace, at the one path where client libraries look. Pure.
 */
import { join } from 'node:path';
import type { KubeObject } from '../kernel/object.ts';
import type { View } from '../kernel/resource.ts';
import type { Container, Pod, Volume } from './types.ts';

export const accountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
/** In every namespace of a cluster; here its content is known without it. */
export const caConfigMap = 'kube-root-ca.crt';

/** Not a name that a manifest can have. */
const volumeName = 'kube-api-access.slipway';

/** Seconds as Kubernetes' admission asks for. */
export const accountToken = { file: 'token', seconds: 3_607 };

const accountVolume: Volume = {
  name: volumeName,
  projected: {
    defaultMode: 0o644,
    sources: [
      { serviceAccountToken: { path: accountToken.file, expirationSeconds: accountToken.seconds } },
      { configMap: { name: caConfigMap, items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
    ],
  },
};

interface Account extends KubeObject {
  automountServiceAccountToken?: boolean;
}

/** The pod's own word counts before its account's. An account that is not there has nothing to give. */
export function hasAccount({ metadata, spec }: Pod, view: View): boolean {
  const account = view.get<Account>('serviceaccounts', metadata.namespace, spec?.serviceAccountName || 'default');
  if (!account) return false;
  return spec?.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
}

export function withAccountVolume(pod: Pod): Pod {
  const spec = pod.spec ?? { containers: [] };
  return { ...pod, spec: { ...spec, volumes: [...(spec.volumes ?? []), accountVolume] } };
}

/** A container that mounts something there itself keeps that. */
export function withAccountMount(container: Container): Container {
  const mounts = container.volumeMounts ?? [];
  if (mounts.some(({ mountPath }) => mountPath.replace(/\/+$/, '') === accountPath)) return container;
  return { ...container, volumeMounts: [...mounts, { name: volumeName, mountPath: accountPath, readOnly: true }] };
}

/**
 * For processes, which have no such path: client libraries find the same by KUBECONFIG. `dir`: where the token is; `ca`: PEM.
 */
export function accountKubeconfig(
  dir: string,
  { server, ca, namespace }: { server: string; ca: string; namespace: string },
): string {
  const name = 'slipway';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name, user: { tokenFile: join(dir, accountToken.file) } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': name,
  });
}
