/** /openapi/v3: an index and a document per group version, built from the schemas; what `kubectl apply` and `explain` read. */
import { createHash } from 'node:crypto';
import type { Registry } from '../kernel/registry.ts';
import { apiVersionOf } from '../kernel/registry.ts';
import type { ResourceDefinition, ResourceVersionDefinition, Schema } from '../kernel/resource.ts';
import { objectMetaSchema } from '../kernel/schema/object-meta.ts';
import { kubernetesVersion } from './health.ts';
import { type ApiRequest, type ApiResponse, json } from './http.ts';
import { reviewKinds } from './kinds/reviews.ts';

const caches = new WeakMap<Registry, { generation: number; documents: Map<string, string> }>();

/** Answers an OpenAPI path, or undefined when it is none. */
export function openApi(request: ApiRequest, registry: Registry): ApiResponse | undefined {
  const { path } = request;
  if (path === '/openapi/v3' || path === '/openapi/v3/') return json(200, { paths: index(registry) });
  if (!path.startsWith('/openapi/v3/')) return undefined;
  const document = documentOf(registry, path.slice('/openapi/v3/'.length));
  if (document === undefined) return undefined;
  return { status: 200, headers: { 'content-type': 'application/json' }, body: document };
}

function index(registry: Registry): Record<string, { serverRelativeURL: string }> {
  const paths: Record<string, { serverRelativeURL: string }> = {};
  for (const { group, versions } of groupsOf(registry)) {
    for (const version of versions) {
      const key = group ? `apis/${group}/${version}` : `api/${version}`;
      const text = documentOf(registry, key) ?? '';
      const hash = createHash('sha256').update(text).digest('hex').toUpperCase();
      paths[key] = { serverRelativeURL: `/openapi/v3/${key}?hash=${hash}` };
    }
  }
  return paths;
}

const reviewGroups = [...new Set(reviewKinds.map(({ group }) => group))].map((group) => ({ group, versions: ['v1'] }));

/** Those of the registry and of what is answered without being stored. */
function groupsOf(registry: Registry): ReturnType<Registry['groups']> {
  const stored = registry.groups();
  return [...stored, ...reviewGroups.filter(({ group }) => !stored.some((one) => one.group === group))];
}

export interface OpenApiDocument {
  components: { schemas: Record<string, object> };
  paths: Record<string, object>;
}

/** The documents of all group versions. */
export function* openApiDocuments(registry: Registry): Iterable<OpenApiDocument> {
  for (const { group, versions } of groupsOf(registry)) {
    for (const version of versions) {
      const text = documentOf(registry, group ? `apis/${group}/${version}` : `api/${version}`);
      if (text !== undefined) yield JSON.parse(text) as OpenApiDocument;
    }
  }
}

function documentOf(registry: Registry, key: string): string | undefined {
  let cache = caches.get(registry);
  if (cache?.generation !== registry.generation) {
    cache = { generation: registry.generation, documents: new Map() };
    caches.set(registry, cache);
  }
  const known = cache.documents.get(key);
  if (known !== undefined) return known;
  const [root, ...rest] = key.split('/');
  const [group = '', version = ''] = root === 'api' ? ['', rest[0]] : rest;
  const served = [...registry.all(), ...reviewKinds].filter(
    (one) => one.group === group && one.versions.some(({ name, served }) => served && name === version),
  );
  if (served.length === 0 || (root !== 'api' && root !== 'apis')) return undefined;
  const text = JSON.stringify(build(served, group, version));
  cache.documents.set(key, text);
  return text;
}

const metaName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const listMetaName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta';
const deleteOptionsName = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';

function build(definitions: readonly ResourceDefinition[], group: string, version: string): object {
  const schemas: Record<string, object> = {
    [metaName]: publicSchema(objectMetaSchema),
    [listMetaName]: {
      type: 'object',
      properties: {
        resourceVersion: { type: 'string' },
        continue: { type: 'string' },
        remainingItemCount: { type: 'integer' },
      },
    },
    [deleteOptionsName]: {
      type: 'object',
      properties: {
        gracePeriodSeconds: { type: 'integer', format: 'int64' },
        propagationPolicy: { type: 'string' },
        dryRun: { type: 'array', items: { type: 'string' } },
      },
      'x-kubernetes-group-version-kind': [{ group: '', kind: 'DeleteOptions', version: 'v1' }],
    },
  };
  const paths: Record<string, object> = {};
  for (const definition of definitions) {
    const found = definition.versions.find(({ name }) => name === version);
    if (!found) continue;
    const name = schemaName(definition, version);
    schemas[name] = objectSchema(definition, found, group, version);
    if (reviewKinds.includes(definition)) {
      Object.assign(paths, reviewPath(definition, name, group, version));
      continue;
    }
    schemas[`${name}List`] = {
      type: 'object',
      required: ['items'],
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { allOf: [reference(listMetaName)] },
        items: { type: 'array', items: { allOf: [reference(name)] } },
      },
      'x-kubernetes-group-version-kind': [{ group, kind: `${definition.kind}List`, version }],
    };
    Object.assign(paths, pathsOf(definition, name, group, version));
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: kubernetesVersion.gitVersion },
    paths,
    components: { schemas },
  };
}

function schemaName({ group, kind }: ResourceDefinition, version: string): string {
  const reversed = (group || 'core.api.k8s.io').split('.').reverse().join('.');
  return `${reversed}.${version}.${kind}`;
}

function reference(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
}

function objectSchema(
  definition: ResourceDefinition,
  { schema }: ResourceVersionDefinition,
  group: string,
  version: string,
): object {
  const { properties, ...rest } = publicSchema(schema) as { properties?: Record<string, object> };
  return {
    ...rest,
    type: 'object',
    properties: {
      apiVersion: { type: 'string', description: 'Version of the schema that this object follows.' },
      kind: { type: 'string', description: 'Kind of this object.' },
      ...properties,
      metadata: { description: "Standard object's metadata.", default: {}, allOf: [reference(metaName)] },
    },
    'x-kubernetes-group-version-kind': [{ group, kind: definition.kind, version }],
  };
}

/** As published: int-or-string spelled out, and a type where kubectl explain needs one. */
function publicSchema(schema: Schema): object {
  const { properties, items, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(schema['x-kubernetes-int-or-string'] ? { oneOf: [{ type: 'integer' }, { type: 'string' }] } : {}),
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, publicSchema(inner)])) }
      : {}),
    ...(items ? { items: publicSchema(items) } : {}),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            typeof additionalProperties === 'boolean' ? additionalProperties : publicSchema(additionalProperties),
        }),
  };
}

const parameter = (name: string, type = 'string') => ({ name, in: 'query', schema: { type, uniqueItems: true } });
const dryRun = parameter('dryRun');
const fieldManager = parameter('fieldManager');
const fieldValidation = parameter('fieldValidation');
const force = parameter('force', 'boolean');
const listParameters = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
].map((name) => parameter(name));

type Operation = (action: string, verb: string, parameters: object[], response: string, body?: object) => object;

/** Where a kind is created and listed, and what an operation on it looks like. */
function placeOf(definition: ResourceDefinition, name: string, group: string, version: string) {
  const root = group ? `/apis/${apiVersionOf({ group }, version)}` : `/api/${version}`;
  const scope = definition.namespaced ? '/namespaces/{namespace}' : '';
  const operation: Operation = (action, verb, parameters, response, body) => ({
    operationId: `${verb}${definition.kind}${version}${group.replaceAll('.', '')}`,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, kind: definition.kind, version },
    parameters,
    ...(body ? { requestBody: body } : {}),
    responses: {
      200: { description: 'OK', content: { 'application/json': { schema: reference(response) } } },
    },
  });
  return {
    collection: `${root}${scope}/${definition.plural}`,
    place: definition.namespaced ? [pathParameter('namespace')] : [],
    operation,
    objectBody: { content: { 'application/json': { schema: reference(name) } } },
  };
}

/** A review is only ever created. */
function reviewPath(definition: ResourceDefinition, name: string, group: string, version: string) {
  const { collection, place, operation, objectBody } = placeOf(definition, name, group, version);
  const parameters = [dryRun, fieldManager, fieldValidation];
  return { [collection]: { parameters: place, post: operation('post', 'create', parameters, name, objectBody) } };
}

function pathsOf(definition: ResourceDefinition, name: string, group: string, version: string): Record<string, object> {
  const { collection, place, operation, objectBody } = placeOf(definition, name, group, version);
  const patchTypes = [
    'application/json-patch+json',
    'application/merge-patch+json',
    ...(definition.crd ? [] : ['application/strategic-merge-patch+json']),
    'application/apply-patch+yaml',
  ];
  const patchBody = {
    content: Object.fromEntries(patchTypes.map((type) => [type, { schema: { type: 'object' } }])),
  };
  const write = [dryRun, fieldManager, fieldValidation];
  const one = (suffix: string) => ({
    parameters: [pathParameter('name'), ...place],
    get: operation('get', `read${suffix}`, [], name),
    put: operation('put', `replace${suffix}`, write, name, objectBody),
    patch: operation('patch', `patch${suffix}`, [...write, force], name, patchBody),
  });
  return {
    [collection]: {
      parameters: place,
      get: operation('list', 'list', listParameters, `${name}List`),
      post: operation('post', 'create', write, name, objectBody),
      delete: operation('deletecollection', 'deleteCollection', [...listParameters, dryRun], name),
    },
    [`${collection}/{name}`]: {
      ...one(''),
      delete: operation('delete', 'delete', [dryRun], name, {
        content: { 'application/json': { schema: reference(deleteOptionsName) } },
      }),
    },
    ...(definition.subresources.status ? { [`${collection}/{name}/status`]: one('Status') } : {}),
  };
}

function pathParameter(name: string): object {
  return { name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } };
}
