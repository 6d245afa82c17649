/** What an application writes and throws, at the lines that do it: in the real editor's own elements. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { slipwayJson } from '../../support/cli.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { request } from '../../support/ingress.ts';
import { isReady, type Kube, kubeOf, serving } from '../../support/kube.ts';
import { catalog, python, server, writeApplication, writePythonApplication } from '../../support/logs-application.ts';
import type { UpAnswer } from '../../support/platform.ts';
import { until } from '../../support/until.ts';

let workspace = '';
let platform: UpAnswer;
let kube: Kube;

const editor = useEditor({
  name: 'source-lines',
  // In a browser it is on by default, and an edit would be a save.
  settings: { 'files.autoSave': 'off' },
  workspace: (dir) => {
    workspace = join(dir, 'workspace');
    mkdirSync(workspace);
    writeApplication(join(workspace, 'shop'));
    writePythonApplication(join(workspace, 'pyshop'));
    return workspace;
  },
});

const ask = (path: string, host = 'shop.dev.localhost') => request(platform.ingress, { host, path });
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
  platform = await slipwayJson<UpAnswer>(['up', '--detach', '--port', '0'], { env: editor().env, cwd: workspace });
  kube = kubeOf(platform.kubeconfig);
}, 120_000);

describe('while an application runs', () => {
  it('the last line of each statement stands behind it, with a counter', async () => {
    await editor().openAt('shop/server.js', get);
    await editor().openContainer();
    await editor().act('Applications', /^shop/, 'slipway.application.run');
    await until('the running application', async () => isReady(await kube.find(serving('dev', 'services', 'shop'))), {
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
    await line.locator('[class*="ced-"]').last().hover();
    const hover = page.locator('.monaco-hover', { hasText: 'Written 3 times' });
    await hover.waitFor();
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
    await page.keyboard.press('Control+z');
    await until('the text as it was', async () => (await page.locator('.tab.active.dirty').count()) === 0, {
      timeout: 5_000,
      every: 100,
    }).catch(() => page.keyboard.press('Control+z'));
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
    await until('the running application', async () => isReady(await kube.find(serving('dev', 'services', 'pyshop'))), {
      timeout: 60_000,
    });
    await ask('/from-python', 'pyshop.dev.localhost');
    await stands(lineOf(python, "print('asked for'"), 'asked for /from-python');
    await stands(lineOf(python, 'slow upstream'), 'WARNING:py:slow upstream 812 ms');
    await editor().shot('python');
  });

  it('can be turned off', async () => {
    mkdirSync(join(workspace, '.vscode'), { recursive: true });
    const set = (on: boolean) =>
      writeFileSync(join(workspace, '.vscode', 'settings.json'), JSON.stringify({ 'slipway.logs.atSource': on }));
    set(false);
    await nothing();
    set(true);
    await stands(lineOf(python, "print('asked for'"), 'asked for /from-python');
  });
});

describe('of what is deployed', () => {
  it('the same, as long as the file is what the revision has', async () => {
    await editor().openAt('shop/server.js', get);
    await editor().openContainer();
    await editor().run('slipway.application.stop');
    await editor().quickInput.choose(/^shop/);
    await until('the end of the run', async () => (await kube.find(serving('dev', 'services', 'shop'))) === undefined);
    await nothing();
    await editor().act('Applications', /^shop/, 'slipway.application.deploy');
    await editor()
      .notification(/shop-00001 serves 100 %/)
      .waitFor({ timeout: 90_000 });
    await ask('/deployed', 'shop.default.localhost');
    await stands(get, 'GET /deployed');
    await editor().shot('deployed');
    writeFileSync(join(workspace, 'shop', 'server.js'), `// A new first line.\n${server}`);
    await nothing();
    await ask('/of-the-old-text', 'shop.default.localhost');
    await ask('/of-the-old-text', 'shop.default.localhost');
    expect(await decorations()).toEqual({});
  });
});
