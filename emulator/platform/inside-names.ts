/** Which hosts the platform itself is inside the cluster: those of Routes, whoever receives events, and the API. */
import { receivesEvents } from '../dataplane/inside.ts';
import type { View } from '../kernel/resource.ts';

/** `routing`: hosts that an Ingress names. Hosts are lower case. */
export function insideNames(view: View, routing: { serves(host: string): boolean }): (host: string) => boolean {
  return (host) => apiHost.test(host) || routing.serves(host) || (receivesEvents(host) && receiverExists(view, host));
}

const apiHost = /^kubernetes\.default\.svc(\.cluster\.local)?$/;

/** A channel's name is there as long as its Service; the two of brokers always are. */
function receiverExists(view: View, host: string): boolean {
  const [name = '', namespace = ''] = host.split('.');
  return namespace === 'knative-eventing' || view.get('services', namespace, name) !== undefined;
}
