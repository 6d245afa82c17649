import { describe, expect, it } from 'vitest';
import { filesFault, linkFault, pathFault } from '../../../emulator/images/paths.ts';

const aFile = (path: string, link?: string) => ({
  path,
  size: 0,
  sha256: '0'.repeat(64),
  executable: false,
  ...(link === undefined ? {} : { link }),
});

describe('paths of an image', () => {
  it.each([
    ['', 'is empty'],
    ['/etc/passwd', 'is absolute'],
    ['C:/x', 'is absolute'],
    ['a/../../x', 'has a ".." segment'],
    ['./a', 'has a "." segment'],
    ['a//b', 'has an empty segment'],
    ['a/', 'has an empty segment'],
    ['a\\..\\b', 'has a backslash'],
    ['a\0b', 'has control characters'],
    ['a\nb', 'has control characters'],
    ['x'.repeat(256), 'has a segment longer than 255 bytes'],
    [`${'a/'.repeat(2100)}a`, 'is longer than 4096 bytes'],
  ])('refuses %j', (path, fault) => expect(pathFault(path, 'linux')).toBe(fault));

  it('takes what real packages have', () => {
    for (const path of ['a.js', 'node_modules/@scope/x/..y', '...', 'ünï/码.txt', '.git/HEAD', 'aux.js', 'a b/c']) {
      expect(pathFault(path, 'linux'), path).toBeUndefined();
    }
  });

  it('refuses device names where they are devices', () => {
    for (const path of ['aux.js', 'a/CON', 'nul', 'com1.txt', 'a. ', 'ab:c']) {
      expect(pathFault(path, 'win32'), path).toMatch(/Windows reserves/);
    }
    expect(pathFault('auxiliary.js', 'win32')).toBeUndefined();
  });

  it.each([
    ['a', '/etc/passwd'],
    ['a', '..'],
    ['a/b', '../../x'],
    ['a/b', 'c/../../../x'],
    ['a', 'up/../x'],
    ['a', 'C:/x'],
    ['a', ''],
  ])('refuses the link %j → %j', (path, target) => expect(linkFault(path, target)).toBeDefined());

  it.each([
    ['node_modules/.bin/x', '../x/cli.js'],
    ['a/b/c', '../../d'],
    ['a', './b'],
  ])('takes the link %j → %j', (path, target) => expect(linkFault(path, target)).toBeUndefined());

  it('refuses what lies below a file or a link, twice the same, and case twins where they are one file', () => {
    expect(filesFault([aFile('a', 'b'), aFile('a/x')])).toMatch(/no directory/);
    expect(filesFault([aFile('a/x/y'), aFile('a')])).toMatch(/no directory/);
    expect(filesFault([aFile('a'), aFile('a')])).toMatch(/twice/);
    expect(filesFault([aFile('A'), aFile('a')], 'darwin')).toMatch(/case/);
    expect(filesFault([aFile('A'), aFile('a')], 'linux')).toBeUndefined();
    expect(filesFault([{ ...aFile('a'), size: -1 }])).toMatch(/size/);
    expect(filesFault([{ ...aFile('a'), sha256: 'zz' }])).toMatch(/sha256/);
  });
});
