import { expect, test } from 'vitest';
import { publishNode, renewNodeLease } from '../../../emulator/pods/node.ts';
import { admin, testPlatform } from '../api/support.ts';

test('the Node has a lease that is renewed, and made again when somebody deleted it', async () => {
  const { objects, store } = testPlatform({ namespaces: ['default', 'kube-node-lease'] });
  const lease = () => store.get('leases.coordination.k8s.io', 'kube-node-lease', 'slipway');
  const start = Date.UTC(2026, 10, 26, 6, 0, 0, 250);
  publishNode(objects, admin, start, 'v1.36.0');
  renewNodeLease(objects, admin, start);
  const uid = store.get('nodes', undefined, 'slipway')?.metadata.uid;
  expect(lease()?.metadata.ownerReferences).toEqual([{ apiVersion: 'v1', kind: 'Node', name: 'slipway', uid }]);
  expect(lease()?.spec).toEqual({
    holderIdentity: 'slipway',
    leaseDurationSeconds: 40,
    renewTime: '2026-11-26T06:00:00.250000Z',
  });
  renewNodeLease(objects, admin, start + 10_000);
  expect(lease()?.spec).toMatchObject({ renewTime: '2026-11-26T06:00:10.250000Z' });
  objects.delete('leases.coordination.k8s.io', 'kube-node-lease', 'slipway', { user: admin });
  renewNodeLease(objects, admin, start + 20_000);
  expect(lease()?.spec).toMatchObject({ renewTime: '2026-11-26T06:00:20.250000Z' });
});
