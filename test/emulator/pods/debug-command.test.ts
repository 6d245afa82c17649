/** A start command under its debugger: the same program with the same words, or not at all. */
import { describe, expect, it } from 'vitest';
import { debuggerOf, underDebugpy, underDelve } from '../../../emulator/pods/process/debug-command.ts';

const waiting = ['--listen', '127.0.0.1:5678', '--wait-for-client'];
const plain = '-Xfrozen_modules=off';

describe('Python', () => {
  it.each([
    [
      ['python3', 'server.py'],
      ['python3', plain, '-m', 'debugpy', ...waiting, 'server.py'],
    ],
    [
      ['python', '-m', 'uvicorn', 'app:app', '--port', '1'],
      ['python', plain, '-m', 'debugpy', ...waiting, '-m', 'uvicorn', 'app:app', '--port', '1'],
    ],
    [
      ['.venv/bin/python3.12', '-u', '-X', 'dev', '-Wdefault', 'a b.py', '-x', '-m'],
      [
        '.venv/bin/python3.12',
        '-u',
        '-X',
        'dev',
        '-Wdefault',
        plain,
        '-m',
        'debugpy',
        ...waiting,
        'a b.py',
        '-x',
        '-m',
      ],
    ],
    [
      ['C:\\py\\python.exe', 'x.py'],
      ['C:\\py\\python.exe', plain, '-m', 'debugpy', ...waiting, 'x.py'],
    ],
  ])('%j', (argv, started) => {
    expect(debuggerOf(argv)).toBe('debugpy');
    expect(underDebugpy(argv, 5678, undefined)).toEqual(started);
  });

  it('by the copy that an extension brings', () => {
    expect(underDebugpy(['python3', 'x.py'], 5678, '/ext/debugpy')).toEqual([
      'python3',
      plain,
      '/ext/debugpy',
      ...waiting,
      'x.py',
    ]);
  });

  it.each([
    [['python3']],
    [['python3', '-']],
    [['python3', '-c', 'print(1)']],
    [['python3', '-m']],
    [['python3', '-I', 'x.py']],
    [['python3', '-iu', 'x.py']],
    [['python3', '--check-hash-based-pycs', 'always', 'x.py']],
    [['uv', 'run', 'x.py']],
    [['sh', '-c', 'python3 x.py']],
    [['pythonista', 'x.py']],
    [[]],
  ])('%j is left alone', (argv) => {
    expect(debuggerOf(argv)).toBeUndefined();
    expect(underDebugpy(argv, 5678, undefined)).toBeUndefined();
  });

  it('a console script of a server is told by its name; what starts it stands in its first line', () => {
    expect(debuggerOf(['.venv/bin/gunicorn', 'app:app'])).toBe('debugpy');
    expect(underDebugpy(['gunicorn', 'app:app'], 5678, undefined)).toBeUndefined();
  });
});

describe('Go', () => {
  const delve = (...words: string[]) => [
    '/go/bin/dlv',
    'debug',
    '--headless',
    '--listen=127.0.0.1:5678',
    '--api-version=2',
    '--accept-multiclient',
    '--output=/state/program',
    ...words,
  ];

  it.each([
    [['go', 'run', '.'], delve('.', '--')],
    [['go', 'run', './cmd/api', '-v', 'x.go'], delve('./cmd/api', '--', '-v', 'x.go')],
    [['go', 'run', 'main.go', 'more.go', 'serve'], delve('main.go', 'more.go', '--', 'serve')],
    [['go', 'run', 'main.go'], delve('main.go', '--')],
  ])('%j', (argv, started) => {
    expect(debuggerOf(argv)).toBe('delve');
    expect(underDelve(argv, 5678, { tool: '/go/bin/dlv', output: '/state/program' })).toEqual(started);
  });

  it.each([
    [['go', 'run']],
    [['go', 'run', '-race', '.']],
    [['go', 'run', '-x.go']],
    [['go', 'run', 'example.com/tool@latest']],
    [['go', 'build', '.']],
    [['/usr/local/go/bin/go', 'run', '.']],
    [['bin/server']],
  ])('%j is left alone', (argv) => {
    expect(debuggerOf(argv)).toBeUndefined();
    expect(underDelve(argv, 5678, { tool: undefined, output: 'x' })).toBeUndefined();
  });
});

it.each([
  [['node', 'server.ts'], 'node'],
  [['/usr/bin/node', '--watch', 'x.js'], 'node'],
  [['npm', 'start'], undefined],
  [undefined, undefined],
])('%j is debugged by %s', (argv, expected) => {
  expect(debuggerOf(argv)).toBe(expected);
});
