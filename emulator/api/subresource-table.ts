/** Which subresources and review resources exist beside what a definition says. For discovery and routing alike. */

export interface ExtraSubresource {
  name: string;
  kind: string;
  verbs: readonly string[];
  group?: string;
  version?: string;
}

/** By plural of the core group. */
export const extraSubresources: Readonly<Record<string, readonly ExtraSubresource[]>> = {
  namespaces: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
  pods: [
    { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    { name: 'ephemeralcontainers', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
    { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
    { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
    { name: 'log', kind: 'Pod', verbs: ['get'] },
    { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
  ],
  serviceaccounts: [
    { name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] },
  ],
};

export interface ReviewResource {
  group: string;
  version: string;
  plural: string;
  kind: string;
  namespaced: boolean;
}

const authorization = 'authorization.k8s.io';
const authentication = 'authentication.k8s.io';

/** Created, answered and never stored. */
export const reviewResources: readonly ReviewResource[] = [
  {
    group: authorization,
    version: 'v1',
    plural: 'selfsubjectaccessreviews',
    kind: 'SelfSubjectAccessReview',
    namespaced: false,
  },
  {
    group: authorization,
    version: 'v1',
    plural: 'selfsubjectrulesreviews',
    kind: 'SelfSubjectRulesReview',
    namespaced: false,
  },
  {
    group: authorization,
    version: 'v1',
    plural: 'subjectaccessreviews',
    kind: 'SubjectAccessReview',
    namespaced: false,
  },
  {
    group: authorization,
    version: 'v1',
    plural: 'localsubjectaccessreviews',
    kind: 'LocalSubjectAccessReview',
    namespaced: true,
  },
  { group: authentication, version: 'v1', plural: 'selfsubjectreviews', kind: 'SelfSubjectReview', namespaced: false },
  { group: authentication, version: 'v1', plural: 'tokenreviews', kind: 'TokenReview', namespaced: false },
];
