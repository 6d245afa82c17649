/** Requests to resources: list, watch, get, create, update, patch, delete. Each is a function of its context. */
import { ApiError, notFound } from '../kernel/errors.ts';
import { isObject } from '../kernel/json.ts';
import type { GroupResource, KubeObject } from '../kernel/object.ts';
import { checkIdentity, type DeleteOptions, type Objects, type Patch, type WriteOptions } from '../kernel/objects.ts';
import { apiVersionOf, type ResourceMatch } from '../kernel/registry.ts';
import { groupResource } from '../kernel/resource.ts';
import { notSupported, required } from '../kernel/schema/field-errors.ts';
import type { Store } from '../kernel/store.ts';
import { storedForm, storedPatch, storedSelector } from './alias.ts';
import { mediaType, objectBody, optionalBody, unsupportedMediaType, yamlBody } from './body.ts';
import { type Representation, representation, shapeOf } from './convert.ts';
import type { ApiRequest, ApiResponse } from './http.ts';
import { JsonError, readJson } from './json-body.ts';
import { listPage, type Selection } from './list.ts';
import { invalidOptions, isTrue, listQuery, writeOptions } from './options.ts';
import type { ResourcePath } from './paths.ts';
import { parseFieldSelector, parseLabelSelector } from './selectors.ts';
import { watchStream } from './watch.ts';

/** Who takes nothing for that long and has filled its socket is behind by megabytes, and begins again where it was. */
const watchStallMs = 60_000;

export interface ResourceContext {
  request: ApiRequest;
  path: ResourcePath;
  match: ResourceMatch;
  resource: GroupResource;
  objects: Objects;
  store: Store;
  now(): number;
  warn(message: string): void;
}

export function resourceOf(match: ResourceMatch): GroupResource {
  return match.definition.alias?.of ?? groupResource(match.definition);
}

export function listOrWatch(context: ResourceContext): ApiResponse {
  const { request, path, match, resource, store } = context;
  const parameters = new URLSearchParams(request.query);
  if (path.watch) parameters.set('watch', 'true');
  const query = listQuery(parameters);
  const fields = fieldsOf(match, parameters.get('fieldSelector'), resource);
  const selection: Selection = {
    resource,
    namespace: match.definition.namespaced ? path.namespace : '',
    labels: parseLabelSelector(parameters.get('labelSelector')),
    // A watch on one object, as `/watch/…/name` and old clients ask for it.
    fields: path.name
      ? { ...fields, name: path.name, matches: (o) => o.metadata.name === path.name && fields.matches(o) }
      : fields,
  };
  const output = represent(context);
  if (query.watch) {
    const body = watchStream(store, selection, query, output, { signal: request.signal });
    return { status: 200, headers: { 'content-type': 'application/json' }, body, stallMs: watchStallMs };
  }
  const page = listPage(store, selection, query);
  return answer(200, output.list(page.objects, page.metadata));
}

export function getOne(context: ResourceContext): ApiResponse {
  return answer(200, represent(context).one(stored(context)));
}

export function create(context: ResourceContext): ApiResponse {
  const { request, path, match, resource, objects } = context;
  const options = writeOptions(request, 'CreateOptions', context.warn);
  const { object, duplicates } = objectBody(request, expectedKind(match));
  placeIn(object, path, match);
  const created = objects.create(resource, storedForm(match, object) as unknown as KubeObject, {
    ...options,
    duplicates,
    version: match.version.name,
  });
  return answer(201, represent(context).one(created));
}

export function update(context: ResourceContext): ApiResponse {
  const { request, path, match, resource, objects } = context;
  const options = writeOptions(request, 'UpdateOptions', context.warn);
  const { object, duplicates } = objectBody(request, expectedKind(match));
  checkIdentity(object, path.namespace || undefined, path.name);
  placeIn(object, path, match);
  if (isObject(object['metadata'])) object['metadata']['name'] ??= path.name;
  const updated = objects.update(resource, storedForm(match, object) as unknown as KubeObject, {
    ...options,
    duplicates,
    version: match.version.name,
    subresource: statusOf(path),
  });
  return answer(200, represent(context).one(updated));
}

export function patch(context: ResourceContext): ApiResponse {
  const { path, match, resource, objects } = context;
  const { patch: change, options } = readPatch(context);
  const { object, created } = objects.patch(
    resource,
    path.namespace || undefined,
    path.name,
    storedPatch(match, change),
    {
      ...options,
      version: match.version.name,
      subresource: statusOf(path),
    },
  );
  return answer(created ? 201 : 200, represent(context).one(object));
}

/** The patch of a request by its content type. @throws ApiError. */
export function readPatch({ request, match, warn }: ResourceContext): { patch: Patch; options: WriteOptions } {
  const type = mediaType(request);
  // Custom resources have no strategic merge.
  const core = !match.definition.crd;
  const types = [
    'application/json-patch+json',
    'application/merge-patch+json',
    ...(core ? ['application/strategic-merge-patch+json'] : []),
    'application/apply-patch+yaml',
  ];
  if (!types.includes(type)) throw unsupportedMediaType(types);
  const options = writeOptions(request, 'PatchOptions', warn);
  const text = Buffer.from(request.body).toString();
  if (type === 'application/apply-patch+yaml') {
    if (!request.query.get('fieldManager')) {
      throw invalidOptions('PatchOptions', [required('fieldManager', 'is required for apply patch')]);
    }
    const object = yamlBody(text);
    if (!isObject(object)) throw new ApiError('BadRequest', 'error decoding YAML: the body is no object');
    return { patch: { type: 'apply', object, force: isTrue(request.query.get('force')) }, options };
  }
  let value: unknown;
  let duplicates: string[];
  try {
    ({ value, duplicates } = readJson(text));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new ApiError('BadRequest', `error decoding patch: ${error.message}`);
  }
  const withDuplicates = { ...options, duplicates };
  if (type === 'application/json-patch+json')
    return { patch: { type: 'json', operations: value }, options: withDuplicates };
  if (type === 'application/merge-patch+json')
    return { patch: { type: 'merge', patch: value }, options: withDuplicates };
  return { patch: { type: 'strategic', patch: value }, options: withDuplicates };
}

export function deleteOne(context: ResourceContext): ApiResponse {
  const { path, match, resource, objects } = context;
  const options = deleteOptions(context);
  const { object, gone } = objects.delete(resource, path.namespace || undefined, path.name, options);
  // Pods and what stays for a while are answered as they are.
  if (!gone || (match.definition.group === '' && match.definition.plural === 'pods')) {
    return answer(200, represent(context).one(object));
  }
  const { group, plural } = match.definition;
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: object.metadata.name, ...(group ? { group } : {}), kind: plural, uid: object.metadata.uid },
    }),
  };
}

export function deleteCollection(context: ResourceContext): ApiResponse {
  const { request, path, match, resource, objects, store } = context;
  const options = deleteOptions(context);
  const selection: Selection = {
    resource,
    namespace: match.definition.namespaced ? path.namespace : '',
    labels: parseLabelSelector(request.query.get('labelSelector')),
    fields: fieldsOf(match, request.query.get('fieldSelector'), resource),
  };
  const page = listPage(store, selection, listQuery(withoutVersion(request.query)));
  for (const { metadata } of page.objects) {
    try {
      objects.delete(resource, metadata.namespace, metadata.name, options);
    } catch (error) {
      if (!(error instanceof ApiError && error.reason === 'NotFound')) throw error;
    }
  }
  return answer(200, represent(context).list(page.objects, page.metadata));
}

function fieldsOf(match: ResourceMatch, text: string | null, resource: GroupResource) {
  return parseFieldSelector(storedSelector(match, text), resource, match.version.selectable);
}

function withoutVersion(query: URLSearchParams): URLSearchParams {
  const copy = new URLSearchParams(query);
  for (const key of ['resourceVersion', 'resourceVersionMatch', 'watch']) copy.delete(key);
  return copy;
}

function deleteOptions(context: ResourceContext): DeleteOptions {
  const { request } = context;
  const options = writeOptions(request, 'DeleteOptions', context.warn);
  const body = optionalBody(request, 'DeleteOptions');
  const given = isObject(body) ? body : {};
  const dryRun = Array.isArray(given['dryRun']) ? given['dryRun'] : [];
  const policy = given['propagationPolicy'] ?? request.query.get('propagationPolicy') ?? undefined;
  if (policy !== undefined && policy !== 'Foreground' && policy !== 'Background' && policy !== 'Orphan') {
    throw invalidOptions('DeleteOptions', [
      notSupported('propagationPolicy', policy, ['Background', 'Foreground', 'Orphan', '']),
    ]);
  }
  const orphan = given['orphanDependents'] ?? request.query.get('orphanDependents');
  const propagation = policy ?? (orphan === true || orphan === 'true' ? 'Orphan' : undefined);
  const grace = given['gracePeriodSeconds'] ?? request.query.get('gracePeriodSeconds');
  const preconditions = isObject(given['preconditions']) ? given['preconditions'] : {};
  return {
    ...options,
    dryRun: options.dryRun || dryRun.includes('All'),
    ...(propagation ? { propagation } : {}),
    ...(grace !== null && grace !== undefined ? { gracePeriodSeconds: Number(grace) } : {}),
    preconditions: preconditions as { uid?: string; resourceVersion?: string },
  };
}

/** @throws ApiError NotFound. */
export function stored({ store, resource, path, match }: ResourceContext): KubeObject {
  const object = store.get(resource, match.definition.namespaced ? path.namespace : undefined, path.name);
  if (!object) throw notFound(match.definition, path.name);
  return object;
}

export function represent({ request, match, store, now }: ResourceContext): Representation {
  const includeObject = request.query.get('includeObject');
  return representation(match, store, shapeOf(request.headers['accept']), {
    includeObject: includeObject === 'None' || includeObject === 'Object' ? includeObject : 'Metadata',
    now,
  });
}

export function expectedKind({ definition, version }: ResourceMatch): {
  kind: string;
  apiVersion: string;
  typed: boolean;
} {
  return { kind: definition.kind, apiVersion: apiVersionOf(definition, version.name), typed: !definition.crd };
}

/** The namespace of the path is the object's. @throws ApiError BadRequest when it says another one. */
function placeIn(object: Record<string, unknown>, path: ResourcePath, { definition }: ResourceMatch): void {
  if (object['metadata'] === undefined || object['metadata'] === null) object['metadata'] = {};
  const { metadata } = object;
  if (!isObject(metadata) || !definition.namespaced) return;
  if (metadata['namespace'] && metadata['namespace'] !== path.namespace) {
    throw new ApiError(
      'BadRequest',
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  metadata['namespace'] = path.namespace;
}

function statusOf({ subresource }: ResourcePath): '' | 'status' {
  return subresource === 'status' ? 'status' : '';
}

export function answer(status: number, body: Uint8Array): ApiResponse {
  return { status, headers: { 'content-type': 'application/json' }, body };
}
