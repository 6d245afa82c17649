/**
 * The platform is killed (`kill -9`) while everything is under way at once: a split is being edited, the log streams, a canary watches, a
 * debugger is attached, a deploy waits. Each says so in place, keeps what was wished, and goes on when the platform is back.
 * With SLIPWAY_TEST_FULL=1; the gate has the log and the traffic view over an ordered restart.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../../emulator/platform/alive.ts';
import { serviceRow } from '../../support/editor/editor.ts';
import { useWorkspace } from '../../support/editor/workspace.ts';
import { request } from '../../support/ingress.ts';
import { isReady, serving } from '../../support/kube.ts';
import { until } from '../../support/until.ts';

describe.runIf(process.env['SLIPWAY_TEST_FULL'] === '1')('a platform that is killed', () => {
  const { editor, path, run, up, find, platform, kube, deployTwice } = useWorkspace({
    name: 'killed',
    settings: { 'slipway.contexts': [{ context: 'elsewhere', kubeconfig: '/nowhere/kubeconfig' }] },
  });
  const kill = async () => {
    process.kill(platform().pid, 'SIGKILL');
    await editor()
      .page.locator('.statusbar-item[id*="slipway.platform"]', { hasText: /stopped/ })
      .waitFor();
  };
  const traffic = () => editor().webview('traffic');
  const replRow = (text: string | RegExp) => editor().page.locator('.repl .monaco-list-row', { hasText: text }).first();

  beforeAll(async () => {
    await up('--port', '0');
    await run('new', 'node-web', path('shop'));
    await deployTwice(path('shop'), '--no-traffic');
    await editor().openContainer();
    await (await traffic()).locator('.rev').first().waitFor({ timeout: 120_000 });
  }, 240_000);

  it('while a canary watches, the log streams and a debugger is attached: all three say so and go on', async () => {
    const page = await traffic();
    await page.locator('#guarded').click();
    await page.locator('#canary-revision').selectOption('shop-00002');
    await page.locator('#canary-steps').fill('20, 100');
    await page.locator('#canary-pauseSeconds').fill('900');
    await page.locator('#canary-start').click();
    const canary = page.locator('.canary');
    await canary.getByText(/Step 1 of 2: 20 %, watching/).waitFor();
    await editor().act('Applications', serviceRow('shop'), 'slipway.service.showLogs');
    const log = await editor().webview('logs');
    await request(platform().ingress, { host: 'shop.default.localhost', path: '/?name=before' });
    await log.locator('.row', { hasText: 'before' }).first().waitFor();
    await editor().act('Applications', /^shop/, 'slipway.application.debug');
    await until('the running application', async () => isReady(await kube().find(serving('dev', 'services', 'shop'))), {
      timeout: 120_000,
    });
    await editor().page.locator('.debug-toolbar').waitFor();

    await kill();
    // The debug console stands before the log.
    await log.locator('.row', { hasText: 'the platform is away' }).first().waitFor({ state: 'attached' });
    await editor().run('Debug Console: Focus on Debug Console View');
    await replRow(/The platform is away; shop runs again/).waitFor();
    await page.getByText('The platform is not running.').waitFor();
    await editor().shot('away');

    await up();
    await canary.getByText(/Step 1 of 2: 20 %, watching/).waitFor({ timeout: 120_000 });
    await replRow(/The platform is back/).waitFor({ timeout: 120_000 });
    await until(
      'the application in the debugger again',
      async () => isReady(await kube().find(serving('dev', 'services', 'shop'))),
      { timeout: 120_000 },
    );
    expect((await request(platform().ingress, { host: 'shop.dev.localhost' })).status).toBe(200);
    await request(platform().ingress, { host: 'shop.default.localhost', path: '/?name=afterwards' });
    await editor().openContainer();
    await editor().act('Applications', serviceRow('shop'), 'slipway.service.showLogs');
    await log.locator('.row', { hasText: 'afterwards' }).first().waitFor({ timeout: 120_000 });
    await editor().shot('back');
    await page.locator('#canary-abort').click();
    await canary.getByText('Rolled back to the split before: on request').waitFor();
    await page.locator('#canary-dismiss').click();
    await editor().page.keyboard.press('Shift+F5');
    await until('the run gone', async () => (await kube().find(serving('dev', 'services', 'shop'))) === undefined);
  }, 300_000);

  it('while a split is edited: the wish is kept and can be applied', async () => {
    const page = await traffic();
    if (!(await page.locator('.rev[data-revision="shop-00002"]').isVisible())) {
      await page.getByText('Add revision').click();
    }
    const field = page.locator('.rev[data-revision="shop-00002"] .pct');
    await field.fill('35');
    await field.press('Enter');
    await kill();
    await page.getByText('The platform is not running.').waitFor();
    await up();
    await until('the wish again', async () => (await field.inputValue()) === '35 %', { timeout: 120_000 });
    // By the keyboard: what is said of the platform moves the buttons when it goes, and may come and go once more.
    await page.locator('#apply:enabled').press('Enter');
    await until('the split', async () => {
      const targets = (await kube().get(serving('default', 'services', 'shop'))).status?.traffic ?? [];
      return targets.some(({ revisionName, percent }) => revisionName === 'shop-00002' && percent === 35);
    });
  }, 300_000);

  it('is not the one in use: what runs there is stopped there', async () => {
    await editor().act('Applications', /^shop/, 'slipway.application.run');
    await until('the running application', async () => isReady(await kube().find(serving('dev', 'services', 'shop'))), {
      timeout: 120_000,
    });
    const use = async (name: RegExp) => {
      await editor().run('slipway.platform.use');
      await editor().quickInput.choose(name);
    };
    await use(/^elsewhere/);
    await editor().page.locator('.statusbar-item[id*="slipway.platform"]', { hasText: 'elsewhere' }).waitFor();
    await editor().shot('elsewhere');
    await editor().page.keyboard.press('Shift+F5');
    await until('the run gone', async () => (await kube().find(serving('dev', 'services', 'shop'))) === undefined);
    await use(/^embedded/);
    await editor().page.locator('.statusbar-item[id*="slipway.platform"]', { hasText: 'embedded' }).waitFor();
  }, 300_000);

  it('while an application runs: stopped meanwhile, it is gone once the platform is back', async () => {
    await editor().act('Applications', /^shop/, 'slipway.application.run');
    await until('the running application', async () => isReady(await kube().find(serving('dev', 'services', 'shop'))), {
      timeout: 120_000,
    });
    await kill();
    await editor().page.keyboard.press('Shift+F5');
    await editor()
      .page.locator('.statusbar', { hasText: 'The platform is away; shop is removed from it when it is back.' })
      .waitFor();
    await editor().shot('stopped-while-away');
    await up();
    await until('the run gone', async () => (await kube().find(serving('dev', 'services', 'shop'))) === undefined, {
      timeout: 120_000,
    });
    expect((await request(platform().ingress, { host: 'shop.default.localhost' })).status).toBe(200);
  }, 300_000);

  it('runs what two windows of one folder run until the last of them stops it', async () => {
    const runs = join(editor().dir, 'editor', 'user-data', 'User', 'globalStorage', 'slipway.slipway', 'runs');
    const owners = (): number[] =>
      readdirSync(runs)
        .filter((name) => name.endsWith('.json'))
        .map((name) => JSON.parse(readFileSync(join(runs, name), 'utf8')).owner);
    const service = () => kube().find(serving('dev', 'services', 'shop'));
    await editor().act('Applications', /^shop/, 'slipway.application.run');
    await until('the running application', async () => isReady(await service()), { timeout: 120_000 });
    const uid = (await service())?.metadata.uid;
    const [first = 0] = owners();
    const other = await editor().page.context().newPage();
    await other.goto(editor().page.url());
    await other.locator('.activitybar .action-item', { has: other.locator('[aria-label^="Slipway"]') }).click();
    await other.locator('.monaco-list-row', { hasText: 'shop' }).first().waitFor({ timeout: 90_000 });
    await other.keyboard.press('F1');
    await other.locator('.quick-input-widget input').first().fill('>Slipway: Run Application');
    await other.locator('.quick-input-list .monaco-list-row', { hasText: 'Slipway: Run Application' }).first().click();
    await until('the second run', () => owners().length === 2, { timeout: 60_000 });
    // Stopped in one, it goes on in the other.
    await editor().page.bringToFront();
    await editor().page.keyboard.press('Shift+F5');
    await editor().page.locator('.statusbar', { hasText: 'shop goes on: another window runs it, too.' }).waitFor();
    await editor().shot('goes-on');
    await until('one run', () => owners().length === 1);
    expect(owners()).not.toContain(first);
    expect((await service())?.metadata.uid).toBe(uid);
    expect((await request(platform().ingress, { host: 'shop.dev.localhost' })).status).toBe(200);
    // A window that closes leaves it, too.
    await editor().act('Applications', /^shop/, 'slipway.application.run');
    await until('both runs', () => owners().includes(first), { timeout: 60_000 });
    await editor().page.reload();
    await until('the end of the first window', () => !isAlive(first), { timeout: 60_000 });
    await editor().row('Applications', /^shop/).waitFor({ timeout: 90_000 });
    expect((await service())?.metadata.uid).toBe(uid);
    await other.bringToFront();
    await other.keyboard.press('Shift+F5');
    await until('the run gone', async () => (await service()) === undefined);
    await until('nothing noted', () => owners().length === 0);
    await other.close();
  }, 300_000);

  it('while a deploy waits: it ends in one cause, and its button starts the platform', async () => {
    writeFileSync(path('shop', 'src', 'server.ts'), 'setInterval(() => {}, 1000);\n');
    await editor().act('Applications', /^shop/, 'slipway.application.deploy');
    await editor()
      .notification(/Deploying shop/)
      .filter({ hasText: /waiting|starting the new revision/ })
      .waitFor({ timeout: 120_000 });
    process.kill(platform().pid, 'SIGKILL');
    const lost = /was not deployed: The platform went away/;
    const failure = editor().notification(lost);
    await failure.waitFor({ timeout: 120_000 });
    editor().complaints.provoked(lost);
    await editor().shot('deploy');
    await failure.locator('.monaco-button', { hasText: 'Start platform' }).click();
    await editor()
      .page.locator('.statusbar-item[id*="slipway.platform"]', { hasText: /embedded/ })
      .filter({ has: editor().page.locator('.codicon-check') })
      .waitFor({ timeout: 120_000 });
    await find();
    expect((await request(platform().ingress, { host: 'shop.default.localhost' })).status).toBe(200);
  }, 300_000);
});
