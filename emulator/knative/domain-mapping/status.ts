/** Words and verbs of a DomainMapping's status (knative.dev/serving v1beta1 domainmapping_lifecycle). */
import { type Conditions, livingConditions } from '../conditions.ts';

export const domainMappingConditions = livingConditions(
  'DomainClaimed',
  'ReferenceResolved',
  'IngressReady',
  'CertificateProvisioned',
);

export function markIngressNotConfigured(conditions: Conditions): void {
  conditions.markUnknown('IngressReady', 'IngressNotConfigured', 'Ingress has not yet been reconciled.');
}

export function markDomainAlreadyClaimed(conditions: Conditions): void {
  const message = 'The domain name is already in use by another DomainMapping';
  conditions.markFalse('DomainClaimed', 'DomainAlreadyClaimed', message);
}

export function markNotResolved(conditions: Conditions, message: string): void {
  conditions.markFalse('ReferenceResolved', 'ResolveFailed', message);
}
