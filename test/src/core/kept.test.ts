import { expect, it } from 'vitest';
import { keptFor } from '../../../src/core/traffic/kept.ts';

it.each([
  ['takes traffic, whatever else', { percent: 1, tags: [{ tag: 'old' }], latestReady: true }, 'traffic'],
  ['has a tag, the latest ready one too', { percent: 0, tags: [{ tag: 'old' }], latestReady: true }, 'tag'],
  ['is the latest ready one', { percent: 0, tags: [], latestReady: true }, 'latest'],
  ['is none of these', { percent: 0, tags: [], latestReady: false }, undefined],
])('a revision that %s', (_, revision, expected) => {
  expect(keptFor(revision)).toBe(expected);
});
