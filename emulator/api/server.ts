/** The Kubernetes API server, free of sockets: `handle` answers a request, `upgrade` takes a WebSocket (exec, attach, port-forward). */
import type { Duplex } from 'node:stream';
import type { Clock } from '../kernel/clock.ts';
import { ApiError, notFound } from '../kernel/errors.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { Objects } from '../kernel/objects.ts';
import type { Registry } from '../kernel/registry.ts';
import { loadRuleEngine } from '../kernel/schema/rules.ts';
import { type Store, StoreFull, type View } from '../kernel/store.ts';
import type { ExecStreams, ExitInfo } from '../pods/ports.ts';
import { authorize } from './authorize.ts';
import { maximumBytes } from './body.ts';
import { shapeOf } from './convert.ts';
import { followCrds } from './crds.ts';
import { discover, type RouteGroup } from './discovery.ts';
import { health, versionAnswer } from './health.ts';
import type { ApiRequest, ApiResponse, Route } from './http.ts';
import { openApi } from './openapi.ts';
import { openApiV2 } from './openapi-v2.ts';
import { parseResourcePath, type ResourcePath } from './paths.ts';
import { accountToken, bind, evict, noEphemeralContainers, podLog } from './pod-requests.ts';
import {
  create,
  deleteCollection,
  deleteOne,
  getOne,
  listOrWatch,
  patch,
  type ResourceContext,
  resourceOf,
  update,
} from './resource-requests.ts';
import { review } from './reviews.ts';
import { matchRoute } from './routes.ts';
import { scaleRequest } from './scale.ts';
import { refuse, upgradePod } from './streams/upgrade.ts';
import type { Tokens } from './tokens.ts';

/** What stands behind `pods/{log,exec,attach,portforward}`. Each throws ApiError to refuse. */
export interface PodSubresources {
  /** Chunks of whole lines; ends when `signal` aborts, or by itself without `follow`. */
  logs(
    pod: KubeObject,
    query: PodLogRequest,
  ): AsyncIterable<string | Uint8Array> | Promise<AsyncIterable<string | Uint8Array>>;
  exec(pod: KubeObject, container: string, argv: string[], io: ExecStreams, signal: AbortSignal): Promise<ExitInfo>;
  /** Output from now on, and input where the container has one; resolves when it has ended or the client has left it. */
  attach(pod: KubeObject, container: string, io: ExecStreams, signal: AbortSignal): Promise<void>;
  /** A connection to a port of the pod. */
  portForward(pod: KubeObject, port: number): Promise<Duplex>;
}

export interface PodLogRequest {
  container: string;
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  sinceSeconds?: number;
  /** ms since the epoch. */
  sinceTime?: number;
  tailLines?: number;
  limitBytes?: number;
  signal: AbortSignal;
}

export interface ApiPorts {
  objects: Objects;
  registry: Registry;
  store: Store;
  clock: Clock;
  /** Beside the resources: capabilities. Their group is discovered when `routeGroups` names it. */
  routes?: readonly Route[];
  /** Aggregated groups that routes serve. */
  routeGroups?: readonly RouteGroup[];
  pods?: PodSubresources;
  /** Issues and checks the tokens of service accounts. */
  tokens?: Tokens;
  log?(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
}

export interface Api {
  /** Never rejects: what goes wrong is a Status. */
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** A WebSocket upgrade; answers false when the path is none, and leaves the socket alone. */
  upgrade(request: ApiRequest, socket: Duplex, head: Buffer): Promise<boolean>;
  close(): void;
}

export function createApi(ports: ApiPorts): Api {
  const { objects, registry, store, clock, routes = [], routeGroups = [], pods, tokens, log } = ports;
  const now = () => clock.now();
  const crds = followCrds(objects, registry, store, now);
  const closing = new AbortController();

  /** What is held to rules, or brings some, waits for their evaluator. */
  async function rulesOf({ method, path, body }: ApiRequest): Promise<void> {
    await crds.ready;
    if (!writes.has(method) || !path.includes('/customresourcedefinitions')) return;
    if (Buffer.from(body).includes('x-kubernetes-validations')) await loadRuleEngine();
  }

  return {
    async handle(request) {
      const warnings: string[] = [];
      let response: ApiResponse;
      try {
        await rulesOf(request);
        authorizeSafely(store, request);
        response = await dispatch(request, (message) => warnings.push(message));
      } catch (error) {
        response = errorAnswer(error, (message) => log?.('error', `${request.method} ${request.path}: ${message}`));
      }
      if (warnings.length === 0) return response;
      return { ...response, headers: { ...response.headers, warning: [...new Set(warnings)].map(warningHeader) } };
    },
    async upgrade(request, socket, head) {
      const path = safePath(request.path);
      if (path?.plural !== 'pods' || path.group !== '' || !streamed.has(path.subresource)) return false;
      const pod = store.get('pods', path.namespace, path.name);
      try {
        authorize(store, request);
      } catch (error) {
        refuse(socket, error as ApiError);
        return true;
      }
      await upgradePod({ request, path, pod, pods, socket, head, signal: closing.signal });
      return true;
    },
    close() {
      closing.abort();
      crds[Symbol.dispose]();
    },
  };

  async function dispatch(request: ApiRequest, warn: (message: string) => void): Promise<ApiResponse> {
    const fixed = health(request) ?? versionAnswer(request);
    if (fixed) return fixed;
    // Routes take more than objects may have: the files of an image come through one.
    for (const route of routes) {
      const parameters = matchRoute(route, request);
      if (parameters) return route.handle(request, parameters);
    }
    // Routes have their own limits: blobs of images are larger than any object.
    if (request.body.byteLength > maximumBytes) {
      throw new ApiError('RequestEntityTooLarge', `Request entity too large: limit is ${maximumBytes}`);
    }
    if (request.method === 'GET') {
      const found =
        discover(request.path, request, registry, routeGroups) ??
        openApi(request, registry) ??
        openApiV2(request, registry);
      if (found) return found;
    }
    const path = safePath(request.path);
    if (!path) return notFoundPage();
    const reviewed = review(request, path, { view: store, tokens, now: Date.now() });
    if (reviewed) return reviewed;
    const match = registry.byPath(path.group, path.version, path.plural);
    if (!match) return notFoundPage();
    const { definition } = match;
    if (path.namespace && !definition.namespaced) return notFoundPage();
    if (match.version.deprecation) warn(match.version.deprecation);
    const resource = resourceOf(match);
    const context: ResourceContext = { request, path, match, resource, objects, store, now, warn };
    // What could not be answered in a form that the client takes must not be done first.
    if (writes.has(request.method)) shapeOf(request.headers['accept']);
    if (path.subresource && path.subresource !== 'status') return subresource(context);
    if (path.subresource === 'status' && !definition.subresources.status) throw notFound(definition, path.name);
    return path.name && !path.watch ? onObject(context) : onCollection(context);
  }

  function onCollection(context: ResourceContext): ApiResponse {
    const { request, path, match } = context;
    const whole = match.definition.namespaced && !path.namespace;
    switch (request.method) {
      case 'GET':
      case 'HEAD':
        return listOrWatch(context);
      case 'POST':
        if (!whole) return create(context);
        break;
      case 'DELETE':
        if (!whole) return deleteCollection(context);
        break;
    }
    throw methodNotAllowed();
  }

  function onObject(context: ResourceContext): ApiResponse {
    const { request, match, path } = context;
    if (match.definition.namespaced && !path.namespace) return notFoundPage();
    switch (request.method) {
      case 'GET':
      case 'HEAD':
        return request.query.has('watch') && path.subresource === '' ? listOrWatch(context) : getOne(context);
      case 'PUT':
        return update(context);
      case 'PATCH':
        return patch(context);
      case 'DELETE':
        if (path.subresource === '') return deleteOne(context);
        break;
      case 'POST':
        // Custom resources take a POST to a name and create what the body says.
        if (match.definition.crd && path.subresource === '') return create(context);
        break;
    }
    throw methodNotAllowed();
  }

  async function subresource(context: ResourceContext): Promise<ApiResponse> {
    const { path, match, request } = context;
    const { definition } = match;
    if (path.subresource === 'scale' && definition.subresources.scale) return scaleRequest(context);
    const name = `${request.method} ${definition.group ? '' : definition.plural}/${path.subresource}`;
    switch (name) {
      case 'GET pods/log':
        return podLog(context, pods);
      case 'POST pods/eviction':
        return evict(context);
      case 'POST pods/binding':
        return bind(context);
      case 'GET pods/ephemeralcontainers':
        return getOne(context);
      case 'PUT pods/ephemeralcontainers':
      case 'PATCH pods/ephemeralcontainers':
        throw noEphemeralContainers(path.name);
      case 'PUT namespaces/finalize':
        return update(context);
      case 'POST serviceaccounts/token':
        return accountToken(context, tokens, Date.now());
      case 'GET pods/exec':
      case 'POST pods/exec':
      case 'GET pods/attach':
      case 'POST pods/attach':
      case 'GET pods/portforward':
      case 'POST pods/portforward':
        throw new ApiError('BadRequest', 'Upgrade request required');
      default:
        throw notFound(definition, path.name);
    }
  }
}

/** @throws ApiError Forbidden, or BadRequest where the path cannot be read. */
function authorizeSafely(view: View, request: ApiRequest): void {
  try {
    authorize(view, request);
  } catch (error) {
    if (error instanceof URIError) throw brokenEscape();
    throw error;
  }
}

function brokenEscape(): ApiError {
  return new ApiError('BadRequest', 'the path has a broken escape');
}

const streamed = new Set(['exec', 'attach', 'portforward']);
const writes = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

function safePath(path: string): ResourcePath | undefined {
  try {
    return parseResourcePath(path);
  } catch (error) {
    if (error instanceof URIError) throw brokenEscape();
    throw error;
  }
}

function notFoundPage(): ApiResponse {
  return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' };
}

function methodNotAllowed(): ApiError {
  return new ApiError('MethodNotAllowed', 'the server does not allow this method on the requested resource');
}

function errorAnswer(error: unknown, log: (message: string) => void): ApiResponse {
  let refusal: ApiError;
  if (error instanceof ApiError) refusal = error;
  // Insufficient Storage (RFC 4918): no bug of ours, and no fault of the request's.
  else if (error instanceof StoreFull) refusal = new ApiError('', error.message, { code: 507 });
  else {
    log((error as Error).stack ?? String(error));
    refusal = new ApiError('InternalError', `Internal error occurred: ${(error as Error).message}`);
  }
  const retry = refusal.details?.retryAfterSeconds;
  return {
    status: refusal.code,
    headers: { 'content-type': 'application/json', ...(retry ? { 'retry-after': String(retry) } : {}) },
    body: JSON.stringify(refusal.toStatus()),
  };
}

/** RFC 7234 warn-text: quotes and backslashes escaped, one line. */
function warningHeader(text: string): string {
  const safe = text.replace(/[\\"]/g, '\\$&').replace(/[\r\n\t]+/g, ' ');
  return `299 - "${Buffer.from(safe).toString('latin1')}"`;
}
