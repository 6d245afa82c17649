import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Cause } from '../../../src/core/deploy/diagnose.ts';
import { withInstall } from '../../../src/core/deploy/install-command.ts';

const node = (module: string): Cause => ({
  code: 'ModuleMissing',
  args: { module, command: `npm install ${module}` },
});
const python = (module: string): Cause => ({
  code: 'ModuleMissing',
  args: { module, command: `pip install ${module}` },
});
const missing = (detail: string): Cause => ({ code: 'StartCommandMissing', args: { detail } });
const listed = '{"dependencies":{"express":"4"}}';

describe.skipIf(process.platform === 'win32')('what brings a missing dependency', () => {
  it.each<[string, Cause, Record<string, string>, string | undefined]>([
    ['a module that package.json lists', node('express'), { 'package.json': listed }, 'npm install'],
    ['one that it does not list', node('moon'), { 'package.json': listed }, 'npm install moon'],
    ['with pnpm', node('express'), { 'package.json': listed, 'pnpm-lock.yaml': '' }, 'pnpm install'],
    ['one that is new, with Yarn', node('moon'), { 'package.json': listed, 'yarn.lock': '' }, 'yarn add moon'],
    ['without a package.json', node('express'), {}, 'npm install express'],
    ['of Python', python('flask'), {}, 'python3 -m venv .venv && .venv/bin/pip install flask'],
    [
      'of Python, with its list',
      python('yaml'),
      { 'requirements.txt': 'PyYAML\n', 'venv/pyvenv.cfg': '' },
      'venv/bin/pip install -r requirements.txt',
    ],
    [
      'of Python, into an interpreter that is named',
      { code: 'ModuleMissing', args: { module: 'debugpy', command: '/v/bin/python3 -m pip install debugpy' } },
      { 'requirements.txt': '' },
      undefined,
    ],
    [
      'of Go',
      { code: 'ModuleMissing', args: { module: 'x.io/y', command: 'go get x.io/y' } },
      { 'package.json': listed },
      undefined,
    ],
    [
      'a server of Python, by the shell',
      missing('/bin/sh: 1: exec: gunicorn: not found'),
      {},
      'python3 -m venv .venv && .venv/bin/pip install gunicorn',
    ],
    [
      'a program of a package',
      missing('exec: "next": executable file not found in $PATH: install next'),
      { 'package.json': '{"dependencies":{"next":"15"}}' },
      'npm install',
    ],
    [
      'a program of a package of another name',
      missing('exec: "nest": executable file not found in $PATH: install nest'),
      { 'package.json': '{"devDependencies":{"@nestjs/cli":"11"}}' },
      'npm install',
    ],
    [
      'a program of no package that is listed',
      missing('exec: "no-such-runtime": executable file not found in $PATH: x'),
      { 'package.json': listed },
      undefined,
    ],
    ['a program of the machine', missing('exec: "ruby": executable file not found in $PATH: x'), {}, undefined],
    ['what is not in the image', missing('exec: "/server": no such file in the image'), {}, undefined],
  ])('%s', (_, cause, files, command) => {
    const read = (file: string) => Object.entries(files).find(([path]) => join('/app', path) === file)?.[1];
    const found = withInstall(cause, '/app', read);
    if (command === undefined) expect(found).toBe(cause);
    else expect(found).toMatchObject({ code: 'ModuleMissing', args: { command } });
  });
});
