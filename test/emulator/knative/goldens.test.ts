/** What a real Knative made of the corpus' manifests, against these controllers: objects and histories of conditions. */
import { describe, expect, it } from 'vitest';
import { playScenario } from './support/scenario.ts';

const scenarios = [
  'objects/autoscaling',
  'objects/brought-name',
  'objects/delete',
  'objects/deployment',
  'objects/labels',
  'objects/long-names',
  'objects/minimal',
  'objects/parts',
  'objects/tags',
  'objects/two-revisions',
  'objects/volumes',
  'status/bad-then-good',
  'status/configuration-missing',
  'status/domain-mapping',
  'status/domain-mapping-failing',
  'status/exit-at-start',
  'status/image-missing',
  'status/never-ready',
  'status/not-owned',
  'status/ready',
  'status/revision-missing',
  'status/revision-name-taken',
  'status/rollback',
  'status/rollout',
  'status/split',
];

describe('goldens', () => {
  it.each(scenarios)('%s', async (name) => {
    const { differences, compared } = await playScenario(name);
    expect(differences.join('\n')).toBe('');
    expect(compared).toBeGreaterThan(0);
  });
});
