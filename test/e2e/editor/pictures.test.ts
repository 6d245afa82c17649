/**
 * The pictures of the README and the walkthrough, taken in a real editor (only with SLIPWAY_TEST_FULL=1): they are left in
 * test-results/screenshots/pictures-*, to be looked at, made small (`pngquant 64`) and put into media/ under their names.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { slipway, slipwayJson } from '../../support/cli.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { request } from '../../support/ingress.ts';
import type { UpAnswer } from '../../support/platform.ts';
import { until } from '../../support/until.ts';

const words = {
  en: { applications: 'Applications', running: 'Running', served: /serves 100 %/, traffic: 'Traffic' },
  'zh-cn': { applications: '应用', running: '正在运行', served: /已承接 100 %/, traffic: '流量' },
} as const;

describe.skipIf(!process.env['SLIPWAY_TEST_FULL']).each(['en', 'zh-cn'] as const)('pictures in %s', (locale) => {
  const { applications, running, served } = words[locale];
  let workspace = '';
  const editor = useEditor({
    name: `pictures-${locale}`,
    locale,
    settings: { 'workbench.colorTheme': 'Default Dark Modern', 'window.autoDetectColorScheme': false },
    workspace: (dir) => {
      workspace = join(dir, 'workspace');
      mkdirSync(workspace);
      return workspace;
    },
  });
  /** Nothing under the pointer, and no notification. */
  const calm = async () => {
    const { page } = editor();
    await page.mouse.move(700, (page.viewportSize()?.height ?? 900) - 5);
    await page
      .locator('.statusbar', { hasText: /Initializing|Analyzing|Installing|正在安装/ })
      .waitFor({ state: 'detached' });
    const close = page.locator('.notifications-toasts .codicon-notifications-clear');
    while ((await close.count()) > 0) await close.first().click();
    await page.locator('.workbench-hover').first().waitFor({ state: 'detached' });
  };
  /** A request of one of three people. */
  const names = ['ada', 'grace', 'linus'];
  const greet = (ingress: UpAnswer['ingress'], host: string, turn: number) =>
    request(ingress, { host, path: `/?name=${names[turn % names.length]}` });
  /** As long as it takes for the charts to have something in them. */
  const greetFor = async (ingress: UpAnswer['ingress'], ms: number) => {
    const end = Date.now() + ms;
    for (let turn = 0; Date.now() < end; turn += 1) await greet(ingress, 'shop.default.localhost', turn);
  };

  it('of the flows', async () => {
    const { page, quickInput, env } = editor();
    const at = { env, cwd: workspace };
    await slipway(['up', '--detach'], at);
    const { ingress } = await slipwayJson<UpAnswer>(['status'], at);
    await editor().openContainer();
    await (await editor().webview('traffic')).locator('.empty').waitFor();
    await editor().run('slipway.application.new');
    await quickInput.entry('node-web').waitFor();
    await editor().shot('new', { x: 380, y: 30, width: 680, height: 240 });
    await quickInput.choose('node-web');
    await quickInput.type('shop');
    await quickInput.expectMessage('shop.default.localhost');
    await quickInput.accept();
    await quickInput.choose('workspace');
    await page.locator('.editor-group-container .tab.active').waitFor();
    await editor().row(applications, /^shop/).waitFor();
    await editor().openContainer();
    // Its development dependencies are there, and the editor has nothing to underline any more.
    await until(
      'the types of Node',
      async () => existsSync(join(workspace, 'shop', 'node_modules', '@types', 'node')),
      {
        timeout: 60_000,
      },
    );
    await calm();
    const problems = page.locator('[id="status.problems"]');
    await until('no problem', async () => /^\s*0\s+0\s*$/.test(await problems.innerText()), { timeout: 60_000 });
    // The tab tells the number of problems a moment longer.
    await page.locator('.tab.active', { hasText: /\d/ }).waitFor({ state: 'detached' });
    await editor().shot('scaffold');

    const source = join(workspace, 'shop', 'src', 'server.ts');
    await editor().act(applications, /^shop/, 'slipway.application.run');
    await editor().row(applications, running).waitFor({ timeout: 60_000 });
    await editor().row(applications, /00001/).waitFor({ timeout: 60_000 });
    const line =
      readFileSync(source, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes("log('info', 'request'")) + 1;
    await editor().openAt('shop/src/server.ts', line);
    await editor().openContainer();
    for (const turn of names.keys()) await greet(ingress, 'shop.dev.localhost', turn);
    await page.waitForFunction(
      `[...document.querySelectorAll('.view-line [class*="ced-"]')].some((span) => getComputedStyle(span, '::after').content.includes('×3'))`,
    );
    await calm();
    await editor().shot('run', { x: 352, y: 30, width: 880, height: 440 });
    await editor().run('slipway.application.stop');
    await editor().row(applications, running).waitFor({ state: 'detached', timeout: 60_000 });

    await editor().act(applications, /^shop/, 'slipway.application.deploy');
    await editor().notification(served).waitFor({ timeout: 90_000 });
    writeFileSync(source, readFileSync(source, 'utf8').replace('{greeting}, $', '{greeting} and welcome, $'));
    await slipway(['deploy', join(workspace, 'shop')], at);
    await slipway(['traffic', 'shop', 'shop-00001=30', 'shop-00002=70'], at);
    await greetFor(ingress, 20_000);
    await page.setViewportSize({ width: 1440, height: 1000 });
    const service = editor().view(applications).locator('.monaco-list-row[aria-level="2"]').first();
    await service.hover();
    await service.locator('.codicon-output').first().click();
    await service.hover();
    await service.locator('.codicon-graph').first().click();
    await (await editor().webview('revisions')).locator('[data-chart="rate"] canvas').waitFor();
    await greetFor(ingress, 10_000);
    await calm();
    await editor().shot('traffic');
    const view = await editor().view(words[locale].traffic).boundingBox();
    if (!view) throw new Error('the traffic view is not there');
    await editor().shot('deploy', { x: 48, y: view.y, width: 300, height: 268 });
  }, 300_000);
});
