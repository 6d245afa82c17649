/** Schema of ClusterDomainClaim. */
import { object, required, string, type Type } from '../struct/type.ts';

export const clusterDomainClaimSpec: Type = object('v1alpha1.ClusterDomainClaimSpec', 'Who may use the domain.', {
  namespace: required(string('The namespace whose DomainMapping may have it.')),
});
