/** What an application writes and throws, at the lines that do it: in the real editor's own elements. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { useWorkspace } from '../../support/editor/workspace.ts';
import { request } from '../../support/ingress.ts';
import { isReady, serving } from '../../support/kube.ts';
import {
  catalog,
  compiled,
  type LiteralLanguage,
  literal,
  python,
  server,
  writeApplication,
  writeCompiledApplication,
  writeLiteralApplication,
  writePythonApplication,
} from '../../support/logs-application.ts';
import { root } from '../../support/places.ts';
import { findProgram } from '../../support/program.ts';
import { until } from '../../support/until.ts';

/** Perl is on every machine that the gate runs on; the others come with SLIPWAY_TEST_FULL=1, where their compiler is. */
const languages: LiteralLanguage[] = process.env['SLIPWAY_TEST_FULL'] === '1' ? ['perl', 'java', 'go'] : ['perl'];
const compilers = { perl: 'perl', java: 'javac', go: 'go' };
const workspace = useWorkspace({
  name: 'source-lines',
  // In a browser it is on by default, and an edit would be a save.
  // What stands in for a watcher that is blind: it is in folders that were made quickly, one in another, on a busy machine.
  settings: { 'files.autoSave': 'off', 'files.watcherExclude': { '**/pyshop/**': true } },
  fill: (folder) => {
    writeApplication(join(folder, 'shop'));
    writePythonApplication(join(folder, 'pyshop'));
    writeCompiledApplication(join(folder, 'orders'), join(root, 'node_modules', 'typescript', 'bin', 'tsc'));
    for (const language of languages) writeLiteralApplication(join(folder, language), language);
  },
});
const { editor, up, platform, kube } = workspace;

const ask = (path: string, host = 'shop.dev.localhost') => request(platform().ingress, { host, path });
const lineOf = (source: string, text: string) => source.split('\n').findIndex((line) => line.includes(text)) + 1;

/** In the page: line number → what stands behind its end, of the active editor's lines that are to be seen. */
const written = `(() => {
  const found = {};
  const editor = document.querySelector('.editor-group-container.active .monaco-editor');
  const numbers = new Map([...editor.querySelectorAll('.margin-view-overlays > div')].map((row) => [row.style.top, row.textContent.trim()]));
  for (const line of editor.querySelectorAll('.view-line')) {
    for (const span of line.querySelectorAll('[class*="ced-"]')) {
      const content = getComputedStyle(span, '::after').content;
      if (content && content !== 'none' && content !== 'normal') found[numbers.get(line.style.top)] = content.replace(/^"|"$/g, '').replaceAll('\\u00a0', ' ');
    }
  }
  return found;
})()`;
const decorations = async () => (await editor().page.evaluate(written)) as Record<string, string>;
const stands = (line: number, text: string | RegExp) =>
  until(
    `"${text}" behind line ${line}`,
    async () => {
      const found = (await decorations())[line];
      return found !== undefined && (typeof text === 'string' ? found === text : text.test(found)) ? found : undefined;
    },
    { timeout: 30_000, every: 200 },
  );
const nothing = () =>
  until('no decoration', async () => Object.keys(await decorations()).length === 0, { timeout: 15_000, every: 100 });

const get = lineOf(server, "console.log('GET '");
const listening = lineOf(server, "console.log('listening')");

beforeAll(async () => {
  await editor().openContainer();
  await editor().row('Applications', /^shop/).waitFor();
  await up('--port', '0');
}, 120_000);

describe('while an application runs', () => {
  it('the last line of each statement stands behind it, with a counter', async () => {
    await editor().openAt('shop/server.js', get);
    await editor().openContainer();
    await editor().act('Applications', /^shop/, 'slipway.application.run');
    await until('the running application', async () => isReady(await kube().find(serving('dev', 'services', 'shop'))), {
      timeout: 60_000,
    });
    // Both lines are not to be seen at once.
    await editor().openAt('shop/server.js', listening);
    await stands(listening, 'listening');
    await editor().openAt('shop/server.js', get);
    await ask('/hello');
    await stands(get, 'GET /hello');
    await ask('/again');
    await stands(get, 'GET /again  ×2');
    await ask('/json');
    await stands(lineOf(server, "msg: 'upstream slow'"), 'upstream slow');
    await editor().shot('run');
  });

  it('hovering shows the last ones, and a link to the log', async () => {
    const { page } = editor();
    const line = page.locator('.editor-group-container.active .view-line', { hasText: "console.log('GET '" }).first();
    const hover = page.locator('.monaco-hover', { hasText: 'Written 3 times' });
    // A decoration that is drawn anew under the mouse takes its hover away.
    await until(
      'the hover',
      async () => {
        await page.mouse.move(700, 20);
        await line.locator('[class*="ced-"]').last().hover({ timeout: 2_000 });
        await hover.waitFor({ timeout: 3_000 });
        return true;
      },
      { timeout: 60_000 },
    );
    await hover.getByText('GET /hello').waitFor();
    await editor().shot('hover');
    await hover.getByText('Show in Log').click();
    const log = await editor().webview('logs');
    await log.locator('.row.flash', { hasText: 'GET /json' }).waitFor();
    await editor().shot('shown-in-log');
  });

  it('an edited file shows nothing until it is as it was', async () => {
    const { page } = editor();
    await editor().openAt('shop/server.js', 1);
    await page.keyboard.press('Home');
    await page.keyboard.type('// edited');
    await nothing();
    await editor().shot('edited');
    await ask('/while-edited');
    // As many steps as the editor makes of what was typed.
    const dirty = page.locator('.tab.active.dirty');
    await until('the text as it was', async () => {
      await page.keyboard.press('Control+z');
      return dirty.waitFor({ state: 'detached', timeout: 1_000 }).then(
        () => true,
        () => false,
      );
    });
    await stands(get, /GET \/while-edited {2}×4/);
  });

  it('an error is shown where it was thrown, until the next good request of its route', async () => {
    const { page } = editor();
    const thrown = lineOf(catalog, 'item.name');
    await editor().openAt('shop/lib/catalog.js', thrown);
    expect((await ask('/boom')).status).toBe(500);
    await page.locator('.editor-group-container.active .squiggly-error').first().waitFor();
    // What stays good meanwhile is another route.
    for (let index = 0; index < 3; index++) expect((await ask('/other')).status).toBe(200);
    await page.keyboard.press('F8');
    await page.locator('.marker-widget, .monaco-hover', { hasText: 'GET /boom' }).first().waitFor();
    await editor().shot('thrown');
    await page.keyboard.press('Escape');
    expect(await page.locator('.editor-group-container.active .squiggly-error').count()).toBeGreaterThan(0);
    expect((await ask('/boom?ok=1')).status).toBe(200);
    await page.locator('.editor-group-container.active .squiggly-error').first().waitFor({ state: 'detached' });
  });

  it('the same for Python: print and logging', async () => {
    await editor().openAt('pyshop/app.py', 8);
    await editor().openContainer();
    await editor().act('Applications', /^pyshop/, 'slipway.application.run');
    await until(
      'the running application',
      async () => isReady(await kube().find(serving('dev', 'services', 'pyshop'))),
      {
        timeout: 60_000,
      },
    );
    await ask('/from-python', 'pyshop.dev.localhost');
    await stands(lineOf(python, "print('asked for'"), 'asked for /from-python');
    await stands(lineOf(python, 'slow upstream'), 'WARNING:py:slow upstream 812 ms');
    await editor().shot('python');
  });

  it('a save in the editor restarts it, also in a folder that the editor does not watch', async () => {
    const { page } = editor();
    await editor().openAt('pyshop/app.py', lineOf(python, "b'ok'"));
    await page.keyboard.press('End');
    for (let left = 0; left < "')".length; left += 1) await page.keyboard.press('ArrowLeft');
    await page.keyboard.type(', saved');
    await page.keyboard.press('Control+s');
    await until('the restart', async () => (await ask('/after-a-save', 'pyshop.dev.localhost')).body === 'ok, saved', {
      timeout: 60_000,
    });
  });

  const startRun = async (name: string) => {
    await editor().openContainer();
    await editor().act('Applications', new RegExp(`^${name}`), 'slipway.application.run');
    await until('the running application', async () => isReady(await kube().find(serving('dev', 'services', name))), {
      timeout: 60_000,
    });
  };

  it('the same for compiled TypeScript, through its source map: what it writes and what it throws', async () => {
    const { page } = editor();
    await editor().openAt('orders/src/server.ts', lineOf(compiled, 'an order for'));
    await startRun('orders');
    await ask('/tea', 'orders.dev.localhost');
    await stands(lineOf(compiled, 'an order for'), 'an order for /tea');
    expect((await ask('/boom', 'orders.dev.localhost')).status).toBe(500);
    await page.keyboard.press('Control+Shift+m');
    // The editor has its own opinion of a file without types of Node.
    const thrown = page
      .locator('.markers-panel .monaco-list-row', { hasText: /GET \/boom/ })
      .filter({ hasText: `Ln ${lineOf(compiled, 'order!.total')}` })
      .first();
    await thrown.waitFor();
    await editor().shot('compiled');
    expect((await ask('/boom?ok=1', 'orders.dev.localhost')).status).toBe(200);
    await thrown.waitFor({ state: 'detached' });
  });

  for (const language of languages) {
    const compiler = compilers[language];
    const there = findProgram('', compiler) !== undefined;
    it.skipIf(!there)(
      `in ${language} by the literal, and nothing where two statements say the same${there ? '' : ` [needs ${compiler}]`}`,
      async () => {
        const { file, text } = literal[language];
        // In a new home Go compiles its own library first, which is no part of this.
        if (language === 'go')
          await promisify(execFile)('go', ['build', '-o', join(editor().dir, 'warm'), file], {
            cwd: workspace.path(language),
            env: editor().env,
          });
        await editor().openAt(`${language}/${file}`, lineOf(text, 'handled a request'));
        await startRun(language);
        const host = `${language}.dev.localhost`;
        await ask('/', host);
        await ask('/', host);
        // Probes are requests, too.
        await stands(lineOf(text, 'handled a request'), /handled a request {2}×\d+/);
        const found = Object.keys(await decorations()).map(Number);
        expect(found).toEqual([lineOf(text, 'handled a request')]);
        await editor().shot(language);
      },
      300_000,
    );
  }

  it('can be turned off', async () => {
    await editor().openAt('pyshop/app.py', 8);
    mkdirSync(workspace.path('.vscode'), { recursive: true });
    const set = (on: boolean) =>
      writeFileSync(workspace.path('.vscode', 'settings.json'), JSON.stringify({ 'slipway.logs.atSource': on }));
    await stands(lineOf(python, "print('asked for'"), /^asked for \/after-a-save/);
    set(false);
    await nothing();
    set(true);
    await stands(lineOf(python, "print('asked for'"), /^asked for \/after-a-save/);
  });
});

describe('of what is deployed', () => {
  it('the same, as long as the file is what the revision has', async () => {
    await editor().openAt('shop/server.js', get);
    await editor().openContainer();
    await editor().run('slipway.application.stop');
    await editor().quickInput.choose(/^shop/);
    await until(
      'the end of the run',
      async () => (await kube().find(serving('dev', 'services', 'shop'))) === undefined,
    );
    await nothing();
    await editor().act('Applications', /^shop/, 'slipway.application.deploy');
    await editor()
      .notification(/shop-00001 serves 100 %/)
      .waitFor({ timeout: 90_000 });
    await ask('/deployed', 'shop.default.localhost');
    await stands(get, 'GET /deployed');
    await editor().shot('deployed');
    writeFileSync(workspace.path('shop', 'server.js'), `// A new first line.\n${server}`);
    await nothing();
    await ask('/of-the-old-text', 'shop.default.localhost');
    await ask('/of-the-old-text', 'shop.default.localhost');
    expect(await decorations()).toEqual({});
  });
});
