import { describe, expect, it } from 'vitest';
import { ownPaths, shortCause } from '../../../src/core/short-cause.ts';

const tree = '/var/lib/slipway/default/images/trees/9a25389f12d271d32650daee1a139d2281bf745006eafef6';
const node = [
  'Container failed with: node:internal/modules/esm/resolve:272',
  '    throw new ERR_MODULE_NOT_FOUND(',
  '          ^',
  '',
  `Error [ERR_MODULE_NOT_FOUND]: Cannot find module '${tree}/src/not-there.ts' imported from ${tree}/src/server.ts`,
  '    at finalizeResolution (node:internal/modules/esm/resolve:272:11)',
  `  url: 'file://${tree}/src/not-there.ts'`,
  '}',
  '',
  'Node.js v24.21.0',
].join('\n');
const cause = "Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'src/not-there.ts' imported from src/server.ts";

describe('the short cause', () => {
  it.each([
    ['a stack of Node', node, cause],
    ['what a Service says of its revision', `Revision "shop-00002" failed with message: ${node}`, cause],
    [
      'a traceback of Python',
      `Container failed with: Traceback (most recent call last):\n  File "${tree}/app.py", line 1, in <module>\n    import flask\nModuleNotFoundError: No module named 'flask'`,
      "ModuleNotFoundError: No module named 'flask'",
    ],
    ['a panic of Go', 'Container failed with: panic: nothing here\n\ngoroutine 1 [running]:', 'panic: nothing here'],
    ['what has no such line', 'Container failed with: \nlisten failed\nbye', 'listen failed'],
    ['one line', 'Unable to fetch image "x": not found', 'Unable to fetch image "x": not found'],
    ['nothing', '', ''],
  ])('of %s', (_, message, expected) => {
    expect(shortCause(message)).toBe(expected);
  });

  it('is cut where it is endless', () => {
    expect(shortCause('x'.repeat(5_000))).toHaveLength(201);
  });
});

describe('paths', () => {
  it('are the application’s in all of a text', () => {
    expect(ownPaths(node)).not.toContain('/trees/');
    expect(ownPaths(node)).toContain("url: 'src/not-there.ts'");
    expect(ownPaths('/usr/lib/node_modules/x.js')).toBe('/usr/lib/node_modules/x.js');
  });
});
