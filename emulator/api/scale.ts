/** The scale subresource (autoscaling/v1 Scale) over the paths that a definition names. */
import { ApiError } from '../kernel/errors.ts';
import { at, clone, isObject, type JsonObject, mergePatch, set } from '../kernel/json.ts';
import type { KubeObject } from '../kernel/object.ts';
import { applyJsonPatch } from '../kernel/patch/json-patch.ts';
import { objectBody } from './body.ts';
import { type ApiResponse, json } from './http.ts';
import { selectorText } from './kinds/workloads.ts';
import { writeOptions } from './options.ts';
import { type ResourceContext, readPatch, stored } from './resource-requests.ts';

export function scaleRequest(context: ResourceContext): ApiResponse {
  const { request } = context;
  const current = stored(context);
  switch (request.method) {
    case 'GET':
      return json(200, scaleOf(context, current));
    case 'PUT': {
      const options = writeOptions(request, 'UpdateOptions', context.warn);
      const { object } = objectBody(request, { kind: 'Scale', apiVersion: 'autoscaling/v1', typed: true });
      return json(200, write(context, current, object, options));
    }
    case 'PATCH': {
      const { patch, options } = readPatch(context);
      const scale = scaleOf(context, current);
      const changed =
        patch.type === 'json'
          ? applyJsonPatch(scale, patch.operations)
          : mergePatch(scale, patch.type === 'apply' ? patch.object : patch.patch);
      return json(200, write(context, current, changed, options));
    }
    default:
      throw new ApiError('MethodNotAllowed', 'the server does not allow this method on the requested resource');
  }
}

function write(
  context: ResourceContext,
  current: KubeObject,
  scale: unknown,
  options: ReturnType<typeof writeOptions> | object,
): object {
  const replicas = at(scale, 'spec', 'replicas') ?? 0;
  if (!Number.isInteger(replicas) || Number(replicas) < 0) {
    throw new ApiError(
      'Invalid',
      `Scale "${current.metadata.name}" is invalid: spec.replicas: Invalid value: ${String(replicas)}: must be greater than or equal to 0`,
    );
  }
  const object = clone(current);
  setPath(object as unknown as JsonObject, pathOf(context, 'specPath'), replicas);
  const version = at(scale, 'metadata', 'resourceVersion');
  if (typeof version === 'string' && version) object.metadata.resourceVersion = version;
  const written = context.objects.update(context.resource, object, {
    user: context.request.user,
    ...options,
    version: object.apiVersion.slice(object.apiVersion.indexOf('/') + 1),
    subresource: 'scale',
  });
  return scaleOf(context, written);
}

function scaleOf(context: ResourceContext, object: KubeObject): object {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = at(object, ...pathOf(context, 'selectorPath'));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: at(object, ...pathOf(context, 'specPath')) ?? 0 },
    status: {
      replicas: at(object, ...pathOf(context, 'statusPath')) ?? 0,
      ...(selector === undefined ? {} : { selector: isObject(selector) ? selectorText(selector) : String(selector) }),
    },
  };
}

function pathOf({ match }: ResourceContext, which: 'specPath' | 'statusPath' | 'selectorPath'): string[] {
  return (match.definition.subresources.scale?.[which] ?? '').split('.').filter(Boolean);
}

function setPath(object: JsonObject, path: readonly string[], value: unknown): void {
  let current = object;
  for (const name of path.slice(0, -1)) {
    if (!isObject(current[name])) current[name] = {};
    current = current[name] as JsonObject;
  }
  set(current, path.at(-1) ?? '', value);
}
