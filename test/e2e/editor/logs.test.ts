/** The log view, as a person uses it: on a deployed application, through everything that happens to it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import type { FrameLocator, Locator } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { serviceRow } from '../../support/editor/editor.ts';
import { useWorkspace } from '../../support/editor/workspace.ts';
import { request } from '../../support/ingress.ts';
import { serving } from '../../support/kube.ts';
import { frameTimes, writeApplication } from '../../support/logs-application.ts';
import { until } from '../../support/until.ts';

const host = 'shop.default.localhost';
let page: FrameLocator;

/** Beside the code its map, as a build leaves them. */
function addCompiled(dir: string): void {
  const source =
    'export interface Item {\n  name: string;\n}\n\nexport function price(item: Item): number {\n  return item.name.length;\n}\n';
  const { code, map } = transformSync(source, { loader: 'ts', sourcemap: 'external', sourcefile: 'prices.ts' });
  writeFileSync(join(dir, 'lib', 'prices.ts'), source);
  writeFileSync(join(dir, 'lib', 'prices.js'), `${code}//# sourceMappingURL=prices.js.map\n`);
  writeFileSync(join(dir, 'lib', 'prices.js.map'), map);
  const server = readFileSync(join(dir, 'server.js'), 'utf8');
  const asks = "    if (url.pathname === '/price') price();\n";
  writeFileSync(
    join(dir, 'server.js'),
    `import { price } from './lib/prices.js';\n${server.replace('  try {\n', `  try {\n${asks}`)}`,
  );
}

const workspace = useWorkspace({
  name: 'logs',
  fill: (folder) => {
    writeApplication(join(folder, 'shop'));
    addCompiled(join(folder, 'shop'));
  },
});
const { editor, run, up, platform, kube } = workspace;

const ask = (path: string) => request(platform().ingress, { host, path });
const row = (text: string | RegExp): Locator => page.locator('.row', { hasText: text }).first();
const application = (file: string) => workspace.path('shop', file);
const deploy = () => run('deploy', 'shop');
const search = () => page.locator('input.filter');

/** Lines of what the view copied, once it is in the clipboard. */
async function copyShown(isIt: (text: string) => boolean): Promise<string[]> {
  await page.getByRole('button', { name: 'Copy what is shown' }).click();
  const text = await until('the clipboard', async () => {
    const now = String(await editor().page.evaluate('navigator.clipboard.readText()'));
    return isIt(now) && now;
  });
  return text.trim().split('\n');
}

beforeAll(async () => {
  await editor().openContainer();
  await editor().row('Applications', /^shop/).waitFor();
  // Started by the command line first: what is there before the view opens is its history.
  await up('--port', '0');
  await deploy();
  await ask('/before-the-view');
}, 180_000);

describe('the log view', () => {
  it('has the history from before it was opened, and follows', async () => {
    await editor().row('Applications', serviceRow('shop')).waitFor();
    await editor().act('Applications', serviceRow('shop'), 'slipway.service.showLogs');
    page = await editor().webview('logs');
    await row('before-the-view').waitFor();
    await row(/started/).waitFor();
    await ask('/json');
    await ask('/colour');
    await row('/colour').waitFor();
    await page.locator('.status', { hasText: 'following' }).waitFor();
    await editor().shot('following');
  });

  it('shows colours, and JSON lines as level, message and fields that open', async () => {
    const green = row('green and bold')
      .locator('span', { hasText: /^green$/ })
      .last();
    expect(await green.evaluate((node) => node.style.getPropertyValue('--c'))).toContain('ansiGreen');
    const line = row('upstream slow');
    expect(await line.locator('.level').textContent()).toBe('WARN');
    await line.locator('.twistie').click();
    await page.locator('.row.field', { hasText: 'catalog' }).waitFor();
    expect(await page.locator('.row.field').allTextContents()).toEqual(['upstreamcatalog', 'ms812', 'tags["a","b"]']);
    await editor().shot('expanded');
    await line.locator('.twistie').click();
    await page.locator('.row.field').first().waitFor({ state: 'detached' });
  });

  it('filters by text and /regex/, says inline what is no regular expression, and shows lines around a match', async () => {
    await search().fill('/^GET \\/col/');
    await until('only what matches', async () => (await page.locator('.row').count()) === 1);
    await row('/colour').waitFor();
    await page.getByLabel('Lines around a match').selectOption('1');
    await until('its neighbours', async () => (await page.locator('.row').count()) === 2);
    await editor().shot('context');
    await search().fill('/(/');
    await page.locator('.note.warn', { hasText: 'Not a regular expression' }).waitFor();
    await editor().shot('no-regex');
    await page.getByLabel('Lines around a match').selectOption('0');
    await search().fill('');
    await page.locator('.note.warn').waitFor({ state: 'detached' });
  });

  it('filters by level, and shows times or not', async () => {
    await page.getByLabel('Levels').selectOption('warn');
    await until('only warnings', async () => (await page.locator('.row', { hasText: 'GET' }).count()) === 0);
    await row('upstream slow').waitFor();
    await page.getByLabel('Levels').selectOption('trace');
    await row('/colour').waitFor();
    expect(await page.locator('.row .time').count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Show times' }).click();
    await page.locator('.row .time').first().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Show times' }).click();
    await page.locator('.row .time').first().waitFor();
  });

  it('links a stack to the line in the workspace', async () => {
    expect((await ask('/boom')).status).toBe(500);
    await page.locator('.link', { hasText: 'catalog.js:2' }).first().click();
    await editor().page.locator('.editor-group-container .tab.active', { hasText: 'catalog.js' }).waitFor();
    await editor().page.locator('.statusbar-item', { hasText: 'Ln 2,' }).waitFor();
    // An uncaught or caught error is red, its stack with it.
    expect(await row('TypeError').getAttribute('class')).toContain('error');
    await editor().shot('stack');
  });

  it('links a stack of compiled code to the line of its source, by its map', async () => {
    expect((await ask('/price')).status).toBe(500);
    await page
      .locator('.link', { hasText: /prices\.js:\d/ })
      .first()
      .click();
    await editor().page.locator('.editor-group-container .tab.active', { hasText: 'prices.ts' }).waitFor();
    await editor().page.locator('.statusbar-item', { hasText: 'Ln 6,' }).waitFor();
  });

  it('links a line to the statement that wrote it', async () => {
    await search().fill('listening');
    const line = row('listening');
    await line.hover();
    await line.locator('.link.site').click();
    await editor().page.locator('.editor-group-container .tab.active', { hasText: 'server.js' }).waitFor();
    await search().fill('');
  });

  it('copies what is shown', async () => {
    await search().fill('before-the-view');
    await until('only that', async () => (await page.locator('.row').count()) === 1);
    const copied = await copyShown((text) => text.includes('before-the-view'));
    expect(copied).toHaveLength(1);
    await search().fill('');
  });

  it('saves to a file', async () => {
    await page.getByRole('button', { name: 'Save what is shown' }).click();
    // The dialog puts its own proposal in first, and would put it over what was typed before.
    const name = editor().page.locator('.quick-input-box input');
    await until('the proposal', async () => (await name.inputValue()).endsWith('shop.log'));
    await editor().quickInput.type(workspace.path('saved.log'));
    await editor().quickInput.accept();
    // It is there before it is written.
    const saved = await until('the whole file', () => {
      const text = existsSync(workspace.path('saved.log')) ? readFileSync(workspace.path('saved.log'), 'utf8') : '';
      return text.endsWith('\n') && text;
    });
    expect(saved).toContain('GET /before-the-view');
    expect(saved).toMatch(/^— .*started —$/m);
  });

  it('pauses, counts what it missed, and goes on', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await ask('/while-paused');
    await page.locator('.status', { hasText: /paused · \d+ new/ }).waitFor();
    await page.getByRole('button', { name: 'Follow the end' }).click();
    await row('while-paused').waitFor();
    await page.locator('.status', { hasText: 'following' }).waitFor();
  });

  it('takes thousands of lines a second, stays in hand meanwhile, and bounded', async () => {
    const lines = 30_000;
    const frames = page.locator('body').evaluate(frameTimes, lines);
    const asked = ask(`/burst?lines=${lines}`);
    const { longest, ms } = await frames;
    expect((await asked).status).toBe(200);
    process.stdout.write(
      `log view: ${Math.round((lines / ms) * 1000)} lines/s, longest frame ${Math.round(longest)} ms\n`,
    );
    expect(await page.locator('.row').count()).toBeLessThan(150);
    await editor().shot('burst');
  }, 120_000);

  it('goes on with a new revision, filters by it, and says where an old line’s text is another by now', async () => {
    writeFileSync(
      application('lib/catalog.js'),
      `// Looks an item up.\n${readFileSync(application('lib/catalog.js'), 'utf8')}`,
    );
    await deploy();
    await ask('/with-the-second');
    await row('with-the-second').waitFor();
    await search().fill('boom');
    await search().fill('');
    await page.locator('button.chip', { hasText: '00001' }).waitFor();
    await page.locator('button.chip', { hasText: '00001' }).click();
    await search().fill('catalog.js:2');
    await page.locator('.link', { hasText: 'catalog.js:2' }).first().click();
    await page.locator('.note', { hasText: 'is another text by now' }).waitFor();
    await editor().shot('changed');
    const shown = editor().page.locator('.editor-instance .view-line', { hasText: 'item.name.trim' });
    await shown.first().waitFor();
    await search().fill('');
    await page.locator('button.chip', { hasText: '00001' }).click();
  });

  it('marks scaling, goes through zero and back', async () => {
    const autoscaler = '/apis/autoscaling.internal.knative.dev/v1alpha1/namespaces/default/podautoscalers/shop-00002';
    await until('zero', async () => (await kube().get(autoscaler)).status?.desiredScale === 0, {
      timeout: 90_000,
      every: 250,
    });
    await row('00002 scaled from 1 to 0').waitFor();
    expect((await ask('/after-zero')).status).toBe(200);
    await row('after-zero').waitFor();
    await row('00002 scaled from 0 to 1').waitFor();
    await editor().shot('zero');
  }, 120_000);

  it('filters by instance', async () => {
    const instances = page.getByLabel('Instances');
    const pod = (await row('after-zero').locator('.source').getAttribute('title')) ?? '';
    await instances.selectOption(pod);
    await row('with-the-second').waitFor({ state: 'detached' });
    const sources = await page
      .locator('.row .source')
      .evaluateAll((all) => all.map((each) => (each as unknown as { title: string }).title));
    expect([...new Set(sources)]).toEqual([pod]);
    await editor().shot('instance');
    await instances.selectOption('');
    await search().fill('with-the-second');
    await row('with-the-second').waitFor();
    await search().fill('');
  });

  it('follows another service that is chosen in it, and this one again with its history', async () => {
    await run('new', 'node-web', workspace.path('other'));
    await run('deploy', 'other');
    const service = page.getByLabel('Service', { exact: true });
    await editor().row('Applications', serviceRow('other')).waitFor();
    // What comes beside it moves nobody away from it.
    expect(await service.inputValue()).toBe('default/shop');
    await service.selectOption('other');
    await row('after-zero').waitFor({ state: 'detached' });
    await row('started').waitFor();
    await service.selectOption('shop');
    await row('after-zero').waitFor();
  });

  it('goes on when the platform was restarted, with a mark', async () => {
    await run('down');
    await row('the platform is away').waitFor();
    await up();
    await until('the service', async () => (await kube().find(serving('default', 'services', 'shop'))) !== undefined);
    await ask('/after-the-restart');
    await row('after-the-restart').waitFor({ timeout: 60_000 });
    await row('the platform is back').waitFor();
    await editor().shot('restarted');
  }, 120_000);

  it('goes on where it is moved to, with each line once', async () => {
    const lines = 1_500;
    const asked = ask(`/steady?rate=250&seconds=${lines / 250}`);
    await row(/burst line \d{3} of/).waitFor();
    await editor().run('View: Move View');
    await editor().quickInput.type('Logs');
    await editor().quickInput.choose(/^Logs/);
    await editor().quickInput.choose('New Secondary Side Bar Entry');
    page = await editor().webview('logs');
    expect((await asked).status).toBe(200);
    await row(`burst line ${lines} of ${lines}`).waitFor();
    await editor().shot('moved');
    await search().fill(`of ${lines}`);
    const copied = await copyShown((text) => text.includes(`line ${lines} of`));
    const numbers = copied.map((line) => Number(/line (\d+) of/.exec(line)?.[1]));
    expect(numbers).toEqual(Array.from({ length: lines }, (_, index) => index + 1));
    await search().fill('');
    await editor().run('View: Reset View Locations');
    await editor().act('Applications', serviceRow('shop'), 'slipway.service.showLogs');
    page = await editor().webview('logs');
    await row(`burst line ${lines} of ${lines}`).waitFor();
  }, 120_000);

  it('can be read in a light theme and in a narrow window', async () => {
    await editor().run('Preferences: Toggle between Light/Dark Themes');
    await page.locator('body.vscode-light').waitFor();
    await ask('/json');
    await ask('/boom');
    await row('TypeError').waitFor();
    await editor().shot('light');
    const before = editor().page.viewportSize();
    await editor().page.setViewportSize({ width: 700, height: 900 });
    await until('the bar within the page', async () =>
      page.locator('.bar').evaluate((bar) => bar.scrollWidth <= bar.clientWidth + 1),
    );
    await editor().shot('narrow');
    if (before) await editor().page.setViewportSize(before);
  });
});
