/** F5 on what no debugger attaches to: it is told in words with what to do, and the extension's id where it is not there. */
import { describe, expect, it } from 'vitest';
import type { RunSettings } from '../../../src/core/app/model.ts';
import { noDebugger } from '../../../src/extension/debug/debuggers.ts';
import { words } from '../../../src/extension/messages.ts';

const { say } = words('en');
const debugging = (id: string, ...types: string[]) => ({
  id,
  packageJSON: { contributes: { debuggers: types.map((type) => ({ type })) } },
});
const javaScript = debugging('ms-vscode.js-debug', 'pwa-node', 'node');
const plain = { id: 'somebody.theme', packageJSON: {} };
const app = (start: string[] | undefined, more: Partial<RunSettings> = {}) => ({
  name: 'shop',
  run: { start, dev: undefined, port: undefined, env: {}, debug: undefined, ...more },
});
const node = app(['node', 'server.ts'], { debug: 'node' });

describe('an application of Node.js', () => {
  it('is debugged by whoever contributes that', () => {
    expect(noDebugger(node, [plain, javaScript], say)).toBeUndefined();
    expect(noDebugger(node, [debugging('ms-vscode.js-debug-nightly', 'node')], say)).toBeUndefined();
  });

  it('is not where the editor has its own switched off: it would wait for it for ever', () => {
    expect(noDebugger(node, [plain, debugging('golang.go', 'go')], say)).toEqual({
      text: "shop runs without a debugger: the editor's debugger for JavaScript (ms-vscode.js-debug) is not there. Enable it and start again.",
      wanted: 'ms-vscode.js-debug',
    });
  });
});

describe('an application of another language', () => {
  it.each([
    ['Go', 'golang.go', app(['bin/server'], { dev: ['go', 'run', '.'] })],
    ['Java', 'vscjava.vscode-java-debug', app(['java', 'Server.java'])],
    ['Java', 'vscjava.vscode-java-debug', app(['./mvnw', 'spring-boot:run'])],
    ['Java', 'vscjava.vscode-java-debug', app(['gradlew.bat', 'run'])],
    ['Python', 'ms-python.debugpy', app(['/usr/bin/python3.12', 'main.py'])],
    ['C#', 'ms-dotnettools.csharp', app(['dotnet', 'run'])],
  ])('%s says so, and which extension debugs it (%s)', (language, extension, application) => {
    const text = `shop runs without a debugger: Slipway attaches to Node.js applications only. To stop at breakpoints, start it by itself with the debugger for ${language} (${extension}).`;
    expect(noDebugger(application, [javaScript], say)).toEqual({ text, wanted: extension });
    expect(noDebugger(application, [javaScript, { ...plain, id: extension.toUpperCase() }], say)).toEqual({ text });
  });

  it.each([[undefined], [['./server']], [['ruby', 'app.rb']], [['gopher']]])('%j says that it is none', (start) => {
    expect(noDebugger(app(start), [], say)).toEqual({ text: say('run.cannotDebug', { name: 'shop' }) });
  });
});
