/**
 * The four flows of the product, one after the other in one window, as a user has them. What each claims is asked of the platform:
 * requests through the ingress, objects through the API.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { serviceRow } from '../../support/editor/editor.ts';
import { useWorkspace } from '../../support/editor/workspace.ts';
import { distribution, request } from '../../support/ingress.ts';
import { isReady, serving } from '../../support/kube.ts';
import { until } from '../../support/until.ts';

const host = 'shop.default.localhost';
const { editor, path, find, platform, kube } = useWorkspace({ name: 'flows' });

const shop = () => kube().get(serving('default', 'services', 'shop'));
const source = () => path('shop', 'src', 'server.ts');
const revisionOf = (body: string) => (JSON.parse(body) as { revision: string }).revision;

describe('scaffold', () => {
  it('asks for a template, a name that is checked as it is typed, and a folder; the files open', async () => {
    await editor().run('slipway.application.new');
    await editor().quickInput.choose('node-web');
    await editor().quickInput.type('Shop!');
    await editor().quickInput.expectMessage(/lower-case/);
    await editor().shot('name-refused');
    await editor().quickInput.type('shop');
    await editor().quickInput.expectMessage('shop.default.localhost');
    await editor().shot('name');
    await editor().quickInput.accept();
    await editor().quickInput.choose('workspace');
    await editor().page.locator('.editor-group-container .tab.active').waitFor();
    expect(readFileSync(path('shop', 'slipway.yaml'), 'utf8')).toContain('name: shop');
    expect(readFileSync(source(), 'utf8')).toContain('process.env.PORT');
    await editor().row('Applications', /shop/).waitFor();
    await editor().shot('scaffolded');
  });
});

describe('deploy in one click', () => {
  it('ends in a verdict with the URL, and the application answers through the ingress', async () => {
    await editor().openContainer();
    await editor().act('Applications', /^shop/, 'slipway.application.deploy');
    await editor()
      .notification(/shop-00001 serves 100 %/)
      .waitFor({ timeout: 90_000 });
    await editor().shot('verdict');
    await find();
    const answer = await request(platform().ingress, { host });
    expect(answer.status).toBe(200);
    expect(revisionOf(answer.body)).toBe('shop-00001');
    expect(isReady(await shop())).toBe(true);
  });

  it('deploys a change as a second revision that takes over', async () => {
    writeFileSync(source(), readFileSync(source(), 'utf8').replace('{greeting}, $', '{greeting} and welcome, $'));
    await editor().act('Applications', /^shop/, 'slipway.application.deploy');
    await editor()
      .notification(/shop-00002 serves 100 %/)
      .waitFor({ timeout: 90_000 });
    expect((await request(platform().ingress, { host })).body).toContain('Hello and welcome, world!');
  });
});

describe('the traffic slider', () => {
  it('drags to 70/30, applies, and 1,000 requests show it', async () => {
    const page = await editor().webview('traffic');
    const first = page.locator('.rev[data-revision="shop-00001"]');
    const second = page.locator('.rev[data-revision="shop-00002"]');
    const slider = second.locator('input[type="range"]');
    // The view follows the verdict a moment later; before that the first one has its row yet.
    await until('all on the second', async () => (await slider.inputValue({ timeout: 2_000 })) === '100');
    // At 0 % without a tag it waits behind "Add Revision...".
    if (!(await first.isVisible())) await page.getByText('Add revision').click();
    await first.waitFor();
    const box = await slider.boundingBox();
    if (!box) throw new Error('the slider is not to be seen');
    const mouse = editor().page.mouse;
    await mouse.move(box.x + box.width - 6, box.y + box.height / 2);
    await mouse.down();
    await mouse.move(box.x + box.width * 0.5, box.y + box.height / 2, { steps: 8 });
    await mouse.move(box.x + box.width * 0.7, box.y + box.height / 2, { steps: 4 });
    await mouse.up();
    const dragged = Number(await slider.inputValue());
    expect(dragged).toBeGreaterThan(60);
    expect(dragged).toBeLessThan(80);
    const other = async () => Number(await first.locator('input[type="range"]').inputValue());
    expect(dragged + (await other())).toBe(100);
    // A drag is as exact as a hand; the arrow keys do the rest.
    for (let value = dragged; value !== 70; value = Number(await slider.inputValue())) {
      await slider.press(value < 70 ? 'ArrowRight' : 'ArrowLeft');
      await until('the step', async () => Number(await slider.inputValue()) !== value);
    }
    expect([await slider.inputValue(), String(await other())]).toEqual(['70', '30']);
    await editor().shot('dragged');
    // What is wished is not yet what is.
    expect((await shop()).status?.traffic?.some(({ percent }) => percent === 70)).toBe(false);

    await page.locator('#apply').click();
    await until('the route', async () => {
      const traffic = (await shop()).status?.traffic ?? [];
      return traffic.some(({ revisionName, percent }) => revisionName === 'shop-00002' && percent === 70);
    });
    const counts = await distribution(
      platform().ingress,
      { host },
      1_000,
      ({ status, body }) => `${status} ${revisionOf(body)}`,
    );
    expect(Object.keys(counts).sort()).toEqual(['200 shop-00001', '200 shop-00002']);
    expect(counts['200 shop-00002']).toBeGreaterThan(630);
    expect(counts['200 shop-00002']).toBeLessThan(770);
    await page.locator('#rollback').waitFor();
    await editor().shot('applied');
  });

  it('rolls back', async () => {
    const page = await editor().webview('traffic');
    await page.locator('#rollback').click();
    await until('all on the second', async () => {
      const traffic = (await shop()).status?.traffic ?? [];
      return traffic.filter(({ percent }) => (percent ?? 0) > 0).length === 1;
    });
    expect(revisionOf((await request(platform().ingress, { host })).body)).toBe('shop-00002');
  });
});

describe('run and debug', () => {
  const devHost = 'shop.dev.localhost';
  let line = 0;
  beforeAll(() => {
    line =
      readFileSync(source(), 'utf8')
        .split('\n')
        .findIndex((text) => text.includes("searchParams.get('name')")) + 1;
  });

  it('stops at a breakpoint in a TypeScript handler on a request through the ingress', async () => {
    const { page } = editor();
    await editor().openAt('shop/src/server.ts', line);
    await page.keyboard.press('F9');
    await page.locator('.codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified').first().waitFor();
    await editor().openContainer();
    await editor().act('Applications', /^shop/, 'slipway.application.debug');
    await until('the running application', async () => isReady(await kube().find(serving('dev', 'services', 'shop'))), {
      timeout: 60_000,
    });
    const answered = request(platform().ingress, { host: devHost, path: '/?name=breakpoint', timeout: 100_000 });
    await page.locator('.debug-top-stack-frame-line').first().waitFor({ timeout: 60_000 });
    await page.locator('.debug-toolbar').waitFor();
    await editor().shot('breakpoint');
    await page.keyboard.press('F5');
    const answer = await answered;
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('breakpoint');
  });

  it('stop ends everything: no service, no instance, no process', async () => {
    await editor().page.keyboard.press('Shift+F5');
    await until('the service gone', async () => (await kube().find(serving('dev', 'services', 'shop'))) === undefined);
    await until(
      'the instances gone',
      async () => (await kube().get('/api/v1/namespaces/dev/pods')).items?.length === 0,
    );
    await editor().page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    // What is deployed is untouched.
    expect((await request(platform().ingress, { host })).status).toBe(200);
  });
});

describe('logs', () => {
  const line = (text: string | RegExp) => ({ hasText: text });

  it('follow the service inline', async () => {
    await editor().openContainer();
    await editor().act('Applications', serviceRow('shop'), 'slipway.service.showLogs');
    const page = await editor().webview('logs');
    await request(platform().ingress, { host, path: '/?name=first-line' });
    await page.locator('.row', line('first-line')).first().waitFor();
    await editor().shot('logs');
  });

  it('go on with a new revision, through zero, and back', async () => {
    const manifest = path('shop', 'deploy', 'service.yaml');
    const annotated = readFileSync(manifest, 'utf8').replace(
      'annotations:\n',
      'annotations:\n        autoscaling.knative.dev/window: "6s"\n',
    );
    writeFileSync(manifest, annotated);
    const boom = "  if (url.pathname === '/boom') console.error(new Error('boom').stack);\n";
    writeFileSync(source(), readFileSync(source(), 'utf8').replace('  const name = url', `${boom}  const name = url`));
    await editor().act('Applications', /^shop/, 'slipway.application.deploy');
    // A roll-back pinned the traffic: the new revision is ready, and gets it when it is sent there.
    await editor()
      .notification(/shop-00003 is ready and takes 0 %/)
      .waitFor({ timeout: 90_000 });
    const traffic = await editor().webview('traffic');
    await traffic.getByText('All to Latest').click();
    await traffic.locator('#apply').click();
    await until('the third revision', async () => {
      const targets = (await shop()).status?.traffic ?? [];
      return targets.some(({ revisionName, percent }) => revisionName === 'shop-00003' && percent === 100);
    });
    await request(platform().ingress, { host, path: '/?name=third-revision' });
    const page = await editor().webview('logs');
    await page.locator('.row', line('third-revision')).first().waitFor();
    const autoscaler = '/apis/autoscaling.internal.knative.dev/v1alpha1/namespaces/default/podautoscalers/shop-00003';
    await until('zero', async () => (await kube().get(autoscaler)).status?.desiredScale === 0, {
      timeout: 90_000,
      every: 250,
    });
    const woken = await request(platform().ingress, { host, path: '/?name=after-zero' });
    expect(woken.status).toBe(200);
    await page.locator('.row', line('after-zero')).first().waitFor();
    await editor().shot('logs-after-zero');
  }, 180_000);

  it('link to the line that wrote them', async () => {
    await request(platform().ingress, { host, path: '/boom' });
    const page = await editor().webview('logs');
    const at =
      readFileSync(source(), 'utf8')
        .split('\n')
        .findIndex((text) => text.includes("new Error('boom')")) + 1;
    await page
      .locator('.link', line(new RegExp(`server\\.ts:${at}`)))
      .first()
      .click();
    await editor().page.locator('.editor-group-container .tab.active', { hasText: 'server.ts' }).waitFor();
    await editor()
      .page.locator('.statusbar-item', { hasText: `Ln ${at},` })
      .waitFor();
    await editor().shot('source');
  });
});
