/** Every kind that the embedded platform serves: Kubernetes' own under Knative's and our admission, and Knative's. */
import { kubernetesKinds } from '../api/kinds/kinds.ts';
import { at, sameJson } from '../kernel/json.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { ResourceDefinition } from '../kernel/resource.ts';
import { configMapAdmission } from '../knative/config/admission.ts';
import { knativeDefinitions } from '../knative/kinds.ts';
import { podSpecErrors } from '../knative/pod-spec/pod-errors.ts';
import type { PodSpec } from '../knative/pod-spec/types.ts';
import { enforceQuota } from '../knative/workloads/quota.ts';

export function embeddedDefinitions(): ResourceDefinition[] {
  return [...kubernetesKinds.map(withPlatformAdmission), ...knativeDefinitions];
}

/** Kubernetes' own kinds, with Knative's webhook over the ConfigMaps that configure it, what Kubernetes refuses in pods, and quotas over pods. */
function withPlatformAdmission(definition: ResourceDefinition): ResourceDefinition {
  if (definition.plural === 'configmaps') return { ...definition, admission: configMapAdmission };
  if (definition.group === '' && definition.plural === 'pods') {
    return { ...withPodErrors(definition, 'spec'), admission: { ...definition.admission, validate: enforceQuota } };
  }
  if (definition.group === 'apps' && templated.has(definition.plural))
    return withPodErrors(definition, 'spec.template.spec');
  return definition;
}

const templated = new Set(['deployments', 'replicasets', 'statefulsets', 'daemonsets']);

/** Checks the pod spec at `path` where it is new: what was stored before these rules stays writable. */
function withPodErrors(definition: ResourceDefinition, path: string): ResourceDefinition {
  const { strategy } = definition;
  const podSpecOf = (object: KubeObject) => at(object, ...path.split('.')) as PodSpec | undefined;
  return {
    ...definition,
    strategy: {
      ...strategy,
      validate(object, old) {
        const spec = podSpecOf(object);
        const isNew = spec && (!old || (path !== 'spec' && !sameJson(spec, podSpecOf(old))));
        return [...(strategy?.validate?.(object, old) ?? []), ...(isNew ? podSpecErrors(spec, path) : [])];
      },
    },
  };
}
