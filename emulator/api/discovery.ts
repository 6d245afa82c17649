/** Discovery: /api, /apis (also aggregated, v2), groups and the resources of a version. Derived from the registry. */
import type { Registry } from '../kernel/registry.ts';
import { apiVersionOf, compareVersions } from '../kernel/registry.ts';
import type { ResourceDefinition } from '../kernel/resource.ts';
import { type ApiRequest, type ApiResponse, json } from './http.ts';
import { reviewKinds } from './kinds/reviews.ts';
import { extraSubresources } from './subresource-table.ts';

const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const coreVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

interface ApiResource {
  name: string;
  singularName: string;
  namespaced: boolean;
  group?: string;
  version?: string;
  kind: string;
  verbs: readonly string[];
  shortNames?: readonly string[];
  categories?: readonly string[];
}

export interface RouteGroup {
  group: string;
  version: string;
}

/** Answers a discovery path, or undefined when it is none. */
export function discover(
  path: string,
  request: ApiRequest,
  registry: Registry,
  routeGroups: readonly RouteGroup[],
): ApiResponse | undefined {
  const segments = path.split('/').filter(Boolean);
  if (segments[0] === 'api' && segments.length === 1) {
    if (wantsAggregated(request)) return aggregated(registry, [''], []);
    return json(200, {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }],
    });
  }
  if (segments[0] === 'api' && segments.length === 2)
    return segments[1] === 'v1' ? resources(registry, '', 'v1') : undefined;
  if (segments[0] !== 'apis') return undefined;
  const groups = groupsOf(registry, routeGroups);
  if (segments.length === 1) {
    if (wantsAggregated(request))
      return aggregated(
        registry,
        groups.map(({ group }) => group),
        routeGroups,
      );
    return json(200, { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(apiGroup) });
  }
  const group = groups.find((one) => one.group === segments[1]);
  if (!group) return undefined;
  if (segments.length === 2) return json(200, { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) });
  const version = segments[2] ?? '';
  return segments.length === 3 && group.versions.includes(version)
    ? resources(registry, group.group, version)
    : undefined;
}

/** Kubernetes' own groups before those of custom resources, as there: a name that both have (`ingresses`) is the former's. */
function groupsOf(registry: Registry, routeGroups: readonly RouteGroup[]): { group: string; versions: string[] }[] {
  const groups = new Map<string, Set<string>>();
  for (const { group, versions } of registry.groups()) if (group) groups.set(group, new Set(versions));
  for (const { group, version } of [...routeGroups, ...reviewKinds.map(({ group }) => ({ group, version: 'v1' }))]) {
    groups.set(group, (groups.get(group) ?? new Set()).add(version));
  }
  const later = new Set(registry.all().flatMap(({ group, crd }) => (crd ? [group] : [])));
  for (const { group } of routeGroups) later.add(group);
  return [...groups]
    .map(([group, versions]) => ({ group, versions: [...versions].sort(compareVersions) }))
    .sort((a, b) => Number(later.has(a.group)) - Number(later.has(b.group)) || (a.group < b.group ? -1 : 1));
}

function apiGroup({ group, versions }: { group: string; versions: readonly string[] }): object {
  const all = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: all, preferredVersion: all[0] };
}

function resources(registry: Registry, group: string, version: string): ApiResponse {
  return json(200, {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group }, version),
    resources: resourcesOf(registry, group, version),
  });
}

function definitionsOf(registry: Registry, group: string, version: string): ResourceDefinition[] {
  return registry
    .all()
    .filter((one) => one.group === group && one.versions.some(({ name, served }) => served && name === version))
    .sort((a, b) => (a.plural < b.plural ? -1 : 1));
}

function resourcesOf(registry: Registry, group: string, version: string): ApiResource[] {
  const list: ApiResource[] = [];
  for (const definition of definitionsOf(registry, group, version)) {
    const { plural, singular, kind, namespaced, shortNames, categories } = definition;
    list.push({
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs: definition.crd ? customVerbs : coreVerbs,
      ...(shortNames.length > 0 ? { shortNames } : {}),
      ...(categories.length > 0 ? { categories } : {}),
    });
    for (const sub of subresourcesOf(definition)) {
      list.push({
        name: `${plural}/${sub.name}`,
        singularName: '',
        namespaced,
        ...(sub.group !== undefined ? { group: sub.group, version: sub.version ?? 'v1' } : {}),
        kind: sub.kind,
        verbs: sub.verbs,
      });
    }
  }
  for (const { group: own, plural, singular, namespaced, kind } of reviewKinds) {
    if (own !== group || version !== 'v1') continue;
    list.push({ name: plural, singularName: singular, namespaced, kind, verbs: ['create'] });
  }
  return list;
}

interface Subresource {
  name: string;
  kind: string;
  verbs: readonly string[];
  group?: string;
  version?: string;
}

function subresourcesOf(definition: ResourceDefinition): Subresource[] {
  const list: Subresource[] = [...(extraSubresources[definition.plural] ?? []).filter(() => definition.group === '')];
  if (definition.subresources.scale) {
    list.push({ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] });
  }
  if (definition.subresources.status)
    list.push({ name: 'status', kind: definition.kind, verbs: ['get', 'patch', 'update'] });
  return list;
}

function wantsAggregated(request: ApiRequest): boolean {
  return (
    /as=APIGroupDiscoveryList/.test(request.headers['accept'] ?? '') &&
    /v=v2(;|,|$)/.test(request.headers['accept'] ?? '')
  );
}

function aggregated(registry: Registry, groups: readonly string[], routeGroups: readonly RouteGroup[]): ApiResponse {
  const versionsOf = (group: string): readonly string[] =>
    group === '' ? ['v1'] : (groupsOf(registry, routeGroups).find((one) => one.group === group)?.versions ?? []);
  const items = groups.map((group) => ({
    metadata: { ...(group ? { name: group } : {}), creationTimestamp: null },
    versions: versionsOf(group).map((version) => ({
      version,
      resources: aggregatedResources(registry, group, version),
      freshness: 'Current',
    })),
  }));
  return json(
    200,
    { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items },
    { 'content-type': 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' },
  );
}

function aggregatedResources(registry: Registry, group: string, version: string): object[] {
  const all = resourcesOf(registry, group, version);
  return all
    .filter(({ name }) => !name.includes('/'))
    .map((resource) => {
      const prefix = `${resource.name}/`;
      const subresources = all
        .filter(({ name }) => name.startsWith(prefix))
        .map((sub) => ({
          subresource: sub.name.slice(prefix.length),
          responseKind: { group: sub.group ?? group, version: sub.version ?? version, kind: sub.kind },
          verbs: sub.verbs,
        }));
      return {
        resource: resource.name,
        responseKind: { group, version, kind: resource.kind },
        scope: resource.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: resource.singularName,
        verbs: resource.verbs,
        ...(resource.shortNames ? { shortNames: resource.shortNames } : {}),
        ...(resource.categories ? { categories: resource.categories } : {}),
        ...(subresources.length > 0 ? { subresources } : {}),
      };
    });
}
