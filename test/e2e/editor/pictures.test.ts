/**
 * The pictures of the README and the walkthrough, taken in a real editor (only with SLIPWAY_TEST_FULL=1): they are left in
 * test-results/screenshots/pictures-*, to be looked at, made small (`pngquant 128`) and put into media/ under their names.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { slipway, slipwayJson } from '../../support/cli.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { request } from '../../support/ingress.ts';
import { isReady, kubeOf, serving } from '../../support/kube.ts';
import type { UpAnswer } from '../../support/platform.ts';
import { until } from '../../support/until.ts';

const words = {
  en: { applications: 'Applications', running: 'Running', served: /serves 100 %/, traffic: 'Traffic' },
  'zh-cn': { applications: '应用', running: '正在运行', served: /已承接 100 %/, traffic: '流量' },
} as const;

/** What somebody might write next: the price of an item, and nobody thought of one that is not there. */
const catalog = `interface Item {
  title: string;
  price: number;
}

const items = new Map<string, Item>([
  ['apples', { title: 'Apples', price: 3.2 }],
  ['pears', { title: 'Pears', price: 4.1 }],
]);

export function priceOf(name: string): number {
  const item = items.get(name) as Item;
  return item.price;
}
`;
const withCatalog = (server: string): string =>
  server
    .replace("from 'node:http';\n", "from 'node:http';\nimport { priceOf } from './catalog.ts';\n")
    .replace(
      '  const name = url',
      "  if (url.pathname === '/price') return send(response, 200, { price: priceOf(url.searchParams.get('of') ?? '') });\n  const name = url",
    );

describe.skipIf(!process.env['SLIPWAY_TEST_FULL']).each(['en', 'zh-cn'] as const)('pictures in %s', (locale) => {
  const { applications, running, served } = words[locale];
  let workspace = '';
  let ingress: UpAnswer['ingress'];
  let kubeconfig = '';
  const editor = useEditor({
    name: `pictures-${locale}`,
    locale,
    settings: {
      'workbench.colorTheme': 'Default Dark Modern',
      'window.autoDetectColorScheme': false,
      'debug.showInlineBreakpointCandidates': false,
      'editor.lightbulb.enabled': 'off',
    },
    workspace: (dir) => {
      workspace = join(dir, 'store');
      mkdirSync(workspace);
      git('init', '-q', '-b', 'main');
      git('config', 'user.name', 'Ada');
      git('config', 'user.email', 'ada@example.com');
      return workspace;
    },
  });
  const git = (...args: string[]) => execFileSync('git', ['-C', workspace, ...args], { stdio: 'pipe' });
  const commit = (subject: string) => {
    git('add', '.');
    git('commit', '-q', '-m', subject);
  };
  const at = () => ({ env: editor().env, cwd: workspace });
  const run = async (...args: string[]) => {
    const { code, stderr } = await slipway(args, at());
    expect(code, stderr).toBe(0);
  };
  const source = () => join(workspace, 'shop', 'src', 'server.ts');
  const change = (edit: (text: string) => string) => writeFileSync(source(), edit(readFileSync(source(), 'utf8')));
  const lineOf = (file: string, text: string) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1;

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
  /** The editor gives up colouring a first line while it still compiles its grammar, and never looks again: it is opened anew. */
  const coloured = async () => {
    const isComment = `(() => {
      const rows = [...document.querySelectorAll('.editor-group-container.active .view-line')];
      const classes = (text) => rows.filter((row) => row.textContent.replaceAll('\\u00a0', ' ').startsWith(text))
        .flatMap((row) => [...row.querySelectorAll('span span')].map((span) => /mtk\\d+/.exec(span.className)?.[0]));
      const found = [...classes('/**'), ...classes(' * ')];
      // mtk1 is text that has no colour yet.
      return found.length >= 3 && new Set(found).size === 1 && found[0] !== 'mtk1';
    })()`;
    await until(
      'a comment in its colour',
      async () => {
        if (await editor().page.evaluate<boolean>(isComment)) return true;
        await editor().run('View: Close Editor');
        await editor().openAt('shop/src/server.ts', 1);
        return false;
      },
      { timeout: 60_000, every: 2_000 },
    );
  };
  /** A button in the row of the only service: a row that is drawn anew under the mouse is looked for again. */
  const pressOfService = (icon: string) =>
    until(
      `the button ${icon} of the service`,
      async () => {
        const row = editor().view(applications).locator('.monaco-list-row[aria-level="2"]').first();
        await row.hover({ timeout: 2_000 });
        await row.locator(`.codicon-${icon}`).first().click({ timeout: 2_000 });
        return true;
      },
      { timeout: 60_000 },
    );
  /** The language server has looked, found its types, and told so: nothing was reported for a while. */
  const noProblem = async () => {
    const { page } = editor();
    const problems = page.locator('[id="status.problems"]');
    let since: number | undefined;
    await until(
      'no problem',
      async () => {
        if (/^\s*0\s+0\s*$/.test(await problems.innerText())) since ??= performance.now();
        else since = undefined;
        return since !== undefined && performance.now() - since > 10_000;
      },
      { timeout: 90_000, every: 250 },
    );
    // The tab tells the number of problems a moment longer.
    await page.locator('.tab.active .label-name', { hasText: /\d/ }).waitFor({ state: 'detached' });
  };
  /** A request of one of three people. */
  const names = ['ada', 'grace', 'linus'];
  const greet = (host: string, turn: number) =>
    request(ingress, { host, path: `/?name=${names[turn % names.length]}` });
  /** Requests at an even pace, so that the charts have something in them. @returns what ends them. */
  const steadily = (host: string, everyMs: number) => {
    let turn = 0;
    const under = new Set<Promise<unknown>>();
    const timer = setInterval(() => {
      const one = greet(host, turn++)
        .catch(() => undefined)
        .finally(() => under.delete(one));
      under.add(one);
    }, everyMs);
    return async () => {
      clearInterval(timer);
      await Promise.all(under);
    };
  };
  const forSeconds = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

  it('of scaffolding', async () => {
    const { page, quickInput } = editor();
    await run('up', '--detach');
    ({ ingress, kubeconfig } = await slipwayJson<UpAnswer>(['status'], at()));
    await editor().openContainer();
    await (await editor().webview('traffic')).locator('.empty').waitFor();
    await editor().run('slipway.application.new');
    await quickInput.entry('node-web').waitFor();
    // Off the input, which says what it is for where the pointer rests.
    await page.mouse.move(720, 700);
    await calm();
    const list = await quickInput.widget.boundingBox();
    if (!list) throw new Error('the list of templates is not there');
    await editor().shot('new', list);
    await quickInput.choose('node-web');
    await quickInput.type('shop');
    await quickInput.expectMessage('shop.default.localhost');
    await quickInput.accept();
    await quickInput.choose('store');
    await page.locator('.editor-group-container .tab.active').waitFor();
    await editor().row(applications, /^shop/).waitFor();
    await editor().openContainer();
    // Its development dependencies are there, and the editor has nothing to underline any more.
    const types = join(workspace, 'shop', 'node_modules', '@types', 'node');
    await until('the types of Node', async () => existsSync(types), { timeout: 60_000 });
    await noProblem();
    await coloured();
    await calm();
    await coloured();
    await editor().shot('scaffold');
    commit('Start the shop');
    // On a busy machine the editor does not watch folders that were made just now, one in another, until it is opened anew.
    await editor().reload();
  }, 240_000);

  it('of running', async () => {
    const { page } = editor();
    await editor().act(applications, /^shop/, 'slipway.application.run');
    await editor().row(applications, running).waitFor({ timeout: 60_000 });
    await editor().row(applications, /00001/).waitFor({ timeout: 60_000 });
    await editor().openAt('shop/src/server.ts', lineOf(source(), "log('info', 'request'"));
    await editor().openContainer();
    for (const turn of names.keys()) await greet('shop.dev.localhost', turn);
    await page.waitForFunction(
      `[...document.querySelectorAll('.view-line [class*="ced-"]')].some((span) => getComputedStyle(span, '::after').content.includes('×3'))`,
    );
    await calm();
    await editor().shot('run', { x: 352, y: 30, width: 880, height: 440 });
  }, 240_000);

  it('of an error where it was thrown', async () => {
    const { page } = editor();
    const file = join(workspace, 'shop', 'src', 'catalog.ts');
    writeFileSync(file, catalog);
    change(withCatalog);
    const price = (of: string) => request(ingress, { host: 'shop.dev.localhost', path: `/price?of=${of}` });
    await until('the restart', async () => (await price('pears')).body.includes('4.1'), {
      timeout: 60_000,
      every: 250,
    });
    await editor().openAt('shop/src/catalog.ts', lineOf(file, 'item.price'));
    await editor().openContainer();
    await noProblem();
    await pressOfService('output');
    const log = await editor().webview('logs');
    for (const turn of names.keys()) await greet('shop.dev.localhost', turn);
    await price('apples');
    expect((await price('plums')).status).toBe(500);
    await log.locator('.row', { hasText: 'request failed' }).first().waitFor();
    await page.locator('.editor-group-container.active .squiggly-error').first().waitFor();
    await page.locator('.editor-group-container.active .view-line', { hasText: 'item.price' }).first().click();
    await page.keyboard.press('F8');
    await page.locator('.marker-widget', { hasText: 'GET /price' }).first().waitFor();
    await log.locator('.row .twistie').last().click();
    await log.locator('.row.field', { hasText: 'catalog.ts' }).first().waitFor();
    await log.locator('.list').press('End');
    await page.locator('.editor-group-container.active .view-line', { hasText: 'item.price' }).first().click();
    await calm();
    await editor().shot('logs');
    await page.keyboard.press('Escape');
    await editor().run('View: Close Editor');
    git('checkout', '-q', '--', '.');
    git('clean', '-fdq', '--', 'shop/src');
    await editor().run('slipway.application.stop');
    await editor().row(applications, running).waitFor({ state: 'detached', timeout: 60_000 });
  }, 240_000);

  it('of debugging', async () => {
    const { page } = editor();
    await editor().openAt('shop/src/server.ts', lineOf(source(), 'send(response, 200, { message'));
    await page.keyboard.press('F9');
    await page.locator('.codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified').first().waitFor();
    await editor().openContainer();
    await editor().act(applications, /^shop/, 'slipway.application.debug');
    const kube = kubeOf(kubeconfig);
    await until('the running application', async () => isReady(await kube.find(serving('dev', 'services', 'shop'))), {
      timeout: 60_000,
    });
    const answered = greet('shop.dev.localhost', 0);
    await page.locator('.debug-top-stack-frame-line').first().waitFor({ timeout: 60_000 });
    const variables = page.locator('.debug-variables');
    const local = variables.locator('.monaco-list-row', { hasText: /^Local/ });
    await local.waitFor();
    if ((await local.getAttribute('aria-expanded')) !== 'true') await local.click();
    await variables.locator('.monaco-list-row', { hasText: /^message/ }).waitFor();
    await calm();
    await editor().shot('debug');
    await page.keyboard.press('F5');
    expect((await answered).status).toBe(200);
    await page.keyboard.press('Shift+F5');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await page.keyboard.press('F9');
    await editor().openContainer();
    await editor().row(applications, running).waitFor({ state: 'detached', timeout: 60_000 });
  }, 240_000);

  it('of traffic', async () => {
    const { page } = editor();
    const host = 'shop.default.localhost';
    const manifest = join(workspace, 'shop', 'deploy', 'service.yaml');
    const window = 'annotations:\n        autoscaling.knative.dev/window: "6s"\n';
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('annotations:\n', window));
    commit('Scale down after six seconds');
    await editor().act(applications, /^shop/, 'slipway.application.deploy');
    await editor().notification(served).waitFor({ timeout: 90_000 });
    const autoscaler = '/apis/autoscaling.internal.knative.dev/v1alpha1/namespaces/default/podautoscalers/shop-00001';
    // Nothing is wanted before nothing is there.
    const isAtZero = async () => (await kubeOf(kubeconfig).get(autoscaler)).status?.actualScale === 0;
    await until('zero', isAtZero, { timeout: 120_000, every: 250 });
    // The first request wakes it: a cold start to look at.
    const end = steadily(host, 40);
    await forSeconds(20);
    change((text) => text.replace('{greeting}, $', '{greeting} and welcome, $'));
    commit('Welcome everybody');
    await run('deploy', '--no-traffic', join(workspace, 'shop'));
    await run('traffic', 'shop', 'shop-00001=90', 'shop-00002=10');
    await forSeconds(25);
    await run('traffic', 'shop', 'shop-00001=30', 'shop-00002=70');
    await page.setViewportSize({ width: 1440, height: 1000 });
    await pressOfService('output');
    await pressOfService('graph');
    await (await editor().webview('revisions')).locator('[data-chart="rate"] canvas').waitFor();
    await forSeconds(25);
    await calm();
    await editor().shot('traffic');
    const view = await editor().view(words[locale].traffic).boundingBox();
    if (!view) throw new Error('the traffic view is not there');
    await editor().shot('deploy', { x: 48, y: view.y, width: 300, height: 268 });
    await end();
  }, 300_000);
});
