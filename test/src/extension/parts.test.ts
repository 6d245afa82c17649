/** The pure parts of the editor front end. */
import { describe, expect, it } from 'vitest';
import { crashOf } from '../../../src/core/crash.ts';
import { words } from '../../../src/extension/catalogues.ts';
import { oncePer } from '../../../src/extension/platform/once.ts';
import { parseKey, shortRevision } from '../../../src/extension/platform/snapshot.ts';
import { isNoSource } from '../../../src/extension/source-files.ts';
import { agoText, inText } from '../../../src/extension/trees/time.ts';
import { changeWords, onePerInstance } from '../../../src/extension/views/revisions-state.ts';
import { pinned, stateOf } from '../../../src/extension/views/traffic-state.ts';

const { say } = words('en');

describe('pinned', () => {
  it('follows the latest when it takes all, and pins a split', () => {
    expect(pinned({ 'a-2': 100 }, 'a-2')).toEqual({ '@latest': 100 });
    expect(pinned({ 'a-1': 100 }, 'a-2')).toEqual({ 'a-1': 100 });
    expect(pinned({ 'a-1': 90, 'a-2': 10 }, 'a-2')).toEqual({ 'a-1': 90, 'a-2': 10 });
  });
});

describe('oncePer', () => {
  it('reads each list once, also where the reading is nothing, and another list anew', () => {
    let reads = 0;
    const first = oncePer((list: readonly string[]) => {
      reads += 1;
      return list[0];
    });
    const [one, none] = [['a'], []];
    expect([first(one), first(one), first(none), first(none)]).toEqual(['a', 'a', undefined, undefined]);
    expect(reads).toBe(2);
    expect(first(['a'])).toBe('a');
    expect(reads).toBe(3);
  });
});

describe('stateOf', () => {
  it.each([
    [{ failed: true, ready: 'False' }, 1, 1, 'failed'],
    [{ failed: false, ready: 'True' }, 2, 2, 'ready'],
    [{ failed: false, ready: 'True' }, 0, 1, 'starting'],
    [{ failed: false, ready: 'Unknown' }, 0, 0, 'starting'],
    [{ failed: false, ready: 'True' }, 0, 0, 'zero'],
  ] as const)('%o with %i of %i pods is %s', (row, ready, pods, expected) => {
    expect(stateOf(row, ready, pods)).toBe(expected);
  });
});

describe('crashOf', () => {
  const instance = (state: string, ready = false, restarts = 0) => ({ state, ready, restarts, message: 'told' });

  it.each([
    [[instance('Running', true)], undefined],
    [[instance('Starting')], undefined],
    [[instance('Running', true, 3)], undefined],
    [[instance('Running', true), instance('CrashLoopBackOff', false, 2)], 'CrashLoopBackOff'],
    [[instance('Error')], 'Error'],
    // Between two crashes.
    [[instance('Starting', false, 1)], 'CrashLoopBackOff'],
    [[instance('Terminating', false, 1)], undefined],
    // The image, the settings.
    [[instance('ImagePullBackOff')], 'ImagePullBackOff'],
    [[instance('CreateContainerConfigError')], 'CreateContainerConfigError'],
    [[instance('OOMKilled')], 'OOMKilled'],
    [[instance('InvalidImageName')], 'InvalidImageName'],
  ])('%o: %s', (instances, expected) => {
    expect(crashOf(instances)).toEqual(expected && { reason: expected, message: 'told' });
  });
});

describe('onePerInstance', () => {
  it('takes requests that waited for one instance for the one start that they are', () => {
    const start = (pod: string, totalMs: number) => ({ revision: 'a-1', pod, at: 1, totalMs, phases: [] });
    const starts = [start('b', 50), start('a', 900), start('a', 1_092), start('a', 880)];
    expect(onePerInstance(starts)).toEqual([start('b', 50), start('a', 1_092)]);
  });
});

describe('words', () => {
  it('names what changed between revisions in a few', () => {
    const change = (path: string) => ({ path, before: undefined, after: 'x' });
    expect(
      changeWords(['spec.containers[0].env[GREETING].value', 'spec.containers[0].image'].map(change), '2 files'),
    ).toEqual(['2 files', 'env GREETING']);
    expect(changeWords(['a.b', 'a.c', 'a.d', 'a.e', 'a.f'].map(change), 'new image')).toEqual(['b', 'c', 'd', '+2']);
  });

  it('tells spans of time', () => {
    expect([59_000, 60_000, 7_200_000, 90_000_000].map((ms) => agoText(say, ms))).toEqual([
      'just now',
      '1 min ago',
      '2 h ago',
      '1 d ago',
    ]);
    expect([400, 59_400, 3_000_000, 7_200_000, 400_000_000].map((ms) => inText(say, ms))).toEqual([
      'in 0 s',
      'in 59 s',
      'in 50 min',
      'in 2 h',
      'in 5 d',
    ]);
  });

  it('shortens revisions, and takes a key apart', () => {
    expect(shortRevision('shop-00012', 'shop')).toBe('00012');
    expect(shortRevision('by-hand', 'shop')).toBe('by-hand');
    expect(parseKey('dev/shop')).toEqual({ namespace: 'dev', name: 'shop' });
  });
});

describe('isNoSource', () => {
  it.each([
    ['src/server.ts', false],
    ['deploy/service.yaml', false],
    ['node_modules/x/index.js', true],
    ['.git/index', true],
    ['dist/server.js', true],
    ['app/__pycache__/x.pyc', true],
    ['server.log', true],
    ['builder/main.go', false],
  ])('%s: %s', (path, expected) => {
    expect(isNoSource(path)).toBe(expected);
  });
});
