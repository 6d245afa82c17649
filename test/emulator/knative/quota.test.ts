import { expect, test } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { AdmissionRequest } from '../../../emulator/kernel/resource.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import { enforceQuota } from '../../../emulator/knative/workloads/quota.ts';

function named(kind: string, name: string, spec: object): KubeObject {
  const metadata = { name, namespace: 'default', uid: name, resourceVersion: '', creationTimestamp: '' };
  return { apiVersion: 'v1', kind, metadata, spec };
}

function request(object: KubeObject, over: Partial<AdmissionRequest> = {}): AdmissionRequest {
  const store = openStore(':memory:');
  store.put('pods', named('Pod', 'there', { containers: [{ name: 'a' }] }), '');
  store.put('resourcequotas', named('ResourceQuota', 'small', { hard: { pods: '1', 'limits.memory': '1Gi' } }), '');
  const user = { username: 'tester', groups: [] };
  return {
    operation: 'CREATE',
    subresource: '',
    object,
    old: undefined,
    user,
    dryRun: false,
    view: store,
    now: 0,
    ...over,
  };
}

const pod = named('Pod', 'more', { containers: [{ name: 'a' }] });

test('a pod beyond the quota of its namespace is refused in the words of Kubernetes', () => {
  expect(() => enforceQuota(request(pod))).toThrow(
    expect.objectContaining({
      reason: 'Forbidden',
      message: 'pods "more" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1',
    }),
  );
});

test('changes of a pod that is there, and other namespaces, are free of it', () => {
  expect(enforceQuota(request(pod, { operation: 'UPDATE', old: pod }))).toBeUndefined();
  const elsewhere = { ...pod, metadata: { ...pod.metadata, namespace: 'other' } };
  expect(enforceQuota(request(elsewhere))).toBeUndefined();
});
