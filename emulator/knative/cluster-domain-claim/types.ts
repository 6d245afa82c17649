/** networking.internal.knative.dev/v1alpha1 ClusterDomainClaim (cluster scope): its name is the domain. */
import type { KubeObject } from '../../kernel/object.ts';

export interface ClusterDomainClaimSpec {
  namespace: string;
}

export type ClusterDomainClaim = KubeObject<ClusterDomainClaimSpec>;
