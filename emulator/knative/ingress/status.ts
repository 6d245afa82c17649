/** Words and verbs of an Ingress's status (knative.dev/networking ingress_lifecycle). */
import { type Conditions, livingConditions } from '../conditions.ts';

export const ingressConditions = livingConditions('NetworkConfigured', 'LoadBalancerReady');

export function markLoadBalancerNotReady(conditions: Conditions): void {
  conditions.markUnknown('LoadBalancerReady', 'Uninitialized', 'Waiting for load balancer to be ready');
}
