/**
 * The first minutes of somebody who has just installed it: an application out of an empty window, and F5 wherever in a workspace an
 * application lies. Beside launch.json at the root of a folder, which the editor reads, that is a folder below it, and one of several.
 * Applications in Go and Java come with SLIPWAY_TEST_FULL=1, where their compilers are.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { slipway } from '../../support/cli.ts';
import { runningPlatform, setBreakpoint, stopByKey } from '../../support/editor/breakpoint.ts';
import { type Editor, type OpenOptions, useEditor } from '../../support/editor/editor.ts';
import { request } from '../../support/ingress.ts';
import { isReady, kubeOf, serving } from '../../support/kube.ts';
import { temporaryHome } from '../../support/places.ts';
import { findProgram } from '../../support/program.ts';
import { until } from '../../support/until.ts';

const made = temporaryHome('first-run-made');
afterAll(() => made[Symbol.dispose]());
for (const name of ['shop', 'web'])
  await slipway(['new', 'node-web', join(made.dir, name)], { env: made.env, cwd: made.dir });
// Names that Quick Open tells apart.
renameSync(join(made.dir, 'web', 'src', 'server.ts'), join(made.dir, 'web', 'src', 'web.ts'));
const webSettings = join(made.dir, 'web', 'slipway.yaml');
writeFileSync(webSettings, readFileSync(webSettings, 'utf8').replace('src/server.ts', 'src/web.ts'));

/** The line of the breakpoint: once for each request. */
const handled = "searchParams.get('name')";

function steps(editor: () => Editor) {
  const page = () => editor().page;
  const breakpointIn = (path: string, file: string) => setBreakpoint(editor(), path, file, handled);
  /** F5 as the hand does: at once in the file. It runs on the platform, stops at the breakpoint, and ends with Shift+F5. */
  const debugs = async (name: string) => {
    await page().keyboard.press('F5');
    const { ingress, kubeconfig } = await until('the platform', () => runningPlatform(editor()), { timeout: 60_000 });
    const kube = kubeOf(kubeconfig);
    await until('the running application', async () => isReady(await kube.find(serving('dev', 'services', name))), {
      timeout: 60_000,
    });
    // The address and what the application writes in one console, which the debugger has opened.
    const console = page().locator('.repl .monaco-list-row');
    await console.filter({ hasText: `${name} runs at http://${name}.dev.localhost` }).waitFor();
    await console.filter({ hasText: 'listening' }).waitFor();
    expect(await console.filter({ hasText: 'Debugger listening on' }).count()).toBe(0);
    const answered = request(ingress, { host: `${name}.dev.localhost`, path: '/?name=f5', timeout: 100_000 });
    await page().locator('.debug-top-stack-frame-line').first().waitFor({ timeout: 60_000 });
    await editor().shot(`f5-${name}`);
    await page().keyboard.press('F5');
    expect((await answered).body).toContain('Hello, f5!');
    // It is written once, not by the platform and the debugger both.
    await console.filter({ hasText: '"name":"f5"' }).first().waitFor();
    expect(await console.filter({ hasText: '"name":"f5"' }).count()).toBe(1);
    await stopByKey(editor(), kube, name);
  };
  const runsWithoutDebugger = async (name: string) => {
    await page().keyboard.press('Control+F5');
    const { kubeconfig } = await until('the platform', () => runningPlatform(editor()), { timeout: 60_000 });
    const kube = kubeOf(kubeconfig);
    const service = await until(
      'the running application',
      async () => {
        const found = await kube.find(serving('dev', 'services', name));
        return isReady(found) ? found : undefined;
      },
      { timeout: 60_000 },
    );
    expect(JSON.stringify(service)).not.toContain('slipway.dev/debug');
    await stopByKey(editor(), kube, name);
  };
  return { breakpointIn, debugs, runsWithoutDebugger };
}

/** As in a window of a user's own: which views are open is remembered; nothing installs itself from a registry. */
const settings: NonNullable<OpenOptions['settings']> = { 'files.autoSave': 'off' };

/** A window on what `fill` says, in a folder of the suite's own. */
function useFolder(name: string, fill: (folder: string) => string) {
  let folder = '';
  const editor = useEditor({
    name,
    settings,
    workspace: (home) => {
      folder = join(home, 'workspace');
      mkdirSync(folder);
      return fill(folder);
    },
  });
  return { editor, path: (...parts: string[]) => join(folder, ...parts), ...steps(editor) };
}

const placed = (name: string, ...to: string[]) => cpSync(join(made.dir, name), join(...to), { recursive: true });

describe('a window without a folder', () => {
  const editor = useEditor({ name: 'first-run-empty', settings });
  const folder = () => join(editor().dir, 'made');
  const { breakpointIn, debugs } = steps(editor);
  const choosePlace = async (path: string) => {
    // The simple dialog of files: a box for the path, and a button.
    await editor().quickInput.expect(/Folder in which/);
    // It writes the folder that it begins with into its box once it has looked into it.
    await editor().quickInput.entry('..').waitFor();
    await editor().quickInput.type(`${path}/`);
    // It has gone there once it shows what is in it.
    await editor().quickInput.entry('elsewhere').waitFor();
    await editor().shot('place');
    await editor().quickInput.widget.locator('.monaco-button', { hasText: 'Create Application Here' }).click();
  };

  it('New Application asks for the place by itself, and the window becomes that of the application without a further question', async () => {
    mkdirSync(join(folder(), 'elsewhere'), { recursive: true });
    await editor().openContainer();
    await editor().shot('empty');
    await editor().run('slipway.application.new');
    await editor().quickInput.choose('node-web');
    await editor().quickInput.type('shop');
    await editor().quickInput.accept();
    await choosePlace(folder());
    await editor().page.locator('.tab.active', { hasText: 'server.ts' }).waitFor();
    await editor().row('Applications', /^shop/).waitFor();
    expect(new URL(editor().page.url()).searchParams.get('folder')).toBe(join(folder(), 'shop'));
    expect(existsSync(join(folder(), 'shop', 'slipway.yaml'))).toBe(true);
    await editor().shot('opened');
  });

  it('F5 there runs it by its launch.json, and stops at the breakpoint', async () => {
    await breakpointIn(join(folder(), 'shop', 'src', 'server.ts'), 'src/server.ts');
    await debugs('shop');
  });

  it('one that is made elsewhere than in the open folder is opened as its maker says', async () => {
    await editor().run('slipway.application.new');
    await editor().quickInput.choose('node-web');
    await editor().quickInput.type('pay');
    await editor().quickInput.accept();
    await editor().quickInput.choose('Choose another folder');
    await choosePlace(folder());
    const made = editor().notification(/Created pay/);
    for (const button of ['Add to Workspace', 'Open Folder', 'Open in New Window'])
      await made.locator('.monaco-button', { hasText: button }).waitFor();
    await editor().shot('elsewhere');
    await made.locator('.monaco-button', { hasText: 'Open Folder' }).click();
    await editor().page.waitForURL((url) => url.searchParams.get('folder') === join(folder(), 'pay'));
    await editor().page.locator('.tab.active', { hasText: 'server.ts' }).waitFor();
    await editor().row('Applications', /^pay/).waitFor();
  });
});

describe('an application in a folder of the workspace', () => {
  const { editor, path, breakpointIn, debugs, runsWithoutDebugger } = useFolder('first-run-below', (folder) => {
    placed('shop', folder, 'apps', 'shop');
    writeFileSync(join(folder, 'notes.ts'), 'export {};\n');
    return folder;
  });

  it('runs by F5 in its file, and the editor does not ask for a debugger', async () => {
    await editor().openContainer();
    await editor().row('Applications', /^shop/).waitFor();
    await breakpointIn(path('apps', 'shop', 'src', 'server.ts'), 'apps/shop/src/server.ts');
    await debugs('shop');
  });

  it('without the debugger by Ctrl+F5, also in its manifests', async () => {
    await editor().openAt('apps/shop/deploy/service.yaml', 1);
    await runsWithoutDebugger('shop');
  });

  it("is offered where the editor's own view of runs has nothing to show", async () => {
    await editor().page.keyboard.press('Control+Shift+d');
    await editor().page.locator('.sidebar .monaco-button', { hasText: 'Debug Application' }).waitFor();
    await editor().shot('run-view');
  });

  it("leaves F5 in another file to the editor's own question", async () => {
    await editor().openAt('notes.ts', 1);
    await editor().page.keyboard.press('F5');
    await editor().quickInput.expect(/Select debugger/);
    await editor().quickInput.cancel();
  });

  it('leaves it to what the user has written for the whole folder, too', async () => {
    mkdirSync(path('.vscode'));
    const mine = { type: 'slipway', request: 'launch', name: 'mine', application: 'apps/shop' };
    writeFileSync(path('.vscode', 'launch.json'), JSON.stringify({ version: '0.2.0', configurations: [mine] }));
    await editor().page.locator('.sidebar .start-debug-action-item', { hasText: 'mine' }).waitFor();
    await editor().openAt('apps/shop/src/server.ts', 1);
    await debugs('shop');
  });
});

describe('applications in several folders of the workspace', () => {
  const { editor, path, breakpointIn, debugs } = useFolder('first-run-several', (folder) => {
    mkdirSync(join(folder, 'docs'));
    writeFileSync(join(folder, 'docs', 'README.md'), '# Docs\n');
    placed('web', folder, 'web');
    placed('shop', folder, 'mono', 'apps', 'shop');
    const file = join(folder, 'all.code-workspace');
    writeFileSync(file, JSON.stringify({ folders: ['docs', 'web', 'mono'].map((path) => ({ path })) }));
    return file;
  });

  it('runs the one whose file is open, below a folder', async () => {
    await editor().openContainer();
    await editor().row('Applications', /^shop/).waitFor();
    await breakpointIn(path('mono', 'apps', 'shop', 'src', 'server.ts'), 'apps/shop/src/server.ts');
    await debugs('shop');
  });

  it('and that of another folder, which has a launch.json', async () => {
    await breakpointIn(path('web', 'src', 'web.ts'), 'src/web.ts');
    await debugs('web');
  });
});

const full = process.env['SLIPWAY_TEST_FULL'] === '1';

describe.runIf(full).each([
  {
    template: 'go-web',
    compiler: 'go',
    file: 'main.go',
    extension: 'golang.go',
    told: 'orders runs without a debugger: the extension that debugs Go (golang.go) is not there. Install it and start again.',
  },
  {
    template: 'java-web',
    compiler: 'java',
    file: 'Server.java',
    extension: 'vscjava.vscode-java-debug',
    told: 'orders runs without a debugger: the extension that debugs Java (vscjava.vscode-java-debug) is not there. Install it and start again.',
  },
])('an application of $template', ({ template, compiler, file, extension, told }) => {
  const { editor, path, runsWithoutDebugger } = useFolder(`first-run-${template}`, (folder) => folder);
  const isThere = findProgram('', compiler) !== undefined;
  /** Go compiles its whole standard library once, for a home that is new. */
  const answers = async () => {
    const { ingress, kubeconfig } = await until('the platform', () => runningPlatform(editor()), { timeout: 60_000 });
    const kube = kubeOf(kubeconfig);
    await until('the running application', async () => isReady(await kube.find(serving('dev', 'services', 'orders'))), {
      timeout: 300_000,
    });
    expect((await request(ingress, { host: 'orders.dev.localhost', path: '/?name=f5' })).body).toContain('f5');
    return kube;
  };
  const console = () => editor().page.locator('.repl .monaco-list-row');

  it.runIf(isThere)(
    'runs by F5, which says that it does not stop, and leads to what would',
    async () => {
      // Started here, it has the PATH that the compiler was found on; the editor's is that of a login shell.
      for (const args of [
        ['up', '--detach', '--port', '0'],
        ['new', template, path('orders')],
      ]) {
        const { code, stderr } = await slipway(args, { env: editor().env, cwd: path() });
        expect(code, stderr).toBe(0);
      }
      await editor().openContainer();
      await editor()
        .row('Applications', /^orders/)
        .waitFor();
      await editor().openAt(`orders/${file}`, 1);
      await editor().page.keyboard.press('F5');
      await editor().notification(told).waitFor({ timeout: 60_000 });
      await editor().shot('told');
      await editor()
        .notification(told)
        .getByRole('button', { name: `Show ${extension}` })
        .click();
      const search = editor().page.locator('.extensions-viewlet .suggest-input-container');
      await search.filter({ hasText: `@id:${extension}` }).waitFor();
      const kube = await answers();
      await console().filter({ hasText: told }).waitFor();
      await console().filter({ hasText: 'orders runs at http://orders.dev.localhost' }).waitFor();
      await editor().shot('runs');
      expect(await editor().page.locator('.monaco-dialog-box').count()).toBe(0);
      await stopByKey(editor(), kube, 'orders');
    },
    360_000,
  );

  it.runIf(isThere)('runs by Ctrl+F5 without a word of debuggers', async () => {
    await editor().openAt(`orders/${file}`, 1);
    await runsWithoutDebugger('orders');
    expect(await editor().notification(told).count()).toBe(0);
    await editor().shot('without-debugger');
  });
});
