/** Reviews of access and identity: who somebody is, and what they may do (`authorize.ts`). */

import { isObject, type JsonObject } from '../kernel/json.ts';
import type { UserInfo, View } from '../kernel/resource.ts';
import { type Attributes, isAllowed, rulesOf } from './authorize.ts';
import { objectBody } from './body.ts';
import { type ApiRequest, type ApiResponse, json } from './http.ts';
import { reviewKinds } from './kinds/reviews.ts';
import type { ResourcePath } from './paths.ts';
import { accountUser, type Tokens } from './tokens.ts';

interface ReviewPorts {
  view: View;
  tokens: Tokens | undefined;
  /** ms since the epoch. */
  now: number;
}

/** Answers a review, or undefined when the path is none. */
export function review(request: ApiRequest, path: ResourcePath, ports: ReviewPorts): ApiResponse | undefined {
  const found = reviewKinds.find(
    ({ group, plural }) => group === path.group && path.version === 'v1' && plural === path.plural,
  );
  if (!found || request.method !== 'POST' || path.name) return undefined;
  const apiVersion = `${found.group}/v1`;
  const { object } = objectBody(request, { kind: found.kind, apiVersion, typed: true });
  const spec = isObject(object['spec']) ? object['spec'] : {};
  return json(201, {
    kind: found.kind,
    apiVersion,
    metadata: { creationTimestamp: null },
    ...(found.kind === 'SelfSubjectReview' ? {} : { spec }),
    status: statusOf(found.kind, spec, request.user, ports),
  });
}

function statusOf(kind: string, spec: JsonObject, user: UserInfo, { view, tokens, now }: ReviewPorts): object {
  switch (kind) {
    case 'SelfSubjectReview':
      return { userInfo: { username: user.username, groups: user.groups } };
    case 'TokenReview': {
      const who = tokens?.verify(String(spec['token'] ?? ''), now);
      return who ? { authenticated: true, user: who } : { user: {}, error: 'the token is not valid' };
    }
    case 'SelfSubjectRulesReview': {
      const rules = rulesOf(view, user, String(spec['namespace'] ?? ''));
      return {
        resourceRules: rules.filter(({ resources }) => resources),
        nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs),
        incomplete: false,
      };
    }
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview':
      return spec['user'] === 'system:anonymous'
        ? { allowed: false, reason: 'anonymous requests are refused' }
        : { allowed: isAllowed(view, subjectOf(spec), askedIn(spec)) };
    default:
      return { allowed: isAllowed(view, user, askedIn(spec)) };
  }
}

/** A service account is in its groups, whether they are given or not. */
function subjectOf({ user, groups }: JsonObject): UserInfo {
  const username = String(user ?? '');
  const given = Array.isArray(groups) ? groups.map(String) : [];
  return username.startsWith('system:serviceaccount:') ? accountUser(username, given) : { username, groups: given };
}

function askedIn({ resourceAttributes, nonResourceAttributes }: JsonObject): Attributes {
  const text = (object: unknown, name: string) => (isObject(object) ? String(object[name] ?? '') : '');
  if (isObject(nonResourceAttributes)) {
    return { verb: text(nonResourceAttributes, 'verb'), path: text(nonResourceAttributes, 'path') };
  }
  const of = (name: string) => text(resourceAttributes, name);
  return {
    verb: of('verb'),
    group: of('group'),
    resource: of('resource'),
    subresource: of('subresource'),
    namespace: of('namespace'),
    name: of('name'),
  };
}
