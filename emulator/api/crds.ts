/**
 * CustomResourceDefinitions: the platform's own kinds are listed as CRD objects; a user's CRD becomes a kind of the
 * registry while it is there, and takes its objects along when it goes.
 */
import { at, isObject } from '../kernel/json.ts';
import { type GroupResource, type KubeObject, rfc3339 } from '../kernel/object.ts';
import type { Objects } from '../kernel/objects.ts';
import { compareVersions, type Registry } from '../kernel/registry.ts';
import {
  groupResource,
  type PrinterColumn,
  type ResourceDefinition,
  type ResourceVersionDefinition,
  type Schema,
} from '../kernel/resource.ts';
import { compiledRules, hasRules, loadRuleEngine } from '../kernel/schema/rules.ts';
import type { Store } from '../kernel/store.ts';

const crdResource: GroupResource = 'customresourcedefinitions.apiextensions.k8s.io';
const user = { username: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };

interface CrdVersion {
  name: string;
  served: boolean;
  storage: boolean;
  deprecated?: boolean;
  deprecationWarning?: string;
  selectableFields?: { jsonPath: string }[];
  schema?: { openAPIV3Schema?: Schema };
  subresources?: {
    status?: object;
    scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string };
  };
  additionalPrinterColumns?: {
    name: string;
    type: string;
    description?: string;
    priority?: number;
    jsonPath: string;
  }[];
}

interface CrdSpec {
  group: string;
  scope: string;
  names: {
    kind: string;
    plural: string;
    singular?: string;
    shortNames?: string[];
    categories?: string[];
    listKind?: string;
  };
  versions: CrdVersion[];
}

export interface CrdFollower extends Disposable {
  /** Resolves when every kind that is there can be held to its rules; awaited before a request is answered. */
  ready: Promise<void>;
}

/** Writes the CRD objects of built-in kinds and follows those of users. Call once, when all built-in kinds are known. */
export function followCrds(objects: Objects, registry: Registry, store: Store, now: () => number): CrdFollower {
  if (!registry.get(crdResource)) return { ready: Promise.resolve(), [Symbol.dispose]() {} };
  const builtIn = new Set(registry.all().map(groupResource));
  for (const definition of registry.all()) if (definition.crd) publish(objects, store, definition, now());
  const all = store.list(crdResource);
  for (const crd of all) take(crd);
  const ruled = all.filter((crd) => !builtIn.has(crd.metadata.name) && hasRules(crd.spec));
  const ready = ruled.length > 0 ? loadRuleEngine().then(() => ruled.forEach(takeAgain)) : Promise.resolve();
  const subscription = store.subscribe(({ type, resource, object }) => {
    if (resource !== crdResource || builtIn.has(object.metadata.name)) return;
    if (type === 'DELETED') {
      for (const { metadata } of store.list(object.metadata.name)) {
        objects.delete(object.metadata.name, metadata.namespace, metadata.name, { user });
      }
      registry.remove(object.metadata.name);
    } else take(object);
  });
  return { ready, [Symbol.dispose]: () => subscription[Symbol.dispose]() };

  function takeAgain({ metadata }: KubeObject): void {
    const crd = store.get(crdResource, undefined, metadata.name);
    if (crd) take(crd);
  }

  function take(crd: KubeObject): void {
    if (builtIn.has(crd.metadata.name)) return;
    const definition = definitionOf(crd);
    if (!definition) return;
    registry.add(definition);
    if (!at(crd, 'status', 'acceptedNames')) writeStatus(objects, crd, now());
  }
}

function writeStatus(objects: Objects, crd: KubeObject, now: number): void {
  objects.update(crdResource, { ...crd, status: crdStatus(crd.spec as CrdSpec, now) }, { user, subresource: 'status' });
}

function crdStatus(spec: CrdSpec, now: number): object {
  const lastTransitionTime = rfc3339(now);
  return {
    acceptedNames: { listKind: `${spec.names.kind}List`, singular: spec.names.kind.toLowerCase(), ...spec.names },
    conditions: [
      {
        type: 'NamesAccepted',
        status: 'True',
        reason: 'NoConflicts',
        message: 'no conflicts found',
        lastTransitionTime,
      },
      {
        type: 'Established',
        status: 'True',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
        lastTransitionTime,
      },
    ],
    storedVersions: spec.versions.filter(({ storage }) => storage).map(({ name }) => name),
  };
}

function publish(objects: Objects, store: Store, definition: ResourceDefinition, now: number): void {
  const name = groupResource(definition);
  const spec = specOf(definition);
  const stored = store.get(crdResource, undefined, name);
  const metadata = { name, labels: { ...definition.crdLabels } };
  if (!stored) {
    const created = objects.create(
      crdResource,
      { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata, spec },
      { user },
    );
    writeStatus(objects, created, now);
    return;
  }
  // A newer Slipway may know more fields. Nothing is written when nothing changed.
  objects.update(crdResource, { ...stored, metadata: { ...stored.metadata, ...metadata }, spec }, { user });
}

function specOf(definition: ResourceDefinition): CrdSpec & object {
  const { group, kind, plural, singular, shortNames, categories, namespaced, versions, subresources } = definition;
  return {
    group,
    scope: namespaced ? 'Namespaced' : 'Cluster',
    names: {
      kind,
      listKind: `${kind}List`,
      plural,
      singular,
      ...(shortNames.length > 0 ? { shortNames } : {}),
      ...(categories.length > 0 ? { categories } : {}),
    },
    versions: versions.map(({ name, served, storage, schema, columns }) => ({
      name,
      served,
      storage,
      schema: { openAPIV3Schema: schema },
      ...(subresources.status ? { subresources: { status: {} } } : {}),
      additionalPrinterColumns: columns.flatMap(({ name: title, type, description, priority, value }) =>
        typeof value === 'string'
          ? [
              {
                name: title,
                type,
                jsonPath: value,
                ...(description ? { description } : {}),
                ...(priority ? { priority } : {}),
              },
            ]
          : [],
      ),
    })),
  };
}

/** The kind that a user's CRD defines; undefined when it is broken. */
function definitionOf(crd: KubeObject): ResourceDefinition | undefined {
  const spec = crd.spec as CrdSpec | undefined;
  if (!spec?.names?.kind || !Array.isArray(spec.versions)) return undefined;
  const { names } = spec;
  const subresources = spec.versions.find(({ storage }) => storage)?.subresources;
  const scale = subresources?.scale;
  return {
    group: spec.group,
    kind: names.kind,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: spec.scope === 'Namespaced',
    generation: true,
    crd: true,
    subresources: {
      ...(subresources?.status ? { status: true } : {}),
      ...(scale
        ? {
            scale: {
              specPath: scale.specReplicasPath,
              statusPath: scale.statusReplicasPath,
              ...(scale.labelSelectorPath ? { selectorPath: scale.labelSelectorPath } : {}),
            },
          }
        : {}),
    },
    versions: spec.versions.map(({ name, served, storage, schema, additionalPrinterColumns, ...version }) => ({
      name,
      served,
      storage,
      ...(version.selectableFields
        ? { selectable: version.selectableFields.map(({ jsonPath }) => jsonPath.replace(/^\./, '')) }
        : {}),
      ...(version.deprecated ? { deprecation: version.deprecationWarning ?? deprecationOf(spec, name) } : {}),
      ...schemaAndRules(schema?.openAPIV3Schema),
      columns: additionalPrinterColumns?.map(columnOf) ?? [
        { name: 'Age', type: 'date', value: '.metadata.creationTimestamp' },
      ],
    })),
  };
}

/** As apiextensions words it where the definition says nothing. */
function deprecationOf({ group, names, versions }: CrdSpec, name: string): string {
  const newer = versions
    .filter((one) => one.served && !one.deprecated && compareVersions(one.name, name) < 0)
    .map((one) => one.name)
    .sort(compareVersions);
  const instead = newer[0] === undefined ? '' : `; use ${group}/${newer[0]} ${names.kind}`;
  return `${group}/${name} ${names.kind} is deprecated${instead}`;
}

function schemaAndRules(given: unknown): Pick<ResourceVersionDefinition, 'schema' | 'rules'> {
  if (!isObject(given)) return { schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const rules = compiledRules(given as Schema);
  return { schema: given as Schema, ...(rules ? { rules } : {}) };
}

function columnOf(column: NonNullable<CrdVersion['additionalPrinterColumns']>[number]): PrinterColumn {
  const { name, type, description, priority, jsonPath } = column;
  return {
    name,
    type: type as PrinterColumn['type'],
    value: jsonPath,
    ...(description ? { description } : {}),
    ...(priority ? { priority } : {}),
  };
}
