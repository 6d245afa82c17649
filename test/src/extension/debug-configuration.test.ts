/** Which launch configuration runs an application. */
import { describe, expect, it } from 'vitest';
import { platformNote } from '../../../emulator/pods/notes.ts';
import { words } from '../../../src/extension/catalogues.ts';
import { applicationDir, ownConfiguration, runConfiguration } from '../../../src/extension/debug/configuration.ts';
import { consoleCategory } from '../../../src/extension/debug/console.ts';

const { say } = words('en');

it('a line of the platform is no error of the application', () => {
  const note = platformNote('started with its own node').trimEnd();
  expect(consoleCategory({ stream: 'stderr', text: note })).toBe('console');
  expect(consoleCategory({ stream: 'stderr', text: 'TypeError: x' })).toBe('stderr');
  expect(consoleCategory({ stream: 'stdout', text: 'listening' })).toBe('stdout');
});

describe('of an application', () => {
  it('is named by what it does', () => {
    expect(runConfiguration(say, 'shop', '/ws/shop', true)).toEqual({
      type: 'slipway',
      request: 'launch',
      name: 'Debug shop on Slipway',
      application: '/ws/shop',
    });
    expect(runConfiguration(say, 'shop', '/ws/shop', false).name).toBe('Run shop on Slipway');
  });

  it('leaves room for the tabs beside it, however long the name is', () => {
    expect(runConfiguration(say, 'x'.repeat(253), '/ws/x', true).name.length).toBeLessThan(60);
  });

  it.each([
    ['/ws/shop/', '/ws', '/ws/shop'],
    ['apps/shop', '/ws', '/ws/apps/shop'],
    ['.', '/ws', '/ws'],
    ['shop', undefined, 'shop'],
  ])('%s in %s is %s', (given, folder, dir) => {
    expect(applicationDir(given, folder)).toBe(dir);
  });
});

describe('what a person wrote in launch.json', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written in launch.json.
  const written = { type: 'slipway', request: 'launch', name: 'mine', application: '${workspaceFolder}/shop' };

  it('is used for the application that it names, with all that stands in it', () => {
    const mine = { ...written, preLaunchTask: 'build' };
    const others = [null, { type: 'node' }, { ...written, application: 'pay' }, { ...written, application: 7 }];
    expect(ownConfiguration([...others, mine], '/ws', '/ws/shop')).toBe(mine);
    expect(ownConfiguration([{ ...written, application: 'shop/' }], '/ws', '/ws/shop')).toBeDefined();
  });

  it.each([[undefined], ['text'], [{}], [[]], [[{ ...written, type: 'node' }]], [[{ ...written, name: undefined }]]])(
    '%j has none of it',
    (configurations) => {
      expect(ownConfiguration(configurations, '/ws', '/ws/shop')).toBeUndefined();
    },
  );
});
