/** A command line of plain words and variables: held against what the machine's own shell starts for it. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of a shell.
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { argvOf, readCommandLine } from '../../../emulator/pods/process/shell-words.ts';
import { temporaryHome } from '../../support/places.ts';

const env = { PORT: '8081', EMPTY: '', OPTIONS: ' -u  --x=y ', NAME: 'a b', PATTERN: '*.py', DOLLAR: '$PORT' };

const read = (text: string, values?: Record<string, string>) => {
  const line = readCommandLine(text);
  return line && argvOf(line, values);
};

describe.skipIf(process.platform === 'win32')('as the shell starts it', () => {
  it.each([
    'args --bind :$PORT app:app',
    'exec args --bind :${PORT} --workers ${WORKERS:-2} app:app',
    'args ${PORT:-1}${EMPTY:-2}x',
    'args "$NAME" $NAME x$NAME-y "x${NAME}" $OPTIONS x${OPTIONS}y',
    'args $EMPTY "$EMPTY" $GONE x$GONE',
    "args '$PORT' \\$PORT \"\\$PORT\" \"a\\b\" 'it'\\''s' $DOLLAR",
    'args "" \'\' a\\ b "a  b" a#b',
    'args \\\n  --on "the next \\\nline" \\\n  end\n',
    'args a=$PORT A=b -x',
    '$RUN args $PORT',
  ])('%j', (text) => {
    using home = temporaryHome('shell-words');
    const program = join(home.dir, 'args');
    writeFileSync(program, '#!/bin/sh\nprintf \'%s\\0\' "$@"\n');
    chmodSync(program, 0o755);
    const PATH = `${home.dir}:${process.env['PATH']}`;
    const told = execFileSync('/bin/sh', ['-c', text], { env: { ...env, PATH }, cwd: home.dir, encoding: 'utf8' });
    expect(read(text, env)).toEqual(['args', ...told.split('\0').slice(0, -1)]);
  });
});

it('without values variables stand as they are written', () => {
  expect(read('exec gunicorn --bind :$PORT -w "${W:-2}" x')).toEqual([
    'gunicorn',
    '--bind',
    ':$PORT',
    '-w',
    '${W:-2}',
    'x',
  ]);
});

it.each([
  'cd app && python3 app.py',
  'python3 app.py | tee log',
  'python3 app.py > log',
  'python3 app.py &',
  'python3 app.py; true',
  'python3 app.py\ntrue',
  'python3 $(cat name)',
  'python3 `cat name`',
  'python3 "$(cat name)"',
  'python3 "`cat name`"',
  'python3 *.py',
  'python3 {a,b}.py',
  'python3 ~/app.py',
  'python3 app.py # served',
  'PORT=3 python3 app.py',
  'python3 app.py ${PORT:=3}',
  'python3 app.py ${PORT:-$OTHER}',
  'python3 app.py ${#PORT}',
  'python3 app.py $1 $$',
  'python3 $PATTERN',
  'exec -a name python3 app.py',
  'exec',
  '$EMPTY',
  '',
])('%j takes the shell', (text) => {
  expect(read(text, env)).toBeUndefined();
});

it('a quote that is not closed is none', () => {
  expect(readCommandLine('python3 "app.py')).toBeUndefined();
  expect(readCommandLine("python3 'app.py")).toBeUndefined();
});
