/** Which statement wrote a line, told by real Node and Python processes through the process runtime: exact, or nothing. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLineSplitter } from '../../../emulator/pods/logs/lines.ts';
import { InstanceSites } from '../../../emulator/pods/sites/records.ts';
import { aContainer, aKubelet, aPod, type Harness } from './harness.ts';

interface Told {
  stream: 'stdout' | 'stderr';
  text: string;
  at: string;
}

let h: Harness;
let images = 0;
beforeAll(async () => {
  h = await aKubelet();
});
afterAll(() => h[Symbol.asyncDispose]());

/** Runs it to its end. `at`: `path:line`, '' where nothing is told. */
async function run(
  files: Record<string, string>,
  cmd: string[],
  env: Record<string, string> = {},
): Promise<{ lines: Told[]; code: number; raw: string }> {
  const image = await h.build(`dev.local/sites${images++}`, files, cmd);
  const box = await h.runtime.createPod(aPod('sites', {}));
  const splitters = { stdout: createLineSplitter(), stderr: createLineSplitter() };
  const lines: Told[] = [];
  let raw = '';
  const spec = aContainer({ name: 'app', image, env });
  try {
    const running = await box.start(spec, (stream, chunk, siteOf) => {
      raw += Buffer.from(chunk).toString();
      for (const { text } of splitters[stream].push(chunk)) {
        const site = siteOf?.(stream, text);
        lines.push({ stream, text, at: site ? `${site.path}:${site.line}` : '' });
      }
    });
    const { code } = await running.exited;
    return { lines, code, raw };
  } finally {
    await box.remove();
  }
}

const places = (lines: Told[]) => Object.fromEntries(lines.map(({ text, at }) => [text, at]));
const numbered = (source: string, what: string) => source.split('\n').findIndex((line) => line.includes(what)) + 1;

describe('Node', () => {
  it('tells each statement of console, of an ES module and of a CommonJS one, and leaves the output as it is', async () => {
    const esm = `import { helper } from './lib/helper.cjs';
console.log('first');
console.error('on %s', 'stderr');
for (let i = 0; i < 2; i++) {
  console.info('same text');
}
console.log({ a: 1 },
  'two lines of source');
process.stdout.write('raw ');
process.stdout.write('pieces\\n');
helper();
console.log('several\\nlines');
console.log('umlauts äöü 你好 🚢');
`;
    const cjs = `exports.helper = () => {
  console.warn('from the helper');
};
`;
    const { lines, code, raw } = await run({ 'app.mjs': esm, 'lib/helper.cjs': cjs }, ['node', 'app.mjs']);
    expect(code).toBe(0);
    expect(places(lines)).toEqual({
      first: 'app.mjs:2',
      'on stderr': 'app.mjs:3',
      'same text': 'app.mjs:5',
      '{ a: 1 } two lines of source': 'app.mjs:7',
      // Two statements wrote it: it is neither's.
      'raw pieces': '',
      'from the helper': 'lib/helper.cjs:2',
      several: 'app.mjs:12',
      lines: '',
      'umlauts äöü 你好 🚢': 'app.mjs:13',
    });
    expect(raw).not.toContain('\u001f');
    const plain = await run({ 'app.mjs': esm, 'lib/helper.cjs': cjs }, ['node', 'app.mjs'], {
      SLIPWAY_LOG_SITES: 'off',
    });
    expect(plain.lines.every(({ at }) => at === '')).toBe(true);
    expect([...plain.lines].map(({ text }) => text).sort()).toEqual([...lines].map(({ text }) => text).sort());
  });

  it('tells through a shell, and not for a child whose output the application reads', async () => {
    const files = {
      'app.js': `const { execFileSync } = require('node:child_process');
const read = execFileSync(process.execPath, ['child.js']).toString();
process.stdout.write(read);
`,
      'child.js': "console.log('of the child');\n",
    };
    const { lines } = await run(files, ['sh', '-c', 'node app.js; true']);
    expect(places(lines)).toEqual({ 'of the child': 'app.js:3' });
  });

  it('tells worker threads, and an uncaught error ends the application as ever', async () => {
    const files = {
      'app.js': `const { Worker } = require('node:worker_threads');
console.log('main');
new Worker('./worker.js').on('exit', () => {
  throw new TypeError('uncaught');
});
`,
      'worker.js': "console.log('from a worker');\n",
    };
    const { lines, code } = await run(files, ['node', 'app.js']);
    expect(code).toBe(1);
    expect(places(lines)).toMatchObject({ main: 'app.js:2', 'from a worker': 'worker.js:1' });
    const error = lines.filter(({ stream }) => stream === 'stderr');
    expect(error.map(({ text }) => text)).toContain('TypeError: uncaught');
    expect(error.every(({ at }) => at === '')).toBe(true);
  });

  it('is not seen by an application that looks at stacks, and keeps its settings of them', async () => {
    const source = `Error.stackTraceLimit = 3;
Error.prepareStackTrace = (error, frames) => 'mine ' + frames.length;
console.log('before');
const stack = (function f() { return new Error('x').stack; })();
console.log(stack, Error.stackTraceLimit);
Object.freeze(Error);
console.log('frozen');
`;
    const { lines, code } = await run({ 'app.js': source }, ['node', 'app.js']);
    expect(code).toBe(0);
    expect(lines.map(({ text }) => text)).toEqual(['before', 'mine 3 3', 'frozen']);
    expect(lines[0]?.at).toBe('app.js:3');
  });

  it('tells nothing of a library that prints by itself, and the call of a logger that writes at once', async () => {
    const files = {
      'node_modules/chatty/index.js': "module.exports = () => console.log('library');\n",
      // As pino writes: into the file descriptor, in the call.
      'node_modules/pino/index.js':
        "const fs = require('fs'); module.exports = { info: (m) => fs.writeSync(1, JSON.stringify({ m }) + '\\n'), late: [] };\n",
      'app.js': `require('chatty')();
const log = require('pino');
log.info('logged');
`,
    };
    const { lines } = await run(files, ['node', 'app.js']);
    expect(places(lines)).toEqual({ library: '', '{"m":"logged"}': 'app.js:3' });
  });

  it('tells the caller of a function that is named as logging is', async () => {
    const source = `function log(message) {
  console.log(message);
}
function work() {
  log('from work');
}
work();
[1].forEach(log);
`;
    const { lines } = await run({ 'app.js': source }, ['node', 'app.js']);
    expect(lines.map(({ at }) => at)).toEqual(['app.js:5', 'app.js:2']);
  });

  it('follows a source map that Node has, and tells nothing of a file that changed since the start', async () => {
    const source = `import { utimesSync } from 'node:fs';
const soon = Date.now() / 1000 + 60;
utimesSync('late.mjs', soon, soon);
console.log('early');
(await import('./late.mjs')).say();
`;
    const { lines } = await run({ 'app.mjs': source, 'late.mjs': "export const say = () => console.log('late');\n" }, [
      'sh',
      '-c',
      'chmod -R u+w . && node app.mjs',
    ]);
    expect(places(lines)).toEqual({ early: 'app.mjs:4', late: '' });
  });

  it('costs little', async () => {
    // CPU of the application, in microseconds: the machine may be busy with others.
    const measured = `for (let i = 0; i < 20000; i++) console.log('line ' + i);
const { user, system } = process.cpuUsage();
console.error('took', user + system);
`;
    const took = async (env: Record<string, string>) => {
      const { lines } = await run({ 'app.js': measured }, ['node', 'app.js'], env);
      const told = lines.filter(({ at }) => at !== '').length;
      return { us: Number(lines.find(({ text }) => text.startsWith('took'))?.text.slice(5)), told };
    };
    const without = await took({ SLIPWAY_LOG_SITES: 'off' });
    const withSites = await took({});
    // Places may be lost in such a storm, lines may not; a line costs well under a tenth of a millisecond of CPU.
    expect((withSites.us - without.us) / 20_000).toBeLessThan(100);
    expect(withSites.told).toBeGreaterThan(100);
  }, 60_000);
});

const python = (() => {
  try {
    return execFileSync('python3', ['--version']).toString().includes('Python 3');
  } catch {
    return false;
  }
})();

describe.skipIf(!python)('Python [needs python3]', () => {
  it('tells print and logging, on both streams', async () => {
    const app = `import logging, sys
from lib import helper
logging.basicConfig(level=logging.INFO, format='%(levelname)s %(message)s')
print('first', 2)
logging.getLogger('x').warning('slow %d ms', 812)
print('on stderr', file=sys.stderr)
helper.speak()
def log(text):
    print(text)
log('by a wrapper')
print('several\\nlines')
sys.stdout.write('raw\\n')
print('ünï 你好 🚢')
`;
    const lib = `def speak():
    print('from the helper')
`;
    const { lines, code } = await run({ 'app.py': app, 'lib/helper.py': lib, 'lib/__init__.py': '' }, [
      'python3',
      'app.py',
    ]);
    expect(code).toBe(0);
    expect(places(lines)).toEqual({
      'first 2': 'app.py:4',
      'WARNING slow 812 ms': 'app.py:5',
      'on stderr': 'app.py:6',
      'from the helper': 'lib/helper.py:2',
      'by a wrapper': 'app.py:10',
      several: 'app.py:11',
      lines: '',
      raw: 'app.py:12',
      'ünï 你好 🚢': 'app.py:13',
    });
  });

  it('leaves a traceback, sys.path, threads and forks as they are', async () => {
    const app = `import os, sys, threading
assert not any('sites' in path for path in sys.path), sys.path
thread = threading.Thread(target=lambda: print('in a thread'))
thread.start(); thread.join()
if os.fork() == 0:
    print('in a fork'); sys.stdout.flush(); os._exit(0)
os.wait()
def boom():
    raise ValueError('uncaught')
boom()
`;
    const { lines, code } = await run({ 'app.py': app }, ['python3', 'app.py']);
    expect(code).toBe(1);
    expect(places(lines)).toMatchObject({
      'in a thread': 'app.py:3',
      'in a fork': `app.py:${numbered(app, 'in a fork')}`,
      'ValueError: uncaught': '',
    });
  });

  it("hands on to a sitecustomize of the user's", async () => {
    const files = { 'mine/sitecustomize.py': "print('mine')\n", 'app.py': "print('app')\n" };
    const { lines } = await run(files, ['sh', '-c', 'PYTHONPATH="$PYTHONPATH:$PWD/mine" python3 app.py']);
    expect(lines.map(({ text }) => text)).toEqual(['mine', 'app']);
    expect(lines[1]?.at).toBe('app.py:1');
  });

  it('and what is no Python or Node runs as before', async () => {
    const { lines } = await run({}, ['sh', '-c', 'echo out; echo err >&2']);
    expect(places(lines)).toEqual({ out: '', err: '' });
  });
});

describe('a line', () => {
  const sites = (inodes: [string, string] | undefined = ['7', '8']) => {
    let now = 0;
    const all = new InstanceSites({ pid: 1, inodes }, () => now);
    all.add(['h', 'k', '5', '0', '7', '9']);
    all.add(['d', 'k', '5', 'a', '/app/a.js', '3', '1', '1000']);
    all.add(['d', 'k', '5', 'b', '/app/a.js', '4', '1', '1000']);
    return { all, pass: (ms: number) => (now += ms) };
  };
  const write = (id: string, text: string, stream = '1') => [
    ...['w', 'k', '5', id, stream, String(text.length), text.slice(0, 40)],
    text.length > 40 ? text.slice(-16) : '',
  ];

  it('takes the first record that looks like it, also out of order', () => {
    const { all } = sites();
    all.add(write('a', 'one'));
    all.add(write('b', 'two'));
    all.add(write('b', 'one'));
    expect(all.take('stdout', 'two')?.line).toBe(4);
    expect(all.take('stdout', 'one')?.line).toBe(3);
    expect(all.take('stdout', 'one')?.line).toBe(4);
    expect(all.take('stdout', 'one')).toBeUndefined();
  });

  it('takes none of a process whose stream is not the container’s, none that is old, none that is cut', () => {
    const { all, pass } = sites();
    all.add(write('a', 'elsewhere', '2'));
    expect(all.take('stderr', 'elsewhere')).toBeUndefined();
    all.add(write('a', 'old'));
    pass(6_000);
    expect(all.take('stdout', 'old')).toBeUndefined();
    all.add(['w', 'k', '5', 'zz']);
    all.add(['']);
    all.add(['d', 'k', '5', 'c', '', 'x']);
    expect(all.take('stdout', '')).toBeUndefined();
    const long = `${'x'.repeat(60)}A`;
    all.add(write('a', long));
    expect(all.take('stdout', `${'x'.repeat(60)}B`)).toBeUndefined();
    expect(all.take('stdout', long)?.line).toBe(3);
  });

  it('keeps a bounded number of them', () => {
    const { all } = sites();
    for (let index = 0; index < 10_000; index++) all.add(write('a', `line ${index}`));
    expect(all.take('stdout', 'line 10')).toBeUndefined();
    expect(all.take('stdout', 'line 9999')?.line).toBe(3);
  });
});
