import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withoutNotes } from '../../../emulator/pods/notes.ts';
import { chooseNode, isNode, type OwnNode } from '../../../emulator/pods/process/node-choice.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-node-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const own: OwnNode = { program: '/own/node', version: '24.21.0', electron: false };
const asking = (range: unknown) =>
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ engines: { node: range } }));
const choose = (found: string | undefined, version: string | undefined, runtime = own) =>
  chooseNode(found, dir, runtime, async () => version);

test.each<[string, unknown, string | undefined, string | undefined, string | undefined]>([
  ['nothing asked for: the PATH', undefined, '/usr/bin/node', '20.20.2', '/usr/bin/node'],
  ['satisfied: the PATH', '>=20', '/usr/bin/node', '20.20.2', '/usr/bin/node'],
  ['too old: the own', '>=22.18', '/usr/bin/node', '20.20.2', '/own/node'],
  ['too old, and the own is too: the PATH, whose error says more', '>=30', '/usr/bin/node', '20.20.2', '/usr/bin/node'],
  ['none on the PATH: the own', '>=22.18', undefined, undefined, '/own/node'],
  ['none on the PATH and the own will not do: nothing', '>=30', undefined, undefined, undefined],
  ['a range that is none asks for nothing', 'lts please', '/usr/bin/node', '20.20.2', '/usr/bin/node'],
  ['a version that cannot be told is believed', '>=22', '/usr/bin/node', undefined, '/usr/bin/node'],
])('%s', async (_, range, found, version, program) => {
  asking(range);
  expect((await choose(found, version))?.program).toBe(program);
});

test('another than the PATH’s is said, with the reason', async () => {
  asking('>=22.18');
  expect((await choose('/usr/bin/node', '20.20.2'))?.note).toMatch(
    /own node 24\.21\.0: package\.json asks for node >=22\.18, the PATH has 20\.20\.2/,
  );
  expect((await choose(undefined, undefined))?.note).toMatch(/no node is on the PATH/);
});

test('what is said is no word of the application: it is not the reason of its end', async () => {
  const { note = '' } = (await choose(undefined, undefined)) ?? {};
  expect(withoutNotes(`${note}Error: no such table\n`)).toBe('Error: no such table\n');
  expect(withoutNotes(note)).toBe('');
});

test('under Electron it is told to be Node', async () => {
  expect((await choose(undefined, undefined, { ...own, electron: true }))?.env).toEqual({ ELECTRON_RUN_AS_NODE: '1' });
});

test('only the bare name is looked up', () => {
  expect(['node', 'node.exe', './node', '/opt/node', 'nodemon'].map(isNode)).toEqual([true, true, false, false, false]);
});
