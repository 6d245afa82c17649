/**
 * Ingress: ready once the data plane serves what it says. There is no object below it; its rules go into the routing
 * snapshot, and the data plane tells when it has taken that up.
 */
import type { Controller, Outcome } from '../../kernel/controller.ts';
import { type KubeObject, keyOf, type ObjectKey } from '../../kernel/object.ts';
import { beginConditions, isObserved } from '../conditions.ts';
import { annotation, networking, resources } from '../keys.ts';
import { annotationsOf, foreignStatus } from '../objects.ts';
import { ingressConditions, markLoadBalancerNotReady } from './status.ts';
import type { Ingress, IngressStatus } from './types.ts';

export const ingressFinalizer = 'ingresses.networking.internal.knative.dev';

/** What the data plane has taken up. */
export interface IngressServing {
  /**
   * Whether requests are served by the Ingress's spec of this generation now. When that becomes true, controller `ingress`
   * has to be made to look at the key again.
   */
  serves(key: ObjectKey, generation: number): boolean;
}

export function ingressController(serving: IngressServing): Controller<Ingress> {
  return {
    name: 'ingress',
    resource: resources.ingresses,
    reconcile: (ingress, _view, now) => reconcileIngress(ingress, now, serving),
  };
}

export function reconcileIngress(ingress: Ingress, now: number, serving: IngressServing): Outcome {
  const finalizers = ingress.metadata.finalizers ?? [];
  if (ingress.metadata.deletionTimestamp) {
    return { metadata: { finalizers: finalizers.filter((name) => name !== ingressFinalizer) } };
  }
  const conditions = beginConditions(ingressConditions, ingress, now);
  const { observedGeneration: _o, conditions: _c, ...before } = ingress.status ?? {};
  const status: IngressStatus = { ...before, ...foreignStatus(ingress) };
  conditions.markTrue('NetworkConfigured');
  // A new spec is first told to be on its way, so that whoever waits sees that it was seen.
  if (isObserved(ingress) && serving.serves(keyOf(ingress), ingress.metadata.generation ?? 0)) {
    const { outside, inside } = gatewaysOf(ingress);
    status.publicLoadBalancer = { ingress: [{ domainInternal: outside }] };
    status.privateLoadBalancer = { ingress: [{ domainInternal: inside }] };
    conditions.markTrue('LoadBalancerReady');
  } else {
    markLoadBalancerNotReady(conditions);
  }
  return {
    ...(finalizers.includes(ingressFinalizer) ? {} : { metadata: { finalizers: [...finalizers, ingressFinalizer] } }),
    status: { ...status, conditions: conditions.list() },
  };
}

/** The Services in front of and inside the gateway, as the implementation of the Ingress's class names them. */
function gatewaysOf(ingress: KubeObject): { outside: string; inside: string } {
  const implementation = annotation(annotationsOf(ingress), networking.ingressClass)?.value ?? '';
  const inCluster = (name: string) => `${name}.svc.cluster.local`;
  return implementation.startsWith('istio.')
    ? {
        outside: inCluster('istio-ingressgateway.istio-system'),
        inside: inCluster('knative-local-gateway.istio-system'),
      }
    : { outside: inCluster('kourier.kourier-system'), inside: inCluster('kourier-internal.kourier-system') };
}
