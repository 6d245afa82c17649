/** F5: what an application is started under and attached to by, or in words what to do, with the extension's id where it is not there. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debuggerOf } from '../../../emulator/pods/process/debug-command.ts';
import { words } from '../../../src/extension/catalogues.ts';
import { attachConfiguration, chooseDebugger, type Tools } from '../../../src/extension/debug/debuggers.ts';
import { tools } from '../../../src/extension/debug/tools.ts';
import { temporaryHome } from '../../support/places.ts';
import { findProgram } from '../../support/program.ts';

const { say } = words('en');
const debugging = (id: string, ...types: string[]) => ({
  id,
  extensionPath: `/extensions/${id}`,
  packageJSON: { contributes: { debuggers: types.map((type) => ({ type })) } },
});
const javaScript = debugging('ms-vscode.js-debug', 'pwa-node', 'node');
const python = debugging('ms-python.debugpy', 'debugpy');
const go = debugging('golang.go', 'go');
const java = debugging('vscjava.vscode-java-debug', 'java');
const plain = { id: 'somebody.theme', extensionPath: '/extensions/theme', packageJSON: {} };
const app = (start: string[] | undefined, dev?: string[]) => ({
  name: 'shop',
  dir: '/shop',
  run: { start, dev, port: undefined, env: {}, debug: debuggerOf(dev ?? start) },
});
const none: Tools = {
  bundledDebugpy: () => undefined,
  throughInterpreter: ([program, ...words]) => [`/usr/bin/${program}`, ...words],
  hasDebugpy: async () => false,
  installsDebugpy: (interpreter) => `install into ${interpreter}`,
  delve: () => undefined,
};

describe('an application of Node.js', () => {
  const node = app(['node', 'server.ts']);

  it('is debugged by whoever contributes that', async () => {
    const chosen = { debugging: { kind: 'node', tool: undefined } };
    expect(await chooseDebugger(node, [plain, javaScript], none, say)).toEqual(chosen);
    expect(await chooseDebugger(node, [debugging('ms-vscode.js-debug-nightly', 'node')], none, say)).toEqual(chosen);
  });

  it('is not where the editor has its own switched off: it would wait for it for ever', async () => {
    expect(await chooseDebugger(node, [plain, go], none, say)).toEqual({
      none: {
        text: "shop runs without a debugger: the editor's debugger for JavaScript (ms-vscode.js-debug) is not there. Enable it and start again.",
        wanted: 'ms-vscode.js-debug',
      },
    });
  });
});

describe('an application of Python', () => {
  const served = app(['python3', 'main.py']);

  it("is started under the extension's own debugpy, else under that of its interpreter", async () => {
    const bundled: Tools = { ...none, bundledDebugpy: (path) => `${path}/debugpy`, hasDebugpy: async () => true };
    expect(await chooseDebugger(served, [python], bundled, say)).toEqual({
      debugging: { kind: 'debugpy', tool: '/extensions/ms-python.debugpy/debugpy' },
    });
    const own: Tools = {
      ...none,
      hasDebugpy: async (argv, dir) => argv.join(' ') === '/usr/bin/python3 main.py' && dir === '/shop',
    };
    expect(await chooseDebugger(served, [python], own, say)).toEqual({
      debugging: { kind: 'debugpy', tool: undefined },
    });
  });

  it.each([
    [
      'no extension',
      served,
      [javaScript],
      'the extension that debugs Python (ms-python.debugpy) is not there. Install it and start again.',
      'ms-python.debugpy',
    ],
    [
      'no debugpy',
      served,
      [python],
      '/usr/bin/python3, which starts it, has no debugpy. Install it there with "install into /usr/bin/python3" and start again.',
      undefined,
    ],
  ])('without: %s', async (_, application, extensions, text, wanted) => {
    expect(await chooseDebugger(application, extensions, none, say)).toEqual({
      none: { text: `shop runs without a debugger: ${text}`, ...(wanted ? { wanted } : {}) },
    });
  });

  it('is asked for what a shell starts that has nothing else to do', async () => {
    const start = ['/bin/sh', '-c', 'exec python -m uvicorn app:app --port $PORT'];
    const asked: unknown[] = [];
    const own: Tools = { ...none, hasDebugpy: async (argv) => asked.push(argv) === 1 };
    expect(await chooseDebugger(app(start), [python], own, say)).toEqual({
      debugging: { kind: 'debugpy', tool: undefined },
    });
    expect(asked).toEqual([['/usr/bin/python', '-m', 'uvicorn', 'app:app', '--port', '$PORT']]);
    const more = app(['/bin/sh', '-c', 'cd app && python -m uvicorn app:app']);
    expect((await chooseDebugger(more, [python], own, say)).none?.text).toBe(say('run.cannotDebug', { name: 'shop' }));
  });

  it('a server that is started by its name is asked for in the interpreter of its script', async () => {
    const started = ['/shop/.venv/bin/python3', '/shop/.venv/bin/gunicorn', 'app:app'];
    const asked: unknown[] = [];
    const own: Tools = {
      ...none,
      throughInterpreter: () => started,
      hasDebugpy: async (argv) => asked.push(argv) > 1,
    };
    const served = app(['gunicorn', 'app:app']);
    expect((await chooseDebugger(served, [python], own, say)).none?.text).toBe(
      'shop runs without a debugger: /shop/.venv/bin/python3, which starts it, has no debugpy. Install it there with "install into /shop/.venv/bin/python3" and start again.',
    );
    expect(await chooseDebugger(served, [python], own, say)).toEqual({
      debugging: { kind: 'debugpy', tool: undefined },
    });
    expect(asked).toEqual([started, started]);
    const unknown: Tools = { ...own, throughInterpreter: () => undefined, bundledDebugpy: (path) => path };
    expect((await chooseDebugger(served, [python], unknown, say)).none?.text).toBe(
      'shop runs without a debugger, which cannot start "gunicorn app:app" for it. Start it with "python -m MODULE" (run.dev in slipway.yaml).',
    );
  });

  it('a command that is not plain is not guessed at', async () => {
    expect(await chooseDebugger(app(['uv', 'run', 'main.py']), [python], none, say)).toEqual({
      none: {
        text: 'shop runs without a debugger, which cannot start "uv run main.py" for it. Start it with "python -m MODULE" (run.dev in slipway.yaml).',
      },
    });
  });
});

describe('an application of Go', () => {
  const run = app(['bin/server'], ['go', 'run', '.']);

  it('is started under Delve, where both it and the extension are', async () => {
    const there: Tools = { ...none, delve: () => '/go/bin/dlv' };
    expect(await chooseDebugger(run, [go], there, say)).toEqual({
      debugging: { kind: 'delve', tool: '/go/bin/dlv' },
    });
    expect((await chooseDebugger(run, [python], there, say)).none?.wanted).toBe('golang.go');
    expect((await chooseDebugger(run, [go], none, say)).none?.text).toBe(
      'shop runs without a debugger: Delve is not there. Install it with "go install github.com/go-delve/delve/cmd/dlv@latest" and start again.',
    );
  });
});

describe('an application of Java', () => {
  const server = app(['java', 'Server.java']);
  const languageServer = { ...plain, id: 'RedHat.java' };

  it('is started with its own debugger, where the extension and what that works with are', async () => {
    const chosen = { debugging: { kind: 'jdwp', tool: undefined } };
    expect(await chooseDebugger(server, [java, languageServer], none, say)).toEqual(chosen);
    expect(await chooseDebugger(app(['./mvnw', 'spring-boot:run']), [languageServer, java], none, say)).toEqual(chosen);
    expect(await chooseDebugger(app(['build/install/shop/bin/shop']), [languageServer, java], none, say)).toEqual(
      chosen,
    );
    expect((await chooseDebugger(server, [languageServer], none, say)).none?.wanted).toBe('vscjava.vscode-java-debug');
    expect(await chooseDebugger(server, [java], none, say)).toEqual({
      none: {
        text: 'shop runs without a debugger: the debugger for Java (vscjava.vscode-java-debug) needs the extension redhat.java, which is not there. Install it and start again.',
        wanted: 'redhat.java',
      },
    });
  });

  it('what starts it in a JVM of its own is not guessed at', async () => {
    expect((await chooseDebugger(app(['gradlew.bat', 'run']), [java, languageServer], none, say)).none?.text).toBe(
      'shop runs without a debugger, which cannot start "gradlew.bat run" for it. Start it with "java -jar FILE" (run.dev in slipway.yaml).',
    );
  });
});

describe('an application of another language', () => {
  it.each([['C#', 'ms-dotnettools.csharp', app(['dotnet', 'run'])]])(
    '%s says so, and which extension debugs it (%s)',
    async (language, extension, application) => {
      const text = `shop runs without a debugger: Slipway attaches to applications of Node.js, Python, Go and Java. To stop at breakpoints, start it by itself with the debugger for ${language} (${extension}).`;
      const choose = (...others: (typeof plain)[]) => chooseDebugger(application, [javaScript, ...others], none, say);
      expect(await choose()).toEqual({ none: { text, wanted: extension } });
      expect(await choose({ ...plain, id: extension.toUpperCase() })).toEqual({ none: { text } });
    },
  );

  it.each([[undefined], [['./server']], [['ruby', 'app.rb']], [['gopher']]])(
    '%j says that it is none',
    async (start) => {
      const text = say('run.cannotDebug', { name: 'shop' });
      expect(await chooseDebugger(app(start), [], none, say)).toEqual({ none: { text } });
    },
  );
});

it('who attaches repeats nothing of what the application writes, and is known to hold time', () => {
  const where = { name: 'shop', dir: '/shop', pod: 'shop-00001-abc', host: '127.0.0.1', port: 5678 };
  const common = { request: 'attach', name: 'shop (abc)', slipwayApplication: '/shop', slipwayPod: where.pod };
  expect(attachConfiguration('debugpy', where)).toEqual({
    ...common,
    type: 'debugpy',
    connect: { host: '127.0.0.1', port: 5678 },
    redirectOutput: false,
  });
  expect(attachConfiguration('delve', where)).toMatchObject({ ...common, type: 'go', mode: 'remote', port: 5678 });
  expect(attachConfiguration('jdwp', where)).toEqual({
    ...common,
    type: 'java',
    hostName: '127.0.0.1',
    port: 5678,
    sourcePaths: [where.dir, join(where.dir, 'src', 'main', 'java')],
  });
  expect(attachConfiguration('node', where)).toMatchObject({
    ...common,
    type: 'node',
    port: 5678,
    outputCapture: 'std',
  });
});

it('the copy of an extension is found by what makes it one', () => {
  using home = temporaryHome('debugpy');
  expect(tools.bundledDebugpy(home.dir)).toBeUndefined();
  const folder = join(home.dir, 'bundled', 'libs', 'debugpy');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '__main__.py'), '');
  expect(tools.bundledDebugpy(home.dir)).toBe(folder);
});

describe.runIf(findProgram('', 'python3') && process.platform !== 'win32')('debugpy is looked for', () => {
  const home = temporaryHome('interpreter');
  afterAll(() => home[Symbol.dispose]());
  const dir = join(home.dir, 'my shop');
  const python = join(dir, '.venv', 'bin', 'python3');
  const write = (path: string, text: string) => {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o755 });
  };
  beforeAll(() => {
    mkdirSync(dir);
    execFileSync(findProgram('', 'python3') ?? '', ['-m', 'venv', '--without-pip', join(dir, '.venv')]);
    write('.venv/bin/uvicorn', '#!/usr/bin/env python3\n');
    write('.venv/bin/flask', '#!/usr/bin/env bash\nexec pyenv exec flask "$@"\n');
  });

  it("in the interpreter of the application's own folder, which comes before the PATH's", () => {
    const server = join(dir, '.venv', 'bin', 'uvicorn');
    expect(tools.throughInterpreter(['python3', 'main.py'], dir)).toEqual([python, 'main.py']);
    expect(tools.throughInterpreter(['uvicorn', 'app:app'], dir)).toEqual([python, server, 'app:app']);
  });

  it('nowhere where a script starts another, or is not there', () => {
    expect(tools.throughInterpreter(['flask', 'run'], dir)).toBeUndefined();
    expect(tools.throughInterpreter(['./hypercorn', 'x'], dir)).toEqual(['./hypercorn', 'x']);
  });

  it('by running it as the application is started', async () => {
    const started = tools.throughInterpreter(['uvicorn', 'app:app'], dir) ?? [];
    expect(await tools.hasDebugpy(started, dir)).toBe(false);
    write('debugpy/__main__.py', '');
    expect(await tools.hasDebugpy(started, dir)).toBe(true);
    expect(await tools.hasDebugpy(started, home.dir)).toBe(false);
  });

  it('and is installed by what made the environment', () => {
    expect(tools.installsDebugpy(python)).toBe(`'${python}' -m pip install debugpy`);
    write('.venv/pyvenv.cfg', 'home = /usr/bin\nuv = 0.9.1\n');
    expect(tools.installsDebugpy(python)).toBe(`uv pip install --python '${python}' debugpy`);
    expect(tools.installsDebugpy('/usr/bin/python3')).toBe('/usr/bin/python3 -m pip install debugpy');
  });
});
