/** A console script of Python: the interpreter that its first lines name, as installers write them. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withInterpreter } from '../../../emulator/pods/process/console-script.ts';
import { temporaryHome, writeFiles } from '../../support/places.ts';

const bySh = (interpreter: string) => `#!/bin/sh\n'''exec' ${interpreter} "$0" "$@"\n' '''\nimport sys\n`;
const beside = '"$(dirname -- "$(realpath -- "$0")")"/';

it.runIf(process.platform !== 'win32').each<[string, string | undefined]>([
  ['#!/opt/shop/bin/python3.11\nimport sys\n', '/opt/shop/bin/python3.11'],
  ['#! /usr/bin/python\n', '/usr/bin/python'],
  ['#!/usr/bin/env python3\r\n', 'python3'],
  [bySh('"/opt/my shop/bin/python3"'), '/opt/my shop/bin/python3'],
  [bySh('/opt/a-long-path/bin/python3.12'), '/opt/a-long-path/bin/python3.12'],
  [bySh(`${beside}'python3'`), 'BESIDE/python3'],
  [bySh(`${beside}python3`), 'BESIDE/python3'],
  [bySh('"$HOME/bin/python3"'), undefined],
  ['#!/usr/bin/python3 -s\n', undefined],
  ['#!/usr/bin/env bash\nexec pyenv exec gunicorn "$@"\n#!/usr/bin/python3\n', undefined],
  ['not a script\n#!/usr/bin/python3\n', undefined],
])('%j is started by %j', (text, interpreter) => {
  using home = temporaryHome('console-script');
  const script = join(home.dir, 'bin', 'gunicorn');
  writeFiles(home.dir, { 'bin/gunicorn': text });
  chmodSync(script, 0o755);
  const found = withInterpreter(['gunicorn', '-b', 'x'], home.dir, { PATH: join(home.dir, 'bin') });
  const expected = interpreter?.replace('BESIDE', join(home.dir, 'bin'));
  expect(found).toEqual(expected && [expected, script, '-b', 'x']);
});
