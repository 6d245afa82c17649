import { describe, expect, it } from 'vitest';
import { collectRevisions } from '../../../emulator/knative/configuration/gc.ts';
import type { Revision } from '../../../emulator/knative/revision/types.ts';
import {
  aConfiguration,
  aRevision,
  birth,
  type Part,
  withAnnotations,
  withLabels,
  withStatus,
} from './support/builders.ts';
import { viewOf } from './support/view.ts';

const hour = 3_600_000;
const born = Date.parse(birth);
const reserve = withLabels<Revision>({ 'serving.knative.dev/routingState': 'reserve' });

const settings = (data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'config-gc',
    namespace: 'knative-serving',
    uid: 'c',
    resourceVersion: JSON.stringify(data),
    creationTimestamp: birth,
  },
  data,
});

/** Revision i was born i minutes after the first. */
const revisions = (count: number, ...parts: Part<Revision>[]) =>
  Array.from({ length: count }, (_, i) =>
    aRevision(`hello-${String(i + 1).padStart(5, '0')}`, reserve, ...parts, ({ metadata }) => {
      metadata.creationTimestamp = new Date(born + i * 60_000).toISOString();
    }),
  );

function collected(hours: number, data: Record<string, string>, list: Revision[]): string[] {
  const configuration = aConfiguration(withStatus({ Ready: 'True' }, { latestReadyRevisionName: 'hello-00005' }));
  const outcome = collectRevisions(configuration, viewOf(settings(data), ...list), born + hours * hour);
  return (outcome.deletes ?? []).map(({ key }) => key.replace('default/', ''));
}

describe('garbage collection', () => {
  const two = { 'min-non-active-revisions': '2' };

  it('takes those that are old enough, oldest first, and leaves the least number', () => {
    expect(collected(47, two, revisions(5))).toEqual([]);
    expect(collected(49, two, revisions(5))).toEqual(['hello-00001', 'hello-00002']);
  });

  it('never takes the latest ready, the routed, the pending, and what its user keeps', () => {
    const kept = [
      aRevision('hello-00001'),
      aRevision('hello-00002', withLabels({ 'serving.knative.dev/routingState': 'pending' })),
      aRevision('hello-00003', reserve, withAnnotations({ 'serving.knative.dev/no-gc': 'TRUE' })),
      aRevision('hello-00005', reserve),
    ];
    expect(collected(100, { 'min-non-active-revisions': '0' }, kept)).toEqual([]);
    expect(collected(100, { 'min-non-active-revisions': '0' }, [...kept, aRevision('hello-00004', reserve)])).toEqual([
      'hello-00004',
    ]);
  });

  it('counts from when the routing state changed', () => {
    const recent = withAnnotations<Revision>({
      'serving.knative.dev/routingStateModified': new Date(born + 40 * hour).toISOString(),
    });
    expect(collected(54, { 'min-non-active-revisions': '0' }, revisions(2, recent))).toEqual([]);
    expect(collected(56, { 'min-non-active-revisions': '0' }, revisions(2, recent))).toHaveLength(2);
  });

  it('takes more than the greatest number at once', () => {
    const data = { 'min-non-active-revisions': '1', 'max-non-active-revisions': '2' };
    expect(collected(0, data, revisions(4))).toEqual(['hello-00001', 'hello-00002']);
  });

  it('does nothing when all is disabled', () => {
    const off = 'disabled';
    const data = {
      'min-non-active-revisions': '0',
      'max-non-active-revisions': off,
      'retain-since-create-time': off,
      'retain-since-last-active-time': off,
    };
    expect(collected(1000, data, revisions(4))).toEqual([]);
  });

  it('looks again when the next one is due', () => {
    const view = viewOf(settings({ 'min-non-active-revisions': '0' }), ...revisions(1));
    const outcome = collectRevisions(aConfiguration(), view, born + 47 * hour);
    expect(outcome.requeueAfter).toBe(hour);
  });
});
