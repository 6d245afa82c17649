/** What the Service's annotations tell of its split: the one before, the last changes, a canary. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { beginCanary } from '../../../src/core/traffic/canary.ts';
import { targetsOf, trafficModel } from '../../../src/core/traffic/traffic.ts';

const service = (traffic: object[], annotations: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: {
    ...{ name: 'shop', namespace: 'default', uid: 'u', resourceVersion: '1', generation: 1 },
    ...{ creationTimestamp: '2026-01-01T00:00:00Z', annotations },
  },
  spec: { traffic },
  status: { latestReadyRevisionName: 'shop-2' },
});
const before = JSON.stringify([{ revisionName: 'shop-1', latestRevision: false, percent: 100 }]);
const noted = { 'slipway.dev/traffic-before': before };

describe('the split before', () => {
  it('is something to go back to while it is another than the one that stands', () => {
    expect(trafficModel(service([{ revisionName: 'shop-2', percent: 100 }], noted), []).before).toHaveLength(1);
    expect(trafficModel(service([{ revisionName: 'shop-1', percent: 100 }], noted), []).before).toBeUndefined();
  });

  it.each(['', 'no json', '{}'])('is none where the annotation is %j', (text) => {
    const odd = service([{ latestRevision: true, percent: 100 }], { 'slipway.dev/traffic-before': text });
    expect(trafficModel(odd, []).before).toBeUndefined();
  });
});

describe('the history', () => {
  it('has the changes that are whole, and leaves out what anybody may have written', () => {
    const changes = [{ at: 1, split: { 'shop-1': 100 } }, { at: 'x', split: {} }, null, { at: 2, split: { a: '1' } }];
    const annotations = { 'slipway.dev/traffic-history': JSON.stringify(changes) };
    expect(trafficModel(service([], annotations), []).history).toEqual([changes[0]]);
  });
});

it('a canary is read out of its annotation', () => {
  const plan = {
    ...{ revision: 'shop-2', before: { 'shop-1': 100 }, steps: [10, 100], pauseMs: 1_000 },
    ...{ maxErrorPercent: 1, maxP95Ratio: null, minRequests: 0 },
  };
  const { state } = beginCanary(plan, 'me', 0);
  const model = trafficModel(service([], { 'slipway.dev/canary': JSON.stringify(state) }), []);
  expect(model.canary?.plan.revision).toBe('shop-2');
});

it('targets keep the tags that a wish does not name', () => {
  const current = [
    { revisionName: 'shop-1', percent: 100 },
    { revisionName: 'shop-1', percent: 0, tag: 'old' },
    { latestRevision: true, percent: 0, tag: 'next' },
  ];
  expect(targetsOf({ percent: { '@latest': 30, 'shop-1': 70 }, tags: { next: null } }, current)).toEqual([
    { latestRevision: true, percent: 30 },
    { revisionName: 'shop-1', latestRevision: false, percent: 70 },
    { revisionName: 'shop-1', latestRevision: false, percent: 0, tag: 'old' },
  ]);
});
