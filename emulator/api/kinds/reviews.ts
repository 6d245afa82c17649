/** Reviews of access and identity: created, answered (`../reviews.ts`) and never stored. */
import type { ResourceDefinition } from '../../kernel/resource.ts';
import { flag, kind, list, object, said, text, texts } from './build.ts';

const authorization = 'authorization.k8s.io';
const authentication = 'authentication.k8s.io';

const textLists = { type: 'object', additionalProperties: texts } as const;

const selector = (of: string) =>
  said(
    object({
      rawSelector: said(text, 'The selector as it stands in a query.'),
      requirements: list(object({ key: text, operator: text, values: texts }, ['key', 'operator'])),
    }),
    `Only objects with these ${of}.`,
  );

const attributes = {
  resourceAttributes: said(
    object({
      namespace: said(text, 'Namespace of the object; all of them when left out.'),
      verb: said(text, 'What is to be done: get, list, watch, create, update, patch, delete, or *.'),
      group: said(text, 'API group of the resource.'),
      version: said(text, 'API version of the resource.'),
      resource: said(text, 'The resource, in the plural.'),
      subresource: said(text, 'The part of the resource, as status or log.'),
      name: said(text, 'Name of one object; all of them when left out.'),
      fieldSelector: selector('values in fields'),
      labelSelector: selector('labels'),
    }),
    'Access to objects.',
  ),
  nonResourceAttributes: said(object({ path: text, verb: text }), 'Access to a path that has no objects.'),
};

const answer = said(
  object(
    {
      allowed: said(flag, 'Whether it may be done.'),
      denied: said(flag, 'Whether it is forbidden, whoever else might allow it.'),
      reason: said(text, 'Why.'),
      evaluationError: said(text, 'What went wrong while it was found out.'),
    },
    ['allowed'],
  ),
  'The answer of the server.',
);

const subject = {
  user: said(text, 'Who is to do it.'),
  groups: said(texts, 'The groups that they are in.'),
  uid: said(text, 'Their id.'),
  extra: said(textLists, 'What else the authenticator knows of them.'),
};

const userInfo = object({ username: text, uid: text, groups: texts, extra: textLists });

export const reviewKinds: readonly ResourceDefinition[] = [
  kind({
    group: authorization,
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
    namespaced: false,
    description: 'Asks whether its sender may do something.',
    schema: object({ spec: said(object(attributes), 'What is to be done.'), status: answer }, ['spec']),
  }),
  kind({
    group: authorization,
    kind: 'SelfSubjectRulesReview',
    plural: 'selfsubjectrulesreviews',
    namespaced: false,
    description: 'Asks for all that its sender may do in a namespace.',
    schema: object(
      {
        spec: object({ namespace: said(text, 'The namespace.') }),
        status: object(
          {
            resourceRules: list(
              object({ verbs: texts, apiGroups: texts, resources: texts, resourceNames: texts }, ['verbs']),
            ),
            nonResourceRules: list(object({ verbs: texts, nonResourceURLs: texts }, ['verbs'])),
            incomplete: said(flag, 'Whether there may be more.'),
            evaluationError: text,
          },
          ['resourceRules', 'nonResourceRules', 'incomplete'],
        ),
      },
      ['spec'],
    ),
  }),
  ...(['SubjectAccessReview', 'LocalSubjectAccessReview'] as const).map((name) =>
    kind({
      group: authorization,
      kind: name,
      plural: `${name.toLowerCase()}s`,
      namespaced: name.startsWith('Local'),
      description: 'Asks whether somebody may do something.',
      schema: object({ spec: object({ ...attributes, ...subject }), status: answer }, ['spec']),
    }),
  ),
  kind({
    group: authentication,
    kind: 'SelfSubjectReview',
    plural: 'selfsubjectreviews',
    namespaced: false,
    description: 'Asks who its sender is.',
    schema: object({ status: object({ userInfo }) }),
  }),
  kind({
    group: authentication,
    kind: 'TokenReview',
    plural: 'tokenreviews',
    namespaced: false,
    description: 'Asks whose token this is.',
    schema: object(
      {
        spec: object({ token: said(text, 'The token.'), audiences: said(texts, 'Whom it has to be meant for.') }),
        status: object({
          authenticated: said(flag, 'Whether it is a known token.'),
          user: userInfo,
          audiences: texts,
          error: said(text, 'Why it could not be found out.'),
        }),
      },
      ['spec'],
    ),
  }),
];
