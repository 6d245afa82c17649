/** Which resources there are. Looked up by path, by GroupResource and by kind; user CRDs come and go at runtime. */
import type { GroupResource } from './object.ts';
import { groupResource, type ResourceDefinition, type ResourceVersionDefinition } from './resource.ts';

export interface ResourceMatch {
  definition: ResourceDefinition;
  version: ResourceVersionDefinition;
}

export interface Registry {
  /** In order of registration. */
  all(): readonly ResourceDefinition[];
  get(resource: GroupResource): ResourceDefinition | undefined;
  /** Only served versions. */
  byPath(group: string, version: string, plural: string): ResourceMatch | undefined;
  /** Only served versions. */
  byKind(apiVersion: string, kind: string): ResourceMatch | undefined;
  /** Group → its served versions, preferred first; '' is core. Sorted by group. */
  groups(): readonly { group: string; versions: readonly string[] }[];
  /** Replaces a definition of the same resource. */
  add(definition: ResourceDefinition): void;
  remove(resource: GroupResource): void;
  /** Rises with every change: what is derived from the registry is cached by it. */
  readonly generation: number;
}

export function createRegistry(definitions: readonly ResourceDefinition[]): Registry {
  const byResource = new Map<GroupResource, ResourceDefinition>();
  const byPath = new Map<string, ResourceMatch>();
  const byKind = new Map<string, ResourceMatch>();
  let groups: { group: string; versions: string[] }[] = [];
  let generation = 0;

  const rebuild = () => {
    byPath.clear();
    byKind.clear();
    const versions = new Map<string, Set<string>>();
    for (const definition of byResource.values()) {
      for (const version of definition.versions) {
        if (!version.served) continue;
        const match = { definition, version };
        byPath.set(`${definition.group}/${version.name}/${definition.plural}`, match);
        byKind.set(`${apiVersionOf(definition, version.name)}/${definition.kind}`, match);
        const names = versions.get(definition.group) ?? new Set();
        versions.set(definition.group, names.add(version.name));
      }
    }
    groups = [...versions]
      .map(([group, names]) => ({ group, versions: [...names].sort(compareVersions) }))
      .sort((a, b) => (a.group < b.group ? -1 : 1));
    generation++;
  };

  for (const definition of definitions) byResource.set(groupResource(definition), definition);
  rebuild();
  return {
    all: () => [...byResource.values()],
    get: (resource) => byResource.get(resource),
    byPath: (group, version, plural) => byPath.get(`${group}/${version}/${plural}`),
    byKind: (apiVersion, kind) => byKind.get(`${apiVersion}/${kind}`),
    groups: () => groups,
    add(definition) {
      byResource.set(groupResource(definition), definition);
      rebuild();
    },
    remove(resource) {
      if (byResource.delete(resource)) rebuild();
    },
    get generation() {
      return generation;
    },
  };
}

/** `v1` for core, `group/v1` otherwise. */
export function apiVersionOf(definition: { group: string }, version: string): string {
  return definition.group ? `${definition.group}/${version}` : version;
}

export function storageVersion(definition: ResourceDefinition): ResourceVersionDefinition {
  const version = definition.versions.find(({ storage }) => storage) ?? definition.versions[0];
  if (!version) throw new Error(`${groupResource(definition)} has no version`);
  return version;
}

/** Kubernetes' order of versions: GA newest first, then beta, then alpha, then other names by alphabet. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parseVersion(a), parseVersion(b)];
  if (!x || !y) return x ? -1 : y ? 1 : a < b ? -1 : a > b ? 1 : 0;
  return y.stage - x.stage || y.major - x.major || y.minor - x.minor;
}

function parseVersion(name: string): { major: number; stage: number; minor: number } | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(name);
  if (!match) return undefined;
  return {
    major: Number(match[1]),
    stage: match[2] === 'alpha' ? 0 : match[2] === 'beta' ? 1 : 2,
    minor: Number(match[3] ?? 0),
  };
}
