/**
 * Traffic and revisions as a person has them: the side bar, the panel, a guarded canary, alerts. What each claims is asked of the
 * platform. The application has two revisions at first; the third answers /fail with errors, and /slow late.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceRow } from '../../support/editor/editor.ts';
import { useWorkspace } from '../../support/editor/workspace.ts';
import { request } from '../../support/ingress.ts';
import { serving } from '../../support/kube.ts';
import { until } from '../../support/until.ts';

const host = 'shop.default.localhost';
const workspace = useWorkspace({ name: 'traffic', settings: { 'slipway.platform.keepRunning': true } });
const { editor, run, up, platform, kube, deployTwice } = workspace;

const shop = () => kube().get(serving('default', 'services', 'shop'));
const targets = async () =>
  (((await shop()).spec?.['traffic'] ?? []) as { revisionName?: string; percent?: number; latestRevision?: boolean }[])
    .filter(({ percent = 0 }) => percent > 0)
    .map(({ revisionName = '@latest', percent }) => `${revisionName} ${percent}`)
    .sort();
const traffic = () => editor().webview('traffic');
const row = async (short: string) => (await traffic()).locator(`.rev[data-revision="shop-${short}"]`);
const field = async (short: string) => (await row(short)).locator('.pct');
const set = async (short: string, percent: number) => {
  await (await field(short)).fill(String(percent));
  await (await field(short)).press('Enter');
};
const apply = async () => (await traffic()).locator('#apply').click();

/** Requests one after the other until told to stop, so that there is something to measure. */
let path = '/';
let going = true;
let load: Promise<void> | undefined;

beforeAll(async () => {
  await up('--port', '0');
  const dir = workspace.path('shop');
  await run('new', 'node-web', dir);
  const git = (...args: string[]) => execFileSync('git', ['-C', dir, ...args], { stdio: 'pipe' });
  git('init', '-q');
  git('add', '.');
  git('-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '-q', '-m', 'Sell apples');
  await deployTwice(dir, '--no-traffic');
  load = (async () => {
    while (going) {
      await request(platform().ingress, { host, path }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  await editor().openContainer();
  // The command line's platform is found within seconds; the view shows the only service.
  await (await traffic()).locator('.rev').first().waitFor({ timeout: 60_000 });
}, 240_000);
afterAll(async () => {
  going = false;
  await load;
});

describe('the traffic view', () => {
  it('has the revisions newest first, with their state and the share that requests take', async () => {
    const page = await traffic();
    expect(await page.locator('.rev b').allTextContents()).toEqual(['00002', '00001']);
    await (await row('00001')).getByText(/now 100 %/).waitFor();
    await (await row('00001')).getByText(/p95 \d+ ms/).waitFor({ timeout: 30_000 });
    await (await row('00001')).getByText(/0 errors/).waitFor();
    await editor().shot('measured');
  });

  it('previews what would be written, and writes it', async () => {
    await set('00002', 25);
    const page = await traffic();
    await page.getByText('Preview YAML').click();
    await editor().page.locator('.tab.active', { hasText: 'traffic as it is' }).waitFor();
    const shown = editor().page.locator('.monaco-diff-editor .editor.modified .view-lines');
    await until('the preview', async () => /25/.test((await shown.textContent()) ?? ''));
    expect(await shown.textContent()).toMatch(/^spec:/);
    await editor().shot('preview');
    await apply();
    await until('the split', async () => (await targets()).join() === 'shop-00001 75,shop-00002 25');
    await (await row('00002')).getByText('pinned').waitFor();
  });

  it('keeps the wish when the split is changed elsewhere, shows both, and applies it only when told to', async () => {
    await set('00002', 60);
    await run('traffic', 'shop', 'shop-00001=90', 'shop-00002=10');
    const page = await traffic();
    await page.getByText('changed elsewhere: 10 % to 00002, 90 % to 00001').waitFor();
    expect(await (await field('00002')).inputValue()).toBe('60 %');
    await editor().shot('changed-elsewhere');
    await apply();
    await page.locator('.note.bad', { hasText: 'changed by somebody else' }).waitFor();
    expect(await targets()).toEqual(['shop-00001 90', 'shop-00002 10']);
    await page.locator('#keepMine').click();
    await apply();
    await until('the split', async () => (await targets()).join() === 'shop-00001 40,shop-00002 60');
  });

  it('goes back to the split before', async () => {
    await (await traffic()).locator('#rollback').click();
    await until('the split before', async () => (await targets()).join() === 'shop-00001 90,shop-00002 10');
  });

  it('lets the share of the latest follow it, and pins it again', async () => {
    await (await row('00002')).getByText('pinned').click();
    await (await row('00002')).getByText('follows latest').waitFor();
    await apply();
    await until('following', async () => (await targets()).join() === '@latest 10,shop-00001 90');
    await (await row('00002')).getByText('follows latest').click();
    await apply();
    await until('pinned', async () => (await targets()).join() === 'shop-00001 90,shop-00002 10');
  });
});

describe('a guarded canary', () => {
  const canary = async () => (await traffic()).locator('.canary');
  const start = async (revision: string, steps: string, pause: string, ratio = '') => {
    const page = await traffic();
    await page.locator('#guarded').click();
    await page.locator('#canary-revision').selectOption(revision);
    await page.locator('#canary-steps').fill(steps);
    await page.locator('#canary-pauseSeconds').fill(pause);
    await page.locator('#canary-maxP95Ratio').fill(ratio);
    await page.locator('#canary-minRequests').fill('5');
    await editor().shot(`canary-form-${revision}`);
    await page.locator('#canary-start').click();
  };
  const rolledBack = async (why: RegExp) => {
    await (await canary()).getByText(why).waitFor({ timeout: 60_000 });
    expect(await targets()).toEqual(['shop-00002 100']);
    path = '/';
  };

  it('moves by itself to its goal', async () => {
    await start('shop-00002', '40, 100', '3');
    await (await canary()).getByText(/Step 1 of 2: 40 %/).waitFor();
    await editor().shot('canary-running');
    await (await canary()).getByText(/00002 takes 100 %/).waitFor({ timeout: 60_000 });
    expect(await targets()).toEqual(['shop-00002 100']);
    await (await traffic()).locator('#canary-dismiss').click();
    await until('forgotten', async () => !('slipway.dev/canary' in ((await shop()).metadata.annotations ?? {})));
  });

  it('rolls back by itself when its limit is passed, and says why', async () => {
    const source = workspace.path('shop', 'src', 'server.ts');
    const failing = "url.pathname === '/fail' ? 500 : 200";
    const late = "setTimeout(send, url.pathname === '/slow' ? 800 : 0, response";
    const text = readFileSync(source, 'utf8').replace(
      'send(response, 200, { message',
      `${late}, ${failing}, { message`,
    );
    writeFileSync(source, text);
    const manifest = workspace.path('shop', 'deploy', 'service.yaml');
    const coloured = 'env:\n            - name: COLOUR\n              value: green\n';
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('env:\n', coloured));
    await run('deploy', '--no-traffic', workspace.path('shop'));
    path = '/fail';
    await (await row('00003')).waitFor();
    await start('shop-00003', '50, 100', '60');
    await rolledBack(/Rolled back to the split before: .*answers were errors/);
    await editor().shot('canary-rolled-back');
  });

  it('does so when its answers come later than those of the stable revision', async () => {
    path = '/slow';
    await start('shop-00003', '50, 100', '8', '2');
    await rolledBack(/Rolled back to the split before: .*p95/);
    await editor().shot('canary-late');
  });

  it('survives a reload of the window: it holds, and is taken up or ended there', async () => {
    await start('shop-00003', '30, 100', '600');
    await (await canary()).getByText(/Step 1 of 2: 30 %, watching/).waitFor();
    await editor().page.reload();
    await editor().page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    await editor().openContainer();
    await (await canary()).getByText(/Holds at 30 %: nobody drives it/).waitFor({ timeout: 90_000 });
    await editor().shot('canary-after-reload');
    await (await traffic()).locator('#canary-resume').click();
    await (await canary()).getByText(/Step 1 of 2: 30 %, watching/).waitFor();
    await (await traffic()).locator('#canary-abort').click();
    await (await canary()).getByText('Rolled back to the split before: on request').waitFor();
    expect(await targets()).toEqual(['shop-00002 100']);
  }, 240_000);
});

describe('the revisions panel', () => {
  const panel = () => editor().webview('revisions');

  it('tells when, who, from which commit and what changed, beside what is measured', async () => {
    await editor().act('Applications', serviceRow('shop'), 'slipway.service.openRevisions');
    const page = await panel();
    const first = page.locator('tr[data-revision="shop-00001"]');
    await first.getByText(/“Sell apples”/).waitFor();
    await page
      .locator('tr[data-revision="shop-00002"]')
      .getByText(/1 file.* shop@[0-9a-f]{7}/)
      .waitFor();
    await page
      .locator('tr[data-revision="shop-00003"]')
      .getByText(/env COLOUR/)
      .waitFor();
    await page.locator('tr[data-revision="shop-00002"]').getByText(/\d ms/).first().waitFor();
    for (const kind of ['share', 'rate', 'latency', 'errors', 'instances'])
      await page.locator(`[data-chart="${kind}"] canvas`).waitFor();
    await page.getByText('The application has started and passes its probes.').waitFor();
    await editor().shot('panel');
  });

  it('compares two revisions with their environment and sources in one diff', async () => {
    // Wished and not applied: it is still wished after the window is reloaded.
    await set('00003', 40);
    const page = await panel();
    await page.locator('tr[data-revision="shop-00001"] .choose').check();
    await page.locator('tr[data-revision="shop-00003"] .choose').check();
    await page.locator('#compare').click();
    await editor().page.locator('.tab.active', { hasText: 'shop: 00001 ↔ 00003' }).waitFor();
    const diff = editor().page.locator('.multiDiffEditor');
    await diff.getByText('PRICES').first().waitFor();
    await diff.getByText('server.ts').first().waitFor();
    await diff.locator('.view-lines', { hasText: '/fail' }).first().waitFor();
    await diff
      .locator('.view-lines', { hasText: /COLOUR=green/ })
      .first()
      .waitFor();
    await editor().shot('compared');
  });

  it('is there again after a reload, and so is the comparison, which is asked for before anything of ours runs', async () => {
    const { page } = editor();
    // In front since it was opened, and so in the layout that is saved with it.
    await editor().reload('slipway-image', /shop-00003[\\"]+:40/);
    const diff = page.locator('.multiDiffEditor');
    await diff.getByText('PRICES').first().waitFor({ timeout: 60_000 });
    await diff.locator('.view-lines', { hasText: '/fail' }).first().waitFor();
    await diff
      .locator('.view-lines', { hasText: /kind:\sRevision/ })
      .first()
      .waitFor();
    await editor().shot('comparison-restored');
    await page.keyboard.press('Control+F4');
    // A tab that was not in front is filled when it is looked at.
    await page.getByRole('tab', { name: /Revisions & Traffic/ }).click();
    await (await panel()).locator('tr[data-revision="shop-00002"]').waitFor({ timeout: 60_000 });
    await (await panel()).locator('[data-chart="rate"] canvas').waitFor();
    await editor().openContainer();
    await until('the wish', async () => (await (await field('00003')).inputValue()) === '40 %');
    await editor().shot('restored');
    await (await traffic()).locator('#reset').click();
  }, 240_000);

  it('retires a revision: its share to the others, its tags away', async () => {
    await run('traffic', 'shop', 'shop-00001=20', 'shop-00002=80', '--tag', 'shop-00001=old');
    await editor().act('Applications', serviceRow('shop'), 'slipway.service.openRevisions');
    const page = await panel();
    const first = page.locator('tr[data-revision="shop-00001"]');
    await first.getByText('old').waitFor();
    await first.hover();
    await first.locator('button[aria-label^="Retire"]').click();
    const dialog = editor().page.locator('.monaco-dialog-box', { hasText: 'Retire revision 00001?' });
    await dialog.getByText(/20 % go to the others/).waitFor();
    await editor().shot('retire');
    await dialog.getByRole('button', { name: 'Retire' }).click();
    await until('retired', async () => (await targets()).join() === 'shop-00002 100');
    expect(JSON.stringify((await shop()).spec?.['traffic'])).not.toContain('old');
  });
});

describe('alerts', () => {
  it('stand in the status bar, the tree and the view, and are no notification', async () => {
    await run('traffic', 'shop', 'shop-00003=100');
    path = '/fail';
    const item = editor().page.locator('.statusbar-item', { hasText: /shop: \d.* % errors/ });
    await item.waitFor({ timeout: 60_000 });
    await editor().openContainer();
    await editor()
      .row('Applications', /% errors/)
      .waitFor();
    await (await traffic()).locator('.note.warn', { hasText: /errors \(limit 5 %\)/ }).waitFor();
    expect(await editor().page.locator('.notification-toast').count()).toBe(0);
    await editor().shot('alerts');
  });

  it('have the limits of the application, and several are one item', async () => {
    const file = workspace.path('shop', 'slipway.yaml');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\nalerts:\n  p95Ms: 1\n`);
    const item = editor().page.locator('.statusbar-item[id*="slipway.alerts"]', { hasText: /\d+ alerts/ });
    await item.waitFor({ timeout: 60_000 });
    await editor()
      .row('Applications', /% errors/)
      .filter({ hasText: /p95 [\d.]+ m?s/ })
      .waitFor();
    expect(await item.count()).toBe(1);
    expect(await editor().page.locator('.notification-toast').count()).toBe(0);
    await editor().shot('alerts-several');
  });
});

describe('a lost platform', () => {
  it('is said in place, and the wish is kept', async () => {
    await (await traffic()).getByText('Add Revision').click();
    await editor().quickInput.choose('00002');
    await (await row('00002')).waitFor();
    await set('00003', 35);
    going = false;
    await load;
    await run('down');
    const page = await traffic();
    await page.getByText('The platform is not running.').waitFor({ timeout: 30_000 });
    await editor().shot('platform-lost');
    await up();
    await until('the wish again', async () => (await (await field('00003')).inputValue()) === '35 %', {
      timeout: 60_000,
    });
    await page.locator('#apply').waitFor();
    await editor().shot('platform-back');
  }, 180_000);
});
