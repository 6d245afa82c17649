/** The Ingress of a Route and its placeholder Services. */
import type { DraftObject, KubeObject } from '../../kernel/object.ts';
import { domainName, hostnameFor } from '../config/domains.ts';
import type { PlatformConfig } from '../config/types.ts';
import type { Ingress, IngressPath, IngressRule, IngressSpec, IngressSplit, Visibility } from '../ingress/types.ts';
import { annotation, networking, serving, spellings, visibilityClusterLocal } from '../keys.ts';
import { annotationsOf, labelsOf, placed, without } from '../objects.ts';
import { lastApplied } from '../service/resources.ts';
import type { CoreServiceSpec } from '../workloads/types.ts';
import { targetHosts } from './domains.ts';
import { ingressName } from './names.ts';
import { type ConfigurationRollout, type Rollout, rolloutOf, serializeRollout } from './rollout.ts';
import { defaultTarget, type RevisionTarget, type Traffic } from './traffic.ts';
import type { Route } from './types.ts';

/** @throws DomainNameError */
export function makeIngress(
  route: Route,
  traffic: Traffic,
  visibility: ReadonlyMap<string, Visibility>,
  rollout: Rollout,
  config: PlatformConfig,
): DraftObject<IngressSpec> {
  const { metadata } = route;
  const tags: Record<string, string[]> = {};
  const rules: IngressRule[] = [];
  const names = [...traffic.targets.keys()].sort();
  for (const name of names) {
    const sides: Visibility[] =
      visibility.get(name) === 'ClusterLocal' ? ['ClusterLocal'] : ['ClusterLocal', 'ExternalIP'];
    for (const side of sides) {
      const hosts = targetHosts(route, name, side, config);
      const paths = pathsOf(route, traffic, rollout, names, name, config);
      const groups = side === 'ClusterLocal' ? [hosts.all] : hosts.all.map((host) => [host]);
      for (const group of groups) rules.push({ hosts: group, visibility: side, http: { paths } });
      if (name !== defaultTarget) tags[name] = [...(tags[name] ?? []), hosts.primary];
    }
  }
  return {
    apiVersion: 'networking.internal.knative.dev/v1alpha1',
    kind: 'Ingress',
    metadata: {
      ...placed(route, ingressName(route)),
      labels: {
        ...labelsOf(route),
        [serving.route]: metadata.name,
        [serving.routeNamespace]: metadata.namespace ?? '',
      },
      annotations: {
        [networking.ingressClassOld]: ingressClass(route, config),
        [networking.rollout]: serializeRollout(rollout),
        ...without(annotationsOf(route), isExcluded),
        ...(Object.keys(tags).length > 0 ? { [networking.tagToHost]: sortedJson(tags) } : {}),
      },
    },
    spec: { rules, httpOption: httpOption(route, config) },
  };
}

export function ingressClass(owner: KubeObject, config: PlatformConfig): string {
  return annotation(annotationsOf(owner), networking.ingressClass)?.value || config.network.defaultIngressClass;
}

/** Annotations that go no further than the Route: kubectl's own, and the second spelling of classes. */
export function isExcluded(key: string): boolean {
  return (
    key === lastApplied ||
    key === spellings(networking.certificateClass).at(-1) ||
    key === spellings(networking.ingressClass).at(-1)
  );
}

/** Of the annotation, else of the platform; without certificates nothing is redirected unless it is asked for. */
export function httpOption(owner: KubeObject, config: PlatformConfig): 'Enabled' | 'Redirected' {
  const own = annotation(annotationsOf(owner), networking.httpProtocol)?.value.toLowerCase();
  if (own === 'redirected') return 'Redirected';
  if (own === 'enabled') return 'Enabled';
  return config.network.httpProtocol === 'redirected' ? 'Redirected' : 'Enabled';
}

function pathsOf(
  route: Route,
  traffic: Traffic,
  rollout: Rollout,
  names: readonly string[],
  name: string,
  config: PlatformConfig,
): IngressPath[] {
  const path = (target: string): IngressPath => ({
    splits: splitsOf(route, traffic.targets.get(target) ?? [], target, rollout),
  });
  if (config.features.tagHeaderBasedRouting !== 'Enabled') return [path(name)];
  if (name !== defaultTarget) return [{ ...path(name), appendHeaders: { 'Knative-Serving-Tag': name } }];
  const byHeader = names
    .filter((tag) => tag !== defaultTarget)
    .map((tag) => ({ ...path(tag), headers: { 'Knative-Serving-Tag': { exact: tag } } }));
  return [...byHeader, { ...path(name), appendHeaders: { 'Knative-Serving-Default-Route': 'true' } }];
}

function splitsOf(route: Route, targets: readonly RevisionTarget[], tag: string, rollout: Rollout): IngressSplit[] {
  const namespace = route.metadata.namespace ?? '';
  return targets
    .filter(({ percent }) => percent > 0)
    .flatMap(({ revisionName, configurationName, latestRevision, percent, protocol }) => {
      const running: ConfigurationRollout | undefined = latestRevision
        ? rolloutOf(rollout, tag, configurationName)
        : undefined;
      const shares = running && running.revisions.length > 1 ? running.revisions : [{ revisionName, percent }];
      return shares.map((share) => ({
        serviceNamespace: namespace,
        serviceName: share.revisionName,
        servicePort: protocol === 'h2c' ? 81 : 80,
        percent: share.percent,
        appendHeaders: {
          'Knative-Serving-Namespace': namespace,
          'Knative-Serving-Revision': share.revisionName,
        },
      }));
    });
}

function sortedJson(tags: Record<string, string[]>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** Holds the name within the cluster; it points at the gateway once the Ingress knows one. @throws DomainNameError */
export function makePlaceholder(
  route: Route,
  target: string,
  ingress: Ingress | undefined,
  stored: KubeObject | undefined,
  config: PlatformConfig,
): DraftObject<CoreServiceSpec> {
  const name = hostnameFor(config, route.metadata.name, target);
  const local = stored !== undefined && labelsOf(stored)[networking.visibility] === visibilityClusterLocal;
  const { labels, annotations } = route.metadata;
  const fallback = domainName(config, { namespace: route.metadata.namespace, labels, annotations }, name);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...placed(route, name),
      labels: {
        ...without(labelsOf(route), (key) => key === networking.visibility),
        [serving.route]: route.metadata.name,
      },
      annotations: { ...annotationsOf(route) },
    },
    spec: {
      type: 'ExternalName',
      externalName: gatewayOf(ingress, local) ?? standingName(stored) ?? fallback,
      sessionAffinity: 'None',
      ports: [{ name: 'http2', appProtocol: 'kubernetes.io/h2c', port: 80, protocol: 'TCP', targetPort: 80 }],
    },
  };
}

function gatewayOf(ingress: Ingress | undefined, local: boolean): string | undefined {
  const inside = ingress?.status?.privateLoadBalancer?.ingress ?? [];
  const balancers = local || inside.length > 0 ? inside : (ingress?.status?.publicLoadBalancer?.ingress ?? []);
  const [balancer] = balancers;
  return balancer?.domainInternal ?? balancer?.domain;
}

function standingName(stored: KubeObject | undefined): string | undefined {
  return (stored?.spec as CoreServiceSpec | undefined)?.externalName;
}
