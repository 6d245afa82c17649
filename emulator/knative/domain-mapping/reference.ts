/** What a DomainMapping's reference leads to: a Service of the cluster, in its own namespace (knative.dev/pkg resolver). */
import type { KubeObject } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { workloads } from '../workloads/resources.ts';
import type { DomainMapping } from './types.ts';

const suffix = '.svc.cluster.local';

export type Resolved = { host: string; service: string } | { fault: string };

/** Of any kind: what has no address is told so. */
export function referencedResource(mapping: DomainMapping): string {
  const { apiVersion = '', group, kind = '' } = mapping.spec?.ref ?? {};
  const slash = apiVersion.indexOf('/');
  const of = group ?? (slash < 0 ? '' : apiVersion.slice(0, slash));
  return of ? `${pluralOf(kind)}.${of}` : pluralOf(kind);
}

/** As client-go guesses the resource of a kind. */
function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular.endsWith('s')) return `${singular}es`;
  return singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}

export function resolveReference(mapping: DomainMapping, view: View): Resolved {
  const ref = mapping.spec?.ref;
  const namespace = ref?.namespace ?? mapping.metadata.namespace ?? '';
  const name = ref?.name ?? '';
  const resource = referencedResource(mapping);
  const unset = () => ({
    fault:
      `address not set for &ObjectReference{Kind:${ref?.kind ?? ''},Namespace:${namespace},Name:${name},UID:,` +
      `APIVersion:${ref?.apiVersion ?? ''},ResourceVersion:,FieldPath:,}`,
  });
  const found = view.get<KubeObject>(resource, namespace, name);
  if (!found) return { fault: `failed to get object ${namespace}/${name}: ${resource} "${name}" not found` };
  const { address } = (found.status ?? {}) as { address?: { url?: string } };
  const url = resource === workloads.services ? `http://${name}.${namespace}${suffix}` : address?.url;
  if (!url) return unset();
  return ofUrl(new URL(url), mapping.metadata.namespace ?? '');
}

function ofUrl(url: URL, own: string): Resolved {
  const text = url.href.replace(/\/$/, '');
  if (url.pathname !== '/') return { fault: `resolved URI "${text}" contains a path` };
  const [service = '', namespace, ...rest] = url.hostname.endsWith(suffix)
    ? url.hostname.slice(0, -suffix.length).split('.')
    : [];
  if (namespace === undefined || rest.length > 0) {
    return { fault: `resolved URI "${text}" must be of the form {name}.{namespace}${suffix}` };
  }
  if (namespace !== own) return { fault: `resolved URI "${text}" must be in same namespace as DomainMapping` };
  return { host: url.hostname, service };
}
