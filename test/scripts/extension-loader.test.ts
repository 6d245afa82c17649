/** The package's loader: what the engine made of the source is kept and used, and what is wrong with it never matters. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from '../support/places.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-loader-'));
  const loader = readFileSync(join(root, 'scripts', 'lib', 'extension-loader.cjs'), 'utf8');
  writeFileSync(join(dir, 'extension.cjs'), loader.replace('SOURCE_HASH', 'abc'));
  writeFileSync(
    join(dir, 'extension-main.js'),
    'exports.where = __filename; exports.sum = (a, b) => a + b; exports.path = require("node:path").sep;',
  );
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Loads it as an extension host does, in a process of its own, and lets the time pass after which it keeps something. */
function load(): { sum: number; where: string; used: boolean } {
  const script = `
    const { mock } = require('node:test');
    const vm = require('node:vm');
    let last;
    vm.Script = class extends vm.Script { constructor(...args) { super(...args); last = this; } };
    mock.timers.enable({ apis: ['setTimeout'] });
    const { sum, where } = require('./extension.cjs');
    mock.timers.tick(60_000);
    console.log(JSON.stringify({ sum: sum(1, 2), where, used: last.cachedDataRejected === false }));`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd: dir, encoding: 'utf8' }));
}

const kept = () => readdirSync(dir).filter((name) => name.includes('.cache'));

it('keeps what was compiled, and uses it the next time', () => {
  expect(load()).toMatchObject({ sum: 3, used: false });
  expect(kept()).toEqual([`extension-abc-${process.versions.v8}-${process.arch}.cache`]);
  expect(load()).toMatchObject({ sum: 3, used: true });
});

it('goes on without what is broken, and keeps it anew', () => {
  load();
  const file = join(dir, kept()[0] ?? '');
  const whole = readFileSync(file);
  for (const broken of [Buffer.alloc(0), Buffer.from('nonsense'), whole.subarray(0, whole.length / 2)]) {
    writeFileSync(file, broken);
    expect(load()).toMatchObject({ sum: 3, used: false });
    expect(load()).toMatchObject({ sum: 3, used: true });
  }
});
