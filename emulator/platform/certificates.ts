/** Keeps the gateway's certificates up to date: those that Ingresses name, from their Secrets. */
import type { Certificates, ToDataPlane } from '../dataplane/protocol.ts';
import { routingResources } from '../dataplane/snapshot.ts';
import { type KubeObject, keyOf, objectKey } from '../kernel/object.ts';
import type { Change, Store, View } from '../kernel/store.ts';
import type { Ingress, IngressTls } from '../knative/ingress/types.ts';

/** Posts at once where there are any, and at each change; before a route that needs them, when subscribed before it. */
export function watchCertificates(
  store: View & Pick<Store, 'subscribe'>,
  post: (message: ToDataPlane) => void,
): Disposable {
  const wanted = new Map<string, IngressTls[]>();
  const secrets = () => new Set([...wanted.values()].flat().map(secretKey));

  function put(ingress: Ingress, gone: boolean): boolean {
    const key = keyOf(ingress);
    const tls = gone ? [] : (ingress.spec?.tls ?? []);
    if (tls.length > 0) wanted.set(key, tls);
    else return wanted.delete(key);
    return true;
  }

  function send(): void {
    const certificates: Certificates = {};
    for (const tls of [...wanted.values()].flat()) {
      const secret = store.get<Secret>('secrets', tls.secretNamespace, tls.secretName ?? '');
      const certificate = secret && certificateOf(secret);
      if (certificate) for (const host of tls.hosts ?? []) certificates[host.toLowerCase()] = certificate;
    }
    post({ type: 'certificates', certificates });
  }

  function onChange({ resource, type, key, object }: Change): void {
    const changed =
      resource === routingResources.ingresses
        ? put(object as Ingress, type === 'DELETED')
        : resource === 'secrets' && secrets().has(key);
    if (changed) send();
  }

  for (const ingress of store.list<Ingress>(routingResources.ingresses)) put(ingress, false);
  if (wanted.size > 0) send();
  return store.subscribe(onChange);
}

interface Secret extends KubeObject {
  data?: Record<string, string>;
}

function secretKey({ secretNamespace, secretName }: IngressTls): string {
  return objectKey(secretNamespace ?? '', secretName ?? '');
}

function certificateOf({ data }: Secret): Certificates[string] | undefined {
  const [cert, key] = ['tls.crt', 'tls.key'].map((name) => Buffer.from(data?.[name] ?? '', 'base64').toString('utf8'));
  return cert && key ? { cert, key } : undefined;
}
