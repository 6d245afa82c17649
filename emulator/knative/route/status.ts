/** Words and verbs of a Route's status (knative.dev/serving v1 route_lifecycle). */
import { type Conditions, livingConditions } from '../conditions.ts';

export const routeConditions = livingConditions('AllTrafficAssigned', 'IngressReady', 'CertificateProvisioned');

export const tlsNotEnabled = 'external-domain-tls is not enabled';
export const tlsNotForClusterLocal = 'TLS is not enabled for cluster-local';

export function markIngressNotConfigured(conditions: Conditions): void {
  conditions.markUnknown('IngressReady', 'IngressNotConfigured', 'Ingress has not yet been reconciled.');
}

export function markRolloutInProgress(conditions: Conditions): void {
  const message = 'A gradual rollout of the latest revision(s) is in progress.';
  conditions.markUnknown('IngressReady', 'RolloutInProgress', message);
}

export function markPlaceholderNotOwned(conditions: Conditions, kind: 'Service' | 'Endpoint', name: string): void {
  const message = `There is an existing placeholder ${kind} "${name}" that we do not own.`;
  conditions.markFalse('IngressReady', 'NotOwned', message);
}

export function markTlsNotEnabled(conditions: Conditions, message: string): void {
  conditions.markTrue('CertificateProvisioned', 'TLSNotEnabled', message);
}

/** Why traffic cannot be assigned. */
export type TargetFault =
  | { fault: 'missing'; kind: 'Revision' | 'Configuration'; name: string }
  | { fault: 'configurationUnready'; name: string; failed: boolean }
  | { fault: 'revisionUnready'; name: string; failed: boolean }
  | { fault: 'notOwned'; name: string; expected: string; actual: string };

/** Whether it is a failure, and not only a matter of waiting. */
export function isFailure(fault: TargetFault): boolean {
  return 'failed' in fault ? fault.failed : true;
}

export function markFault(conditions: Conditions, fault: TargetFault): void {
  const type = 'AllTrafficAssigned';
  switch (fault.fault) {
    case 'missing':
      conditions.markFalse(
        type,
        `${fault.kind}Missing`,
        `${fault.kind} "${fault.name}" referenced in traffic not found.`,
      );
      return;
    case 'configurationUnready':
      if (fault.failed) {
        conditions.markFalse(
          type,
          'RevisionMissing',
          `Configuration "${fault.name}" does not have any ready Revision.`,
        );
      } else {
        const message = `Configuration "${fault.name}" is waiting for a Revision to become ready.`;
        conditions.markUnknown(type, 'RevisionMissing', message);
      }
      return;
    case 'revisionUnready':
      if (fault.failed)
        conditions.markFalse(type, 'RevisionMissing', `Revision "${fault.name}" failed to become ready.`);
      else conditions.markUnknown(type, 'RevisionMissing', `Revision "${fault.name}" is not yet ready.`);
      return;
    case 'notOwned': {
      const { name, expected, actual } = fault;
      const message = actual
        ? `Revision "${name}" belongs to Service "${actual}", not Service "${expected}".`
        : `Revision "${name}" does not belong to Service "${expected}".`;
      conditions.markFalse(type, 'RevisionNotOwned', message);
    }
  }
}
