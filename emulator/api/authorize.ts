/**
 * What a user may do: RBAC (rbac.authorization.k8s.io) for service accounts, whose tokens applications hold; everything for
 * whoever comes with the platform's own client certificate, who owns this machine. Pure over a view.
 */
import { ApiError } from '../kernel/errors.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { UserInfo, View } from '../kernel/resource.ts';
import type { ApiRequest } from './http.ts';
import { parseResourcePath } from './paths.ts';
import { clusterRoles } from './roles.ts';

/** What is asked for: a thing, or a path that is none. */
export type Attributes =
  | { verb: string; group: string; resource: string; subresource: string; namespace: string; name: string }
  | { verb: string; path: string };

export interface PolicyRule {
  verbs?: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

interface Role extends KubeObject {
  rules?: PolicyRule[];
}

interface Binding extends KubeObject {
  subjects?: { kind: string; name: string; namespace?: string }[];
  roleRef: { kind: string; name: string };
}

const rbac = 'rbac.authorization.k8s.io';
const accountPrefix = 'system:serviceaccount:';

/** Whether RBAC is asked at all. */
export function isRestricted(user: UserInfo): boolean {
  return !user.groups.includes('system:masters');
}

export function isAllowed(view: View, user: UserInfo, attributes: Attributes): boolean {
  if (!isRestricted(user)) return true;
  return rulesOf(view, user, 'namespace' in attributes ? attributes.namespace : '').some((rule) =>
    covers(rule, attributes),
  );
}

/** All that a user may do in a namespace and in the cluster. */
export function rulesOf(view: View, user: UserInfo, namespace: string): PolicyRule[] {
  if (!isRestricted(user)) {
    return [
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ];
  }
  const bound = (resource: string, where?: { namespace: string }) =>
    view
      .list<Binding>(`${resource}.${rbac}`, where)
      .filter(({ subjects = [], metadata }) =>
        subjects.some((subject) => isSubject(subject, user, metadata.namespace ?? '')),
      );
  const everyone = ['system:discovery', 'system:basic-user'].flatMap((name) => clusterRoles[name] ?? []);
  const inCluster = bound('clusterrolebindings').flatMap(({ roleRef }) => clusterRole(view, roleRef.name));
  const inNamespace = namespace
    ? bound('rolebindings', { namespace }).flatMap(({ roleRef }) =>
        roleRef.kind === 'ClusterRole'
          ? clusterRole(view, roleRef.name)
          : (view.get<Role>(`roles.${rbac}`, namespace, roleRef.name)?.rules ?? []),
      )
    : [];
  return [...everyone, ...inCluster, ...inNamespace];
}

function clusterRole(view: View, name: string): PolicyRule[] {
  return view.get<Role>(`clusterroles.${rbac}`, undefined, name)?.rules ?? [];
}

function isSubject({ kind, name, namespace }: NonNullable<Binding['subjects']>[number], user: UserInfo, own: string) {
  if (kind === 'Group') return user.groups.includes(name);
  if (kind === 'User') return user.username === name;
  return user.username === `${accountPrefix}${namespace || own}:${name}`;
}

function covers(rule: PolicyRule, asked: Attributes): boolean {
  const has = (list: string[] | undefined, value: string) => list?.some((one) => one === '*' || one === value) === true;
  if (!has(rule.verbs, asked.verb)) return false;
  if ('path' in asked) {
    return (
      rule.nonResourceURLs?.some((url) =>
        url.endsWith('*') ? asked.path.startsWith(url.slice(0, -1)) : asked.path === url,
      ) === true
    );
  }
  const { group, resource, subresource, name } = asked;
  const whole = subresource ? `${resource}/${subresource}` : resource;
  const isResource = has(rule.resources, whole) || (subresource !== '' && has(rule.resources, `*/${subresource}`));
  if (!has(rule.apiGroups, group) || !isResource) return false;
  return !rule.resourceNames?.length || (name !== '' && rule.resourceNames.includes(name));
}

const streams = new Set(['exec', 'attach', 'portforward']);
const verbs: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

/** As kube-apiserver names what a request does. @throws URIError on a broken escape. */
export function attributesOf({ method, path, query }: Pick<ApiRequest, 'method' | 'path' | 'query'>): Attributes {
  const parsed = parseResourcePath(path);
  if (!parsed) return { verb: method.toLowerCase(), path };
  const { group, plural: resource, name, subresource } = parsed;
  // Of a namespace itself its name is where it is asked for.
  const namespace = resource === 'namespaces' && group === '' ? name : parsed.namespace;
  const watched = parsed.watch || ['true', '1', ''].includes(query.get('watch') ?? 'no');
  const reading = watched ? 'watch' : name ? 'get' : 'list';
  const deleting = name ? 'delete' : 'deletecollection';
  const verb = verbs[method] ?? (method === 'DELETE' ? deleting : reading);
  return { verb: streams.has(subresource) ? 'create' : verb, group, resource, subresource, namespace, name };
}

/** @throws ApiError Forbidden, in Kubernetes' words. */
export function authorize(view: View, request: ApiRequest): void {
  if (!isRestricted(request.user)) return;
  const asked = attributesOf(request);
  if (!isAllowed(view, request.user, asked)) throw refusal(request.user, asked);
  // Who may write rights gives nobody, itself among them, more than it was given the right to give.
  if (
    'path' in asked ||
    asked.group !== rbac ||
    ['get', 'list', 'watch', 'delete', 'deletecollection'].includes(asked.verb)
  )
    return;
  const giving = { ...asked, verb: asked.resource.endsWith('bindings') ? 'bind' : 'escalate' };
  if (!isAllowed(view, request.user, giving)) throw refusal(request.user, giving);
}

function refusal({ username }: UserInfo, asked: Attributes): ApiError {
  if ('path' in asked) {
    return new ApiError('Forbidden', `forbidden: User "${username}" cannot ${asked.verb} path "${asked.path}"`, {
      details: {},
    });
  }
  const { verb, group, resource, subresource, namespace, name } = asked;
  const what = `${group ? `${resource}.${group}` : resource}${name ? ` "${name}"` : ''}`;
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  const whole = subresource ? `${resource}/${subresource}` : resource;
  return new ApiError(
    'Forbidden',
    `${what} is forbidden: User "${username}" cannot ${verb} resource "${whole}" in API group "${group}" ${where}`,
    { details: { ...(name ? { name } : {}), ...(group ? { group } : {}), kind: resource } },
  );
}
