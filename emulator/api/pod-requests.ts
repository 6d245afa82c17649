/** Subresources of pods that are plain requests: log, eviction, binding; and tokens of service accounts. */
import { ApiError } from '../kernel/errors.ts';
import { at, clone, isObject } from '../kernel/json.ts';
import { rfc3339 } from '../kernel/object.ts';
import { type FieldError, forbidden, invalid, invalidObject } from '../kernel/schema/field-errors.ts';
import { objectBody, optionalBody } from './body.ts';
import { type ApiResponse, json } from './http.ts';
import { isTrue, writeOptions } from './options.ts';
import { containerOf } from './pod-container.ts';
import { type ResourceContext, stored } from './resource-requests.ts';
import type { PodLogRequest, PodSubresources } from './server.ts';
import type { Tokens } from './tokens.ts';

export async function podLog(context: ResourceContext, pods: PodSubresources | undefined): Promise<ApiResponse> {
  const pod = stored(context);
  const { query, signal } = context.request;
  const container = containerOf(pod, query.get('container'));
  if (!pods) throw new ApiError('ServiceUnavailable', 'no instances run on this platform');
  const number = (name: string): number | undefined => {
    const text = query.get(name);
    if (text === null || text === '') return undefined;
    if (/^-?\d+$/.test(text)) return Number(text);
    throw new ApiError('BadRequest', `${name}: Invalid value: ${JSON.stringify(text)}: must be a number`);
  };
  const sinceSeconds = number('sinceSeconds');
  const tailLines = number('tailLines');
  const limitBytes = number('limitBytes');
  const sinceTime = Date.parse(query.get('sinceTime') ?? '');
  const wrong: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0) {
    wrong.push(invalid('tailLines', tailLines, 'must be greater than or equal to 0'));
  }
  if (limitBytes !== undefined && limitBytes < 1) {
    wrong.push(invalid('limitBytes', limitBytes, 'must be greater than 0'));
  }
  if (sinceSeconds !== undefined && !Number.isNaN(sinceTime)) {
    wrong.push(forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    wrong.push(invalid('sinceSeconds', sinceSeconds, 'must be greater than 0'));
  }
  if (wrong.length > 0) throw invalidObject({ group: '', kind: 'PodLogOptions' }, pod.metadata.name, wrong);
  const log: PodLogRequest = {
    container,
    follow: query.has('follow') && isTrue(query.get('follow')),
    previous: query.has('previous') && isTrue(query.get('previous')),
    timestamps: query.has('timestamps') && isTrue(query.get('timestamps')),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(Number.isNaN(sinceTime) ? {} : { sinceTime }),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    signal,
  };
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: await pods.logs(pod, log) };
}

export function evict(context: ResourceContext): ApiResponse {
  const { request, objects, resource, path } = context;
  const options = writeOptions(request, 'CreateOptions', context.warn);
  const body = optionalBody(request, 'Eviction');
  const grace = at(body, 'deleteOptions', 'gracePeriodSeconds');
  objects.delete(resource, path.namespace, path.name, {
    ...options,
    ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}),
  });
  return json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

export function bind(context: ResourceContext): ApiResponse {
  const { request, objects, resource } = context;
  const options = writeOptions(request, 'CreateOptions', context.warn);
  const { object } = objectBody(request, { kind: 'Binding', apiVersion: 'v1', typed: true });
  const pod = clone(stored(context));
  const node = at(object, 'target', 'name');
  if (typeof node !== 'string' || !isObject(pod.spec)) throw new ApiError('BadRequest', 'target.name: Required value');
  pod.spec['nodeName'] = node;
  objects.update(resource, pod, options);
  return json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

/** `kubectl debug POD`: there is nothing that a further container could join. */
export function noEphemeralContainers(name: string): ApiError {
  return new ApiError(
    'Forbidden',
    `pods "${name}" is forbidden: this platform adds no container to an instance; look into it with kubectl exec, or debug it from the editor`,
    { details: { name, kind: 'pods' } },
  );
}

const longestTokenSeconds = 48 * 3600;

export function accountToken(context: ResourceContext, tokens: Tokens | undefined, now: number): ApiResponse {
  const account = stored(context);
  if (!tokens) throw new ApiError('ServiceUnavailable', 'this server issues no tokens');
  const { object } = objectBody(context.request, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    typed: true,
  });
  const wanted = Number(at(object, 'spec', 'expirationSeconds') ?? 3600);
  const expires = now + Math.min(Math.max(wanted, 600), longestTokenSeconds) * 1000;
  const { name, namespace = '', uid } = account.metadata;
  return json(201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: rfc3339(now) },
    spec: object['spec'] ?? {},
    status: { token: tokens.issue({ namespace, name, uid }, expires), expirationTimestamp: rfc3339(expires) },
  });
}
