/**
 * ResourceQuota for pods: what a namespace may still take (kubernetes plugin/pkg/admission/resourcequota). Reported in
 * the words of the admission plugin, so that the failure reaches a revision as it does on a cluster.
 */
import type { Controller } from '../../kernel/controller.ts';
import { ApiError } from '../../kernel/errors.ts';
import { type DraftObject, type KubeObject, keyOf } from '../../kernel/object.ts';
import type { AdmissionRequest, View } from '../../kernel/resource.ts';
import { isActivePod } from './pods.ts';
import { amountOf, formatAmount } from './quantity.ts';
import { workloads } from './resources.ts';
import type { Pod, TemplateSpec } from './types.ts';

type Quota = KubeObject<{ hard?: Record<string, string | number> }>;

/** Undefined: all of them fit. `fitting`: how many still do. */
export function quotaFault(
  view: View,
  namespace: string,
  pods: readonly DraftObject[],
): { message: string; fitting: number } | undefined {
  const quotas = view.list<Quota>(workloads.resourceQuotas, { namespace });
  if (quotas.length === 0) return undefined;
  const used = usedBy(view, namespace);
  for (const quota of quotas) {
    const hard = Object.entries(quota.spec?.hard ?? {}).filter(([resource]) => isPodResource(resource));
    const standing = new Map(hard.map(([resource]) => [resource, used(resource)]));
    let fitting = 0;
    for (const pod of pods) {
      const spec = pod.spec as TemplateSpec | undefined;
      const refused = `pods "${pod.metadata.name}" is forbidden`;
      const unsaid = notSpecified(
        hard.map(([resource]) => resource),
        spec,
      );
      if (unsaid !== '') {
        return { message: `${refused}: failed quota: ${quota.metadata.name}: must specify ${unsaid}`, fitting };
      }
      const exceeded: string[] = [];
      for (const [resource, limit] of hard) {
        const asked = usage(resource, spec);
        if ((standing.get(resource) ?? 0) + asked > amountOf(limit)) exceeded.push(resource);
      }
      if (exceeded.length > 0) {
        const list = (value: (resource: string) => string | number) =>
          exceeded.map((resource) => `${resource}=${value(resource)}`).join(',');
        const message =
          `${refused}: exceeded quota: ${quota.metadata.name}, ` +
          `requested: ${list((resource) => formatAmount(resource, usage(resource, spec)))}, ` +
          `used: ${list((resource) => formatAmount(resource, standing.get(resource) ?? 0))}, ` +
          `limited: ${list((resource) => quota.spec?.hard?.[resource] ?? 0)}`;
        return { message, fitting };
      }
      for (const [resource] of hard) {
        standing.set(resource, (standing.get(resource) ?? 0) + usage(resource, spec));
      }
      fitting++;
    }
  }
  return undefined;
}

/** What active pods of a namespace take of a resource. */
function usedBy(view: View, namespace: string): (resource: string) => number {
  const present = view.list<Pod>(workloads.pods, { namespace }).filter(isActivePod);
  return (resource) => present.reduce((sum, pod) => sum + usage(resource, pod.spec as TemplateSpec | undefined), 0);
}

/** Keeps what is used in the status of quotas. What is held of pods only: nothing else is counted here. */
export function quotaController(): Controller<Quota> {
  return {
    name: 'resourcequota',
    resource: workloads.resourceQuotas,
    watches: [
      {
        resource: workloads.pods,
        keys: ({ metadata: { namespace = '' } }, view) =>
          view.list(workloads.resourceQuotas, { namespace }).map((quota) => keyOf(quota)),
      },
    ],
    reconcile({ metadata: { namespace = '' }, spec }, view) {
      const hard = Object.entries(spec?.hard ?? {}).filter(([resource]) => isPodResource(resource));
      const used = usedBy(view, namespace);
      const amounts = hard.map(([resource]) => [resource, formatAmount(resource, used(resource))] as const);
      return { status: { hard: Object.fromEntries(hard), used: Object.fromEntries(amounts) } };
    },
  };
}

/** Admission of pods that are made directly. @throws ApiError Forbidden, as the admission plugin does. */
export function enforceQuota({ operation, subresource, object, view }: AdmissionRequest): undefined {
  if (operation !== 'CREATE' || subresource !== '') return;
  const { name, namespace = '' } = object.metadata;
  const fault = quotaFault(view, namespace, [object]);
  if (fault) throw new ApiError('Forbidden', fault.message, { details: { name, kind: 'pods' } });
}

function isPodResource(resource: string): boolean {
  return /^(?:pods|count\/pods|cpu|memory|(?:requests|limits)\..+)$/.test(resource);
}

/** Where a quota holds processor or memory, every container has to say how much: `limits.cpu for: a,b; limits.memory for: a`. */
function notSpecified(resources: readonly string[], spec: TemplateSpec | undefined): string {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  return resources
    .filter((resource) => /^(?:(?:requests|limits)\.)?(?:cpu|memory)$/.test(resource))
    .sort()
    .flatMap((resource) => {
      const silent = containers.filter((container) => amountAsked(resource, container) === undefined);
      const names = silent.map(({ name }) => name).sort();
      return names.length > 0 ? [`${resource} for: ${names.join(',')}`] : [];
    })
    .join('; ');
}

/** `cpu` is `requests.cpu`; a limit without a request is the request too. */
function amountAsked(resource: string, { resources }: TemplateSpec['containers'][number]): string | number | undefined {
  const dot = resource.indexOf('.');
  const side = dot < 0 ? 'requests' : resource.slice(0, dot);
  const name = resource.slice(dot + 1);
  return side === 'limits' ? resources?.limits?.[name] : (resources?.requests?.[name] ?? resources?.limits?.[name]);
}

function usage(resource: string, spec: TemplateSpec | undefined): number {
  if (resource === 'pods' || resource === 'count/pods') return 1;
  return (spec?.containers ?? []).reduce((sum, container) => {
    const value = amountAsked(resource, container);
    return sum + (value === undefined ? 0 : amountOf(value));
  }, 0);
}
