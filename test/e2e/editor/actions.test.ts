/** What one does with a service and its revisions, action by action: each is asked of the platform. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { serviceRow } from '../../support/editor/editor.ts';
import { useWorkspace } from '../../support/editor/workspace.ts';
import { request } from '../../support/ingress.ts';
import { core, serving } from '../../support/kube.ts';
import { until } from '../../support/until.ts';

const { editor, path, run, up, platform, kube, deployTwice } = useWorkspace({ name: 'actions' });
const traffic = () => editor().webview('traffic');
const spec = async () =>
  ((await kube().get(serving('default', 'services', 'shop'))).spec?.['traffic'] ?? []) as {
    revisionName?: string;
    percent?: number;
    tag?: string;
  }[];
const shares = async () =>
  (await spec())
    .filter(({ percent = 0 }) => percent > 0)
    .map(({ revisionName = '@latest', percent }) => `${revisionName} ${percent}`)
    .sort()
    .join();
const revisions = () => editor().webview('revisions');
const menu = (row: string | RegExp, command: string) => editor().menu('Applications', row, command);
const confirm = async (text: RegExp, button: string) => {
  const dialog = editor().page.locator('.monaco-dialog-box', { hasText: text });
  await dialog.waitFor();
  await dialog.locator('.monaco-button', { hasText: button }).first().click();
};
const copied = (text: string | RegExp) =>
  until('the clipboard', async () => {
    const now = String(await editor().page.evaluate('navigator.clipboard.readText()'));
    return (typeof text === 'string' ? now === text : text.test(now)) ? now : undefined;
  });

beforeAll(async () => {
  await up('--port', '0');
  await run('new', 'node-web', path('shop'));
  await deployTwice(path('shop'));
  await editor().openContainer();
  await editor().row('Applications', '00002').waitFor({ timeout: 60_000 });
  await (await traffic()).locator('.rev').first().waitFor();
}, 240_000);

describe('the traffic view', () => {
  it('has presets, takes a change back, and applies', async () => {
    const page = await traffic();
    const field = (short: string) => page.locator(`.rev[data-revision="shop-${short}"] .pct`);
    const preset = (name: string) => page.getByRole('button', { name, exact: true });
    const reads = (short: string, text: string) =>
      until(`${short} at ${text}`, async () => (await field(short).inputValue()) === text);
    await reads('00002', '100 %');
    if (!(await field('00001').isVisible())) {
      await page.getByText('Add Revision').click();
      await field('00001').waitFor();
    }
    await preset('50 / 50').click();
    await reads('00001', '50 %');
    await preset('90 / 10').click();
    await reads('00002', '90 %');
    await preset('−10 %').click();
    await reads('00002', '80 %');
    await page.getByRole('button', { name: 'Undo Last Change' }).click();
    await reads('00002', '90 %');
    await editor().shot('presets');
    await page.locator('#apply').click();
    await until('the split', async () => (await shares()) === 'shop-00001 10,shop-00002 90');
  });

  it('is shown beside a tree that is true when it is shown again, whatever changed while it was hidden and just then', async () => {
    const split = (first: number) =>
      kube().call(
        'PATCH',
        serving('default', 'services', 'shop'),
        {
          spec: {
            traffic: [
              { revisionName: 'shop-00001', percent: first },
              { revisionName: 'shop-00002', percent: 100 - first },
            ],
          },
        },
        'application/merge-patch+json',
      );
    const elsewhere = editor().page.locator('.activitybar .action-item [aria-label^="Explorer"]').first();
    let made = 0;
    let on = true;
    const changes = async () => {
      for (; on; made += 1) {
        await split(11 + (made % 80));
        await delay(40);
      }
    };
    const more = async (count: number) => {
      const before = made;
      await until('changes', () => made >= before + count);
    };
    const changing = changes();
    for (let shown = 0; shown < 5; shown += 1) {
      // What the tree was told last reaches the editor a fifth of a second later, when it is hidden.
      await elsewhere.click();
      await more(6);
      await editor().openContainer();
      await more(6);
    }
    on = false;
    await changing;
    await split(18);
    await editor()
      .row('Applications', /00001.*18 %/)
      .waitFor();
    expect(editor().complaints.list()).toEqual([]);
    await split(10);
    await editor()
      .row('Applications', /00001.*10 %/)
      .waitFor();
  });

  it('is summed up in the status bar: the platform with its health, the service with its instances', async () => {
    const item = (id: string) => editor().page.locator(`.statusbar-item[id*="${id}"]`);
    await item('slipway.platform')
      .filter({ hasText: 'embedded', has: editor().page.locator('.codicon-check') })
      .waitFor();
    await item('slipway.service')
      .filter({ hasText: /shop .*\d instances?$/ })
      .waitFor();
    await item('slipway.service').click();
    await editor()
      .page.locator('.tab.active', { hasText: /shop: Revisions/ })
      .waitFor();
  });
});

describe('a revision', () => {
  it('is given a tag that is checked as it is typed, and answers at the URL of its own', async () => {
    await menu('00001', 'slipway.revision.tag');
    await editor().quickInput.type('Old one');
    await editor().quickInput.expectMessage(/lower-case/);
    await editor().quickInput.type('old');
    await editor().quickInput.accept();
    await until('the tag', async () =>
      (await spec()).some(({ tag, revisionName }) => tag === 'old' && revisionName === 'shop-00001'),
    );
    await editor()
      .row('Applications', /00001.*old/)
      .waitFor();
    await editor().shot('tagged');
    await menu('00001', 'slipway.service.copyUrl');
    const url = new URL(await copied(/old-shop/));
    const answer = await request(platform().ingress, { host: url.hostname });
    expect(answer.body).toContain('shop-00001');
    // A rate that comes or goes draws the service's rows anew, and an editor that does so forgets what an open menu is about.
    const measured = editor().row('Applications', /req\/s/);
    await measured.waitFor();
    await measured.waitFor({ state: 'detached' });
  });

  it('is compared with another that is picked', async () => {
    await menu('00001', 'slipway.revision.compare');
    await editor().quickInput.choose('00002');
    await editor().page.locator('.tab.active', { hasText: 'shop: 00001 ↔ 00002' }).waitFor();
    await editor().page.locator('.multiDiffEditor').getByText('PRICES').first().waitFor();
    await editor().page.keyboard.press('Control+F4');
  });

  it('is sent all traffic, and the split before comes back', async () => {
    await menu('00001', 'slipway.traffic.sendAll');
    await until('all on it', async () => (await shares()) === 'shop-00001 100');
    await editor().run('slipway.traffic.rollback');
    await until('the split before', async () => (await shares()) === 'shop-00001 10,shop-00002 90');
  });

  it('has in its tab what it has in the tree: its tag’s URL, pin and follow, all traffic and back, another tag', async () => {
    await editor().run('slipway.service.openRevisions');
    const panel = await revisions();
    const row = (short: string) => panel.locator(`tr[data-revision="shop-${short}"]`);
    const press = async (short: string, label: RegExp) => {
      await row(short).hover();
      await row(short).getByRole('button', { name: label }).click();
    };
    const opened = editor().page.context().waitForEvent('page');
    await row('00001').locator('.tag', { hasText: 'old' }).click();
    const page = await opened;
    await page.getByText('shop-00001').first().waitFor();
    await page.close();
    await press('00002', /follow the latest/);
    await until('following', async () => (await shares()) === '@latest 90,shop-00001 10');
    await press('00002', /^Pin the share/);
    await until('pinned', async () => (await shares()) === 'shop-00001 10,shop-00002 90');
    await press('00001', /^Send all traffic/);
    await until('all on it', async () => (await shares()) === 'shop-00001 100');
    await editor().shot('tab');
    await panel.locator('#rollback').click();
    await until('the split before', async () => (await shares()) === 'shop-00001 10,shop-00002 90');
    await press('00002', /^Tag 00002/);
    await editor().quickInput.type('newest');
    await editor().quickInput.accept();
    await row('00002').locator('.tag', { hasText: 'newest' }).waitFor();
  });

  it('is not deleted while it takes traffic, and is after a question when it takes none', async () => {
    await menu('00001', 'slipway.revision.delete');
    await editor()
      .notification(/00001 takes 10 %/)
      .waitFor();
    const panel = await revisions();
    const row = panel.locator('tr[data-revision="shop-00001"]');
    const remove = row.getByRole('button', { name: /^Delete/ });
    expect(await remove.isDisabled()).toBe(true);
    await run('traffic', 'shop', 'shop-00002=100', '--tag', '=old');
    await editor().row('Applications', /00001/).filter({ hasNotText: 'old' }).waitFor();
    await row.locator('.tag', { hasText: 'old' }).waitFor({ state: 'detached' });
    await row.hover();
    await remove.click();
    await confirm(/Delete revision shop-00001/, 'Delete');
    await editor().row('Applications', '00001').waitFor({ state: 'detached' });
    expect(await kube().find(serving('default', 'revisions', 'shop-00001'))).toBeUndefined();
    await row.waitFor({ state: 'detached' });
    expect(await panel.locator('tr[data-revision="shop-00002"]').textContent()).not.toContain('first revision');
  });
});

describe('a start after zero that takes longer than its limit', () => {
  it('is an alert in the status bar and the tree, once, and no notification', async () => {
    const file = path('shop', 'slipway.yaml');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\nalerts:\n  coldStartMs: 1\n`);
    const pods = async () => (await kube().get(core('default', 'pods'))).items?.length;
    await until('no instance', async () => {
      await run('clock', 'advance', '2m');
      return (await pods()) === 0;
    });
    await editor().row('Applications', /00002/).filter({ hasText: 'at zero' }).waitFor();
    expect((await request(platform().ingress, { host: 'shop.default.localhost' })).status).toBe(200);
    const item = editor().page.locator('.statusbar-item[id*="slipway.alerts"]', { hasText: /shop: cold start \d/ });
    await item.waitFor();
    await editor()
      .row('Applications', /cold start [\d.]+ m?s/)
      .waitFor();
    expect(await item.count()).toBe(1);
    expect(await editor().page.locator('.notification-toast').filter({ hasText: 'cold start' }).count()).toBe(0);
    // A click leads to where its phases stand.
    await item.click();
    // Of the last start: on a slow machine a revision was at zero before its page was opened, too.
    const phases = (await revisions()).locator('.wf').first().locator('> div');
    await phases.filter({ hasText: /app boot[\d.]+ m?s/ }).waitFor();
    expect(await phases.count()).toBeGreaterThan(3);
    await editor().shot('cold-start');
  });
});

describe('a service', () => {
  it('is shown as the platform has it, and its URL copied', async () => {
    await menu(serviceRow('shop'), 'slipway.service.showYaml');
    await editor().page.locator('.tab.active', { hasText: 'shop.yaml' }).waitFor();
    await editor().page.locator('.view-line', { hasText: 'kind: Service' }).first().waitFor();
    await menu(serviceRow('shop'), 'slipway.service.copyUrl');
    await copied(`http://shop.default.localhost:${platform().ingress.port}`);
  });

  it('is deleted after a question', async () => {
    await menu(serviceRow('shop'), 'slipway.service.delete');
    await confirm(/Delete the service shop from embedded/, 'Delete');
    await until('it gone', async () => (await kube().find(serving('default', 'services', 'shop'))) === undefined);
    await editor()
      .row('Applications', /not deployed/)
      .waitFor();
    await (await traffic())
      .getByText(/shop-0000/)
      .first()
      .waitFor({ state: 'detached' });
    await editor().shot('deleted');
  });
});

describe('a platform', () => {
  it('gives the path of its kubeconfig, forgets its objects after a question, and stops', async () => {
    await run('deploy', path('shop'));
    await editor().row('Applications', '00001').waitFor({ timeout: 60_000 });
    await editor().run('slipway.platform.copyKubeconfig');
    await copied(platform().kubeconfig);
    await editor().run('slipway.platform.reset');
    await confirm(/Forget everything on platform embedded/, 'Reset');
    await until('it gone', async () => (await kube().find(serving('default', 'services', 'shop'))) === undefined);
    await editor()
      .row('Applications', /not deployed/)
      .waitFor();
    await editor().run('slipway.platform.stop');
    await editor()
      .row('Platform', /embedded/)
      .filter({ hasText: 'stopped' })
      .waitFor();
    await editor().shot('stopped');
  });
});
