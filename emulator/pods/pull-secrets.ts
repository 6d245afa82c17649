/** Logins for registries from Secrets: the pod's imagePullSecrets, then its service account's. Pure over a view. */
import type { KubeObject } from '../kernel/object.ts';
import type { View } from '../kernel/resource.ts';
import type { DockerConfig } from './docker/registry-auth.ts';

interface Secret extends KubeObject {
  data?: Record<string, string>;
}
interface ServiceAccount extends KubeObject {
  imagePullSecrets?: { name: string }[];
}

/** One that is absent or unreadable is passed over, as a kubelet does. */
export function pullConfigs(
  namespace: string,
  named: { serviceAccountName?: string | undefined; imagePullSecrets?: { name?: string }[] | undefined },
  view: View,
): DockerConfig[] {
  const account = view.get<ServiceAccount>('serviceaccounts', namespace, named.serviceAccountName || 'default');
  const names = [...(named.imagePullSecrets ?? []), ...(account?.imagePullSecrets ?? [])].map(({ name }) => name);
  return [...new Set(names)].flatMap((name = '') => {
    const { data = {} } = view.get<Secret>('secrets', namespace, name) ?? {};
    const config = parse<DockerConfig>(data['.dockerconfigjson']);
    if (config) return [config];
    // The older form is the table of logins alone.
    const auths = parse<NonNullable<DockerConfig['auths']>>(data['.dockercfg']);
    return auths ? [{ auths }] : [];
  });
}

function parse<T>(base64: string | undefined): T | undefined {
  if (base64 === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) as T;
  } catch {
    return undefined;
  }
}
