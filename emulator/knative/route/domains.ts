/** Hosts and visibility of a Route's targets (knative.dev/serving route/domains, route/visibility). */
import type { View } from '../../kernel/resource.ts';
import { domainFor, domainName, expandedHosts, hostnameFor } from '../config/domains.ts';
import type { PlatformConfig } from '../config/types.ts';
import type { Visibility } from '../ingress/types.ts';
import { networking, serving, visibilityClusterLocal } from '../keys.ts';
import { annotationsOf, labelsOf, without } from '../objects.ts';
import { workloads } from '../workloads/resources.ts';
import { defaultTarget } from './traffic.ts';
import type { Route } from './types.ts';

export interface TargetHosts {
  /** The one that a URL shows. */
  primary: string;
  all: string[];
}

/** @throws DomainNameError of config/domains. */
export function targetHosts(route: Route, target: string, visibility: Visibility, config: PlatformConfig): TargetHosts {
  const local = visibility === 'ClusterLocal';
  const labels = without(labelsOf(route), (key) => key === networking.visibility);
  if (local) labels[networking.visibility] = visibilityClusterLocal;
  const { namespace } = route.metadata;
  const annotations = { ...annotationsOf(route) };
  const primary = domainName(
    config,
    { namespace, labels, annotations },
    hostnameFor(config, route.metadata.name, target),
  );
  return { primary, all: local ? expandedHosts(primary) : [primary] };
}

/** @throws DomainNameError */
export function targetUrl(route: Route, target: string, visibility: Visibility, config: PlatformConfig): string {
  const scheme = visibility === 'ClusterLocal' ? 'http' : config.network.defaultExternalScheme;
  return `${scheme}://${targetHosts(route, target, visibility, config).primary}`;
}

/** Who may reach which target: the Route says, and a placeholder Service may narrow it for its own. @throws DomainNameError */
export function visibilities(route: Route, view: View, config: PlatformConfig): Map<string, Visibility> {
  const { namespace = '', name } = route.metadata;
  const whole = domainFor(config.domain, route.metadata.labels) === 'svc.cluster.local';
  const placeholders = new Map(
    view
      .list(workloads.services, { namespace, labels: { [serving.route]: name } })
      .map((service) => [service.metadata.name, labelsOf(service)[networking.visibility] === visibilityClusterLocal]),
  );
  const names = new Set([defaultTarget, ...(route.spec?.traffic ?? []).map(({ tag = '' }) => tag)]);
  return new Map(
    [...names].map((target) => {
      const local = whole || placeholders.get(hostnameFor(config, name, target));
      return [target, local ? 'ClusterLocal' : 'ExternalIP'];
    }),
  );
}
