/** Ways into a deploy from outside: links that anybody may have written, tasks.json that a person wrote. */
import { describe, expect, it } from 'vitest';
import { words } from '../../../src/extension/catalogues.ts';
import { stepsTeller } from '../../../src/extension/deploy-words.ts';
import { deployLinkOf } from '../../../src/extension/links/deploy-link.ts';
import { applicationFor, taskApplication, taskOf } from '../../../src/extension/tasks/definition.ts';

describe('a link', () => {
  it.each([
    ['/deploy', 'application=shop', { application: 'shop', environment: undefined }],
    ['/deploy/', 'application=shop&environment=test-1', { application: 'shop', environment: 'test-1' }],
  ])('%s?%s is read', (path, query, expected) => {
    expect(deployLinkOf({ path, query })).toEqual(expected);
  });

  it.each([
    ['/delete', 'application=shop'],
    ['/deploy', ''],
    ['/deploy', 'application='],
    ['/deploy', 'application=../../etc/passwd'],
    ['/deploy', 'application=shop%00'],
    ['/deploy', 'application=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E'],
    ['/deploy', 'application=%E2%80%AEpohs'],
    ['/deploy', `application=${'a'.repeat(64)}`],
    ['/deploy', 'application=shop&application=other'],
    ['/deploy', 'application=shop&environment=$(reboot)'],
    ['/deploy', 'application=shop&environment='],
    ['/deploy', 'application=shop&command=workbench.action.quit'],
    ['/deploy/../deploy', 'application=shop'],
  ])('%s?%s is refused', (path, query) => {
    expect(deployLinkOf({ path, query })).toBeUndefined();
  });
});

describe('a task', () => {
  it.each([
    [{ task: 'deploy' }, { task: 'deploy', application: undefined, environment: undefined }],
    [
      { task: 'run', application: 'shop' },
      { task: 'run', application: 'shop', environment: undefined },
    ],
    [{ task: 'toast' }, undefined],
    [{ task: 'deploy', application: 7 }, undefined],
    [{ task: 'deploy', environment: '' }, undefined],
    [{}, undefined],
  ])('%o', (definition, expected) => {
    expect(taskOf(definition)).toEqual(expected);
  });

  const shop = { dir: '/ws/apps/shop', name: 'shop' };
  const cart = { dir: '/ws/cart', name: 'basket' };
  it.each([
    ['apps/shop', '/ws', shop],
    ['./apps/shop/', '/ws', shop],
    ['/ws/cart', '/ws', cart],
    ['basket', '/ws', cart],
    ['cart', '/ws', cart],
    ['cart', undefined, undefined],
    ['gone', '/ws', undefined],
    [undefined, '/ws', undefined],
    [undefined, '/ws/cart', cart],
    ['.', '/ws/cart', cart],
  ])('for %s in %s', (wanted, folder, expected) => {
    expect(applicationFor([shop, cart], wanted, folder)).toBe(expected);
  });

  it('of several folders has a definition of its own, which leads back to its application', () => {
    const dirs = ['/a/web', '/b/cron', '/c/mono/apps/shop', '/d/x/apps', '/e/x/apps'];
    const shown = ['web', 'cron', 'mono/apps/shop', 'x/apps', 'x/apps'];
    const paths = new Map(dirs.map((dir, index) => [dir, shown[index] ?? '']));
    const entries = dirs.map((dir) => ({ dir, name: 'app' }));
    const named = dirs.map((dir) => taskApplication(dir, paths));
    expect(named).toEqual(['web', 'cron', 'mono/apps/shop', '/d/x/apps', '/e/x/apps']);
    for (const [index, name] of named.entries())
      expect(applicationFor(entries, name, '/elsewhere', paths)).toBe(entries[index]);
  });

  it('of one folder is named in it', () => {
    const paths = new Map([
      ['/ws', '/ws'],
      ['/ws/apps/shop', 'apps/shop'],
    ]);
    expect(taskApplication('/ws', paths)).toBe('.');
    expect(taskApplication('/ws/apps/shop', paths)).toBe('apps/shop');
  });
});

it('tells the steps of a deploy with their times', () => {
  const tell = stepsTeller(words('en'));
  expect(tell({ type: 'phase', phase: 'build', state: 'started' })).toBe('building');
  expect(tell({ type: 'phase', phase: 'build', state: 'ended', ms: 1_240 })).toBeUndefined();
  expect(tell({ type: 'phase', phase: 'upload', state: 'started' })).toBe('building (1.2 s) · uploading the image');
  expect(tell({ type: 'waiting', reason: 'Deploying', message: '' })).toBe('building (1.2 s) · waiting: Deploying');
});
