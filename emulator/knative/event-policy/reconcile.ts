/** EventPolicy status: policies need OIDC, which the platform has not, whatever its features say: none of them is in force. */
import type { Controller } from '../../kernel/controller.ts';
import type { KubeObject } from '../../kernel/object.ts';
import { beginConditions, livingConditions } from '../conditions.ts';
import type { StatusBase } from '../duck.ts';
import type { EventPolicySpec } from './validation.ts';

const conditionSet = livingConditions('AuthenticationEnabled', 'SubjectsResolved');

export const eventPolicyController: Controller<KubeObject<EventPolicySpec, StatusBase>> = {
  name: 'eventpolicy',
  resource: 'eventpolicies.eventing.knative.dev',
  reconcile(policy, _view, now) {
    if (policy.metadata.deletionTimestamp) return {};
    const conditions = beginConditions(conditionSet, policy, now);
    const why = 'the local platform authenticates no senders: this policy is not enforced';
    conditions.markFalse('AuthenticationEnabled', 'OIDCAuthenticationDisabled', why);
    return { status: { ...policy.status, conditions: conditions.list() } };
  },
};
