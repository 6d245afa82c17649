/** Reviews of access and identity. Every authenticated user may do everything: this is one developer's own platform. */

import { isObject, type JsonObject } from '../kernel/json.ts';
import type { UserInfo } from '../kernel/resource.ts';
import { objectBody } from './body.ts';
import { type ApiRequest, type ApiResponse, json } from './http.ts';
import type { ResourcePath } from './paths.ts';
import { reviewResources } from './subresource-table.ts';
import type { Tokens } from './tokens.ts';

/** Answers a review, or undefined when the path is none. */
export function review(
  request: ApiRequest,
  path: ResourcePath,
  tokens: Tokens | undefined,
  now: number,
): ApiResponse | undefined {
  const found = reviewResources.find(
    ({ group, version, plural }) => group === path.group && version === path.version && plural === path.plural,
  );
  if (!found || request.method !== 'POST' || path.name) return undefined;
  const apiVersion = `${found.group}/${found.version}`;
  const { object } = objectBody(request, { kind: found.kind, apiVersion, typed: true });
  const spec = isObject(object['spec']) ? object['spec'] : {};
  return json(201, {
    kind: found.kind,
    apiVersion,
    metadata: { creationTimestamp: null },
    ...(found.kind === 'SelfSubjectReview' ? {} : { spec }),
    status: statusOf(found.kind, spec, request.user, tokens, now),
  });
}

function statusOf(kind: string, spec: JsonObject, user: UserInfo, tokens: Tokens | undefined, now: number): object {
  switch (kind) {
    case 'SelfSubjectReview':
      return { userInfo: { username: user.username, groups: user.groups } };
    case 'TokenReview': {
      const who = tokens?.verify(String(spec['token'] ?? ''), now);
      return who ? { authenticated: true, user: who } : { user: {}, error: 'the token is not valid' };
    }
    case 'SelfSubjectRulesReview':
      return {
        resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
        nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
        incomplete: false,
      };
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview':
      return spec['user'] === 'system:anonymous'
        ? { allowed: false, reason: 'anonymous requests are refused' }
        : { allowed: true };
    default:
      return { allowed: true };
  }
}
