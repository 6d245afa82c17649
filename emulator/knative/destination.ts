/** Where a Destination leads: a Service, anything Addressable, or a URI, as knative.dev/pkg's URIResolver has it. Pure. */
import type { GroupResource, KubeObject } from '../kernel/object.ts';
import type { View } from '../kernel/resource.ts';
import type { Destination } from './duck.ts';

/** Closed: front ends and conditions tell these apart. */
export class Unresolvable extends Error {
  readonly reason: 'NotFound' | 'NotAddressable' | 'NoDestination';
  constructor(reason: 'NotFound' | 'NotAddressable' | 'NoDestination', message: string) {
    super(message);
    this.name = 'Unresolvable';
    this.reason = reason;
  }
}

/** `namespace`: of the object that holds the destination; a reference without one means it. @throws Unresolvable. */
export function resolveDestination(destination: Destination | undefined, namespace: string, view: View): string {
  const { ref, uri } = destination ?? {};
  if (!ref) {
    if (!uri) throw new Unresolvable('NoDestination', 'destination missing Ref and URI, expected at least one');
    return uri;
  }
  const at = ref.namespace || namespace;
  const resource = resourceOf(ref.apiVersion ?? 'v1', ref.kind);
  const object = view.get(resource, at, ref.name);
  if (!object) {
    throw new Unresolvable('NotFound', `failed to get object ${at}/${ref.name}: ${resource} "${ref.name}" not found`);
  }
  const base = resource === 'services' ? `http://${ref.name}.${at}.svc.cluster.local` : addressOf(object, ref.address);
  if (!base) {
    throw new Unresolvable(
      'NotAddressable',
      `address not set for Kind = ${ref.kind}, Namespace = ${at}, Name = ${ref.name}`,
    );
  }
  return uri ? new URL(uri, base.endsWith('/') ? base : `${base}/`).href : base;
}

export interface AddressStatus {
  address?: { url?: string; name?: string };
  addresses?: { url?: string; name?: string }[];
}

function addressOf(object: KubeObject, name: string | undefined): string | undefined {
  const status = object.status as AddressStatus | undefined;
  if (name) return status?.addresses?.find((address) => address.name === name)?.url;
  return status?.address?.url;
}

/** `brokers.eventing.knative.dev` of its apiVersion and kind, as Kubernetes' own guess of a plural. */
export function resourceOf(apiVersion: string, kind: string): GroupResource {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const singular = kind.toLowerCase();
  const plural = /(s|x|z|ch|sh)$/.test(singular)
    ? `${singular}es`
    : /[^aeiou]y$/.test(singular)
      ? `${singular.slice(0, -1)}ies`
      : `${singular}s`;
  return group ? `${plural}.${group}` : plural;
}
