/** Every kind that the embedded platform serves: Kubernetes' own under Knative's and our admission, and Knative's. */
import { kubernetesKinds } from '../api/kinds/kinds.ts';
import type { ResourceDefinition } from '../kernel/resource.ts';
import { configMapAdmission } from '../knative/config/admission.ts';
import { knativeDefinitions } from '../knative/kinds.ts';
import { enforceQuota } from '../knative/workloads/quota.ts';

export function embeddedDefinitions(): ResourceDefinition[] {
  return [...kubernetesKinds.map(withPlatformAdmission), ...knativeDefinitions];
}

/** Kubernetes' own kinds, with Knative's webhook over the ConfigMaps that configure it, and quotas over pods. */
function withPlatformAdmission(definition: ResourceDefinition): ResourceDefinition {
  if (definition.plural === 'configmaps') return { ...definition, admission: configMapAdmission };
  if (definition.group === '' && definition.plural === 'pods') {
    return { ...definition, admission: { ...definition.admission, validate: enforceQuota } };
  }
  return definition;
}
