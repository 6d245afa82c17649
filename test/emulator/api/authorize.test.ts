/** Rights of service accounts, whose tokens applications hold: RBAC, in Kubernetes' words. */
import { beforeEach, describe, expect, it } from 'vitest';
import { attributesOf } from '../../../emulator/api/authorize.ts';
import { clusterRoles } from '../../../emulator/api/roles.ts';
import { accountUser } from '../../../emulator/api/tokens.ts';
import { configMap, core, type TestPlatform, testPlatform } from './support.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const robot = accountUser('system:serviceaccount:default:robot');
let platform: TestPlatform;
beforeEach(async () => {
  platform = testPlatform({ namespaces: ['default', 'other'] });
  for (const name of ['view', 'edit', 'admin', 'cluster-admin']) {
    await platform.call('POST', `${rbac}/clusterroles`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules: clusterRoles[name],
    });
  }
});

async function asRobot(method: string, target: string, body?: unknown) {
  const { pathname: path, searchParams: query } = new URL(target, 'https://api');
  const answer = await platform.api.handle({
    method,
    path,
    query,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
    user: robot,
    signal: new AbortController().signal,
  });
  const text = String(answer.body);
  return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

const bind = (role: { kind: string; name: string }, namespace = 'default') =>
  platform.call('POST', `${rbac}/namespaces/${namespace}/rolebindings`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `robot-${role.name}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...role },
    subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'default' }],
  });

describe('a service account', () => {
  it('without a role discovers, and asks what it may do, and nothing else', async () => {
    for (const path of ['/api', '/apis', '/version', '/openapi/v3'])
      expect((await asRobot('GET', path)).status).toBe(200);
    expect(await asRobot('GET', `${core}/pods`)).toMatchObject({
      status: 403,
      body: {
        reason: 'Forbidden',
        message:
          'pods is forbidden: User "system:serviceaccount:default:robot" cannot list resource "pods" in API group "" ' +
          'in the namespace "default"',
        details: { kind: 'pods' },
      },
    });
    expect((await asRobot('GET', '/api/v1/nodes/slipway')).body.message).toBe(
      'nodes "slipway" is forbidden: User "system:serviceaccount:default:robot" cannot get resource "nodes" in API group "" ' +
        'at the cluster scope',
    );
    expect((await asRobot('POST', '/apis/platform.slipway.dev/v1alpha1/shutdown')).status).toBe(403);
    expect((await asRobot('GET', '/metrics')).body.message).toBe(
      'forbidden: User "system:serviceaccount:default:robot" cannot get path "/metrics"',
    );
    const review = (resourceAttributes: object) => ({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    });
    const asked = await asRobot(
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      review({ verb: 'list', resource: 'pods', namespace: 'default' }),
    );
    expect(asked).toMatchObject({ status: 201, body: { status: { allowed: false } } });
  });

  it('has what its roles give, in their namespace', async () => {
    await bind({ kind: 'ClusterRole', name: 'view' });
    await platform.call('POST', `${core}/configmaps`, configMap('a', { k: '1' }));
    expect((await asRobot('GET', `${core}/configmaps/a`)).status).toBe(200);
    expect((await asRobot('GET', `${core}/secrets`)).status).toBe(403);
    expect((await asRobot('GET', '/api/v1/namespaces/other/configmaps')).status).toBe(403);
    expect((await asRobot('GET', '/api/v1/configmaps')).status).toBe(403);
    expect((await asRobot('DELETE', `${core}/configmaps/a`)).status).toBe(403);
    await platform.call('POST', `${rbac}/namespaces/default/roles`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'one' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['a'], verbs: ['delete'] }],
    });
    await bind({ kind: 'Role', name: 'one' });
    expect((await asRobot('DELETE', `${core}/configmaps/b`)).status).toBe(403);
    expect((await asRobot('DELETE', `${core}/configmaps`)).status).toBe(403);
    expect((await asRobot('DELETE', `${core}/configmaps/a`)).status).toBe(200);
  });

  it('gives nobody rights, unless it was given the right to', async () => {
    await bind({ kind: 'ClusterRole', name: 'admin' });
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'mine' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'default' }],
    };
    expect(await asRobot('POST', `${rbac}/namespaces/default/rolebindings`, binding)).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('cannot bind resource "rolebindings"') },
    });
    await bind({ kind: 'ClusterRole', name: 'cluster-admin' });
    expect((await asRobot('POST', `${rbac}/namespaces/default/rolebindings`, binding)).status).toBe(201);
  });
});

it.each([
  ['GET', '/api/v1/namespaces/x/pods?watch=true', 'watch', 'pods', ''],
  ['GET', '/api/v1/namespaces/x/pods?watch=0', 'list', 'pods', ''],
  ['GET', '/api/v1/watch/namespaces/x/pods', 'watch', 'pods', ''],
  ['GET', '/api/v1/namespaces/x/pods/p/exec?command=sh', 'create', 'pods', 'exec'],
  ['GET', '/api/v1/namespaces/x/pods/p/log', 'get', 'pods', 'log'],
  ['PATCH', '/api/v1/namespaces/x/pods/p/status', 'patch', 'pods', 'status'],
  ['DELETE', '/api/v1/namespaces/x/pods', 'deletecollection', 'pods', ''],
])('%s %s is to %s %s', (method, target, verb, resource, subresource) => {
  const { pathname: path, searchParams: query } = new URL(target, 'https://api');
  expect(attributesOf({ method, path, query })).toMatchObject({ verb, resource, subresource, namespace: 'x' });
});
