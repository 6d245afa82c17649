import { expect, it } from 'vitest';
import { eventPolicyController } from '../../../emulator/knative/event-policy/reconcile.ts';
import { birth } from './support/builders.ts';
import { conditionsOf, viewOf } from './support/view.ts';

it('an EventPolicy says that nothing enforces it', () => {
  const policy = {
    apiVersion: 'eventing.knative.dev/v1alpha1',
    kind: 'EventPolicy',
    metadata: { name: 'p', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: birth },
    spec: { from: [{ sub: 'system:serviceaccount:default:*' }] },
  };
  const why =
    'False OIDCAuthenticationDisabled: the local platform authenticates no senders: this policy is not enforced';
  expect(conditionsOf(eventPolicyController.reconcile(policy, viewOf(), 0).status)).toEqual({
    AuthenticationEnabled: why,
    Ready: why,
    SubjectsResolved: 'Unknown',
  });
});
