import { expect, test } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { AdmissionRequest } from '../../../emulator/kernel/resource.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import { enforceQuota, quotaController } from '../../../emulator/knative/workloads/quota.ts';

function named(kind: string, name: string, spec: object): KubeObject {
  const metadata = { name, namespace: 'default', uid: name, resourceVersion: '', creationTimestamp: '' };
  return { apiVersion: 'v1', kind, metadata, spec };
}

function request(object: KubeObject, over: Partial<AdmissionRequest> = {}): AdmissionRequest {
  const store = openStore(':memory:');
  store.put('pods', named('Pod', 'there', { containers: [{ name: 'a' }] }), '');
  store.put('resourcequotas', named('ResourceQuota', 'small', { hard: { pods: '1', configmaps: '5' } }), '');
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

test('where it holds processor or memory, every container has to say how much it takes', () => {
  const view = openStore(':memory:');
  const hard = { 'limits.memory': '1Gi', 'limits.cpu': '1', cpu: '1', 'requests.storage': '5Gi' };
  view.put('resourcequotas', named('ResourceQuota', 'compute', { hard }), '');
  const asks = (containers: object[], initContainers: object[] = []) =>
    request(named('Pod', 'p', { containers, initContainers }), { view });
  const limits = { cpu: '100m', memory: '64Mi' };
  const queue = { name: 'queue-proxy', resources: { requests: { cpu: '25m' } } };
  // A limit is the request too.
  expect(enforceQuota(asks([{ name: 'app', resources: { limits } }]))).toBeUndefined();
  expect(() => enforceQuota(asks([{ name: 'app', resources: { limits } }, queue]))).toThrow(
    'pods "p" is forbidden: failed quota: compute: must specify limits.cpu for: queue-proxy; limits.memory for: queue-proxy',
  );
  expect(() => enforceQuota(asks([queue, { name: 'app' }], [{ name: 'init', resources: { limits } }]))).toThrow(
    'must specify cpu for: app; limits.cpu for: app,queue-proxy; limits.memory for: app,queue-proxy',
  );
});

test('changes of a pod that is there, and other namespaces, are free of it', () => {
  expect(enforceQuota(request(pod, { operation: 'UPDATE', old: pod }))).toBeUndefined();
  const elsewhere = { ...pod, metadata: { ...pod.metadata, namespace: 'other' } };
  expect(enforceQuota(request(elsewhere))).toBeUndefined();
});

test('the status of a quota says what is used of it, as pods come and go', () => {
  const view = openStore(':memory:');
  const resources = { requests: { cpu: '250m' }, limits: { memory: '64Mi' } };
  view.put('pods', named('Pod', 'a', { containers: [{ name: 'a', resources }] }), '');
  view.put('pods', { ...named('Pod', 'over', { containers: [{ name: 'a' }] }), status: { phase: 'Succeeded' } }, '');
  const hard = { pods: '2', 'requests.cpu': '1', 'limits.memory': '1Gi', configmaps: '5' };
  const quota = named('ResourceQuota', 'q', { hard });
  view.put('resourcequotas', quota, '');
  const controller = quotaController();
  expect(controller.reconcile(quota as never, view, 0).status).toEqual({
    hard: { pods: '2', 'requests.cpu': '1', 'limits.memory': '1Gi' },
    used: { pods: '1', 'requests.cpu': '250m', 'limits.memory': '64Mi' },
  });
  const [pod] = view.list('pods');
  expect(controller.watches?.flatMap(({ keys }) => (pod ? keys(pod, view) : []))).toEqual(['default/q']);
});
