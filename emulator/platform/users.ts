/** The platform's own parts as the API knows them. */
import type { UserInfo } from '../kernel/resource.ts';

export const systemUser: UserInfo = {
  username: 'system:serviceaccount:kube-system:slipway',
  groups: ['system:masters', 'system:authenticated'],
};

export const kubeletUser: UserInfo = {
  username: 'system:node:slipway',
  groups: ['system:nodes', 'system:authenticated'],
};

export const eventingUser: UserInfo = {
  username: 'system:serviceaccount:knative-eventing:eventing-controller',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:knative-eventing', 'system:authenticated'],
};
