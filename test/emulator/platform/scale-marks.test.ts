import { expect, it } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { Change } from '../../../emulator/kernel/store.ts';
import { markScaling } from '../../../emulator/platform/scale-marks.ts';

const deployment = (replicas: number, more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'shop-00001-deployment',
    namespace: 'default',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '',
    labels: { 'serving.knative.dev/service': 'shop', 'serving.knative.dev/revision': 'shop-00001' },
    ...more,
  },
  spec: { replicas },
});

it('marks where a revision was scaled, and nothing else', () => {
  const marks: string[] = [];
  let tell: (change: Change) => void = () => undefined;
  const store = {
    subscribe(listener: (change: Change) => void): Disposable {
      tell = listener;
      return { [Symbol.dispose]: () => undefined };
    },
  };
  using _ = markScaling(store, { append: ({ revision, mark }) => void marks.push(`${revision} ${mark}`) });
  const change = (previous: KubeObject, object: KubeObject, resource = 'deployments.apps') =>
    tell({ type: 'MODIFIED', resource, key: 'default/x', revision: 2, object, previous });
  change(deployment(1), deployment(2));
  change(deployment(2), deployment(2));
  change(deployment(2), deployment(0));
  change(deployment(1), deployment(0, { deletionTimestamp: '2026-01-01T00:00:00Z' }));
  change(deployment(1), deployment(3, { labels: {} }));
  change(deployment(1), deployment(3), 'replicasets.apps');
  expect(marks).toEqual(['shop-00001 scaled 1 2', 'shop-00001 scaled 2 0']);
});
