/** Ping sources, events and domains: what fires next, a fire by hand, an event from the form, its trace, a domain with its preview. */
import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { serviceRow } from '../../support/editor/editor.ts';
import { useWorkspace } from '../../support/editor/workspace.ts';
import { request } from '../../support/ingress.ts';
import { until } from '../../support/until.ts';

const { editor, path, run, up, platform } = useWorkspace({ name: 'things' });

describe('a scheduled application', () => {
  it('says in the tree when it fires next', async () => {
    await up('--port', '0');
    await run('new', 'cron-job', path('nightly'));
    await run('deploy', path('nightly'));
    await editor().openContainer();
    await editor()
      .row('Applications', /next .*, in /)
      .waitFor({ timeout: 60_000 });
    await editor().shot('next');
  });

  it('lists its next fires, each with its time and how long until then', async () => {
    await editor().run('slipway.ping.next');
    await editor().quickInput.expect('Next fires of nightly: Every 5 minutes');
    const fires = editor().quickInput.widget.locator('.quick-input-list .monaco-list-row');
    await fires.nth(9).waitFor();
    expect(await fires.count()).toBe(10);
    // Every five minutes, as its manifest says.
    expect(await fires.first().textContent()).toMatch(/:[0-5][05]:00.*in ([0-5] min|\d+ s)/);
    expect(await fires.nth(9).textContent()).toMatch(/in (4\d|50) min/);
    await editor().shot('next-fires');
    await editor().quickInput.cancel();
  });

  it('fires now and says what was delivered', async () => {
    await editor().act('Applications', /next .*, in /, 'slipway.ping.fire');
    await editor()
      .page.locator('.statusbar', { hasText: /200|202|204/ })
      .waitFor({ timeout: 60_000 });
    await editor().shot('fired');
  });

  it('gets an event from the form, and the trace tells both', async () => {
    await editor().run('slipway.event.send');
    const page = await editor().webview('events');
    await page.locator('#target option').first().waitFor({ state: 'attached' });
    await page.locator('#type').fill('');
    await page.locator('#send').click();
    await page.locator('#type-fault', { hasText: 'Give the event a type' }).waitFor();
    await page.locator('#type').fill('com.example.night');
    await page.locator('#data').fill('{ "broken"');
    await page.locator('#data-fault', { hasText: 'not JSON' }).waitFor();
    await editor().shot('refused');
    await page.locator('#data').fill('{ "hello": "<b>world</b>" }');
    await page.locator('#send').click();
    await page.locator('#answered', { hasText: /^20\d in [\d.]+ m?s/ }).waitFor({ timeout: 60_000 });
    const row = page.locator('#trace tbody tr', { hasText: 'com.example.night' });
    await row.first().waitFor();
    await page.locator('#trace tbody tr', { hasText: 'dev.knative.sources.ping' }).first().waitFor();
    await editor().shot('events');
  });

  it('remembers the form over a reload, and the log what it shows', async () => {
    await editor().run('slipway.service.showLogs');
    const log = await editor().webview('logs');
    await log.locator('input.filter').fill('/event|fire/');
    await log.getByLabel('Levels').selectOption('info');
    await log.getByRole('button', { name: 'Show times' }).click();
    await editor().reload('slipway.events', '/event|fire/', /times[\\"]+:false/);
    await editor().run('slipway.service.showLogs');
    const again = await editor().webview('logs');
    await until('its filter', async () => (await again.locator('input.filter').inputValue()) === '/event|fire/');
    expect(await again.getByLabel('Levels').inputValue()).toBe('info');
    expect(await again.getByRole('button', { name: 'Show times' }).getAttribute('aria-pressed')).toBe('false');
    await editor().run('View: Hide Panel');
    const page = await editor().webview('events');
    await until('the form', async () => (await page.locator('#type').inputValue()) === 'com.example.night');
    await page.locator('#trace tbody tr', { hasText: 'com.example.night' }).first().waitFor();
    // A minute of it may be the wait for what the workbench saves.
  }, 240_000);

  it('shows the URL that it gets in each environment, and copies the one that is chosen', async () => {
    appendFileSync(
      path('nightly', 'slipway.yaml'),
      `environments:
  test:
    platform: default
    namespace: team
    patch: { metadata: { labels: { networking.knative.dev/visibility: null } } }
  production:
    namespace: live
    domain: nightly.example.com
  elsewhere:
    platform: not-started
`,
    );
    await editor().openContainer();
    const { entry } = editor().quickInput;
    // The page that the reload brought back takes the focus once it is drawn, which closes a list that is open by then.
    const list = async () => {
      await editor().run('slipway.domain.preview');
      await entry(/nightly\.default\.svc\.cluster\.local/).waitFor({ timeout: 10_000 });
      return true;
    };
    await until('the list of URLs', list, { timeout: 60_000 });
    await entry(/production.*nightly\.live\.svc\.cluster\.local/).waitFor();
    await entry(/production.*nightly\.example\.com/).waitFor();
    await entry(/elsewhere.*not running/).waitFor();
    await editor().shot('environments');
    const url = `http://nightly.team.localhost:${platform().ingress.port}`;
    await editor().quickInput.choose(new RegExp(`test.*${url}`));
    await until('the clipboard', async () => (await editor().page.evaluate('navigator.clipboard.readText()')) === url);
  });

  it('gets a domain after a look at where it leads', async () => {
    await editor().openContainer();
    await editor().run('slipway.domain.add');
    await editor().quickInput.type('night.example.test');
    await editor().quickInput.accept();
    await editor()
      .quickInput.entry(/Add night.example.test to nightly/)
      .waitFor();
    await editor()
      .quickInput.entry(/nightly\.default\.svc\.cluster\.local/)
      .waitFor();
    await editor().shot('domain-preview');
    await editor().quickInput.choose(/Add night.example.test to nightly/);
    await editor().row('Applications', 'night.example.test').waitFor();
    const answer = await request(platform().ingress, { host: 'night.example.test' });
    expect(answer.status).toBeLessThan(500);
    await editor().shot('domain');
  });

  it('loses the domain again', async () => {
    await editor().act('Applications', 'night.example.test', 'slipway.domain.remove');
    await editor().page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Remove' }).click();
    await editor().row('Applications', 'night.example.test').waitFor({ state: 'detached' });
    const status = async () => (await request(platform().ingress, { host: 'night.example.test' })).status;
    // Its route goes a moment after the object that the row stood for.
    await until('it not routed', async () => (await status()) === 404);
  });

  it('is sent no event that is meant for another service, while the form lies behind another tab', async () => {
    await run('new', 'node-web', path('desk'));
    await run('deploy', path('desk'));
    const target = async () => (await editor().webview('events')).locator('#target');
    const goesTo = (key: string) =>
      until(`the form for ${key}`, async () => (await (await target()).inputValue({ timeout: 2_000 })) === key);
    const behind = () => editor().openAt('nightly/slipway.yaml', 1);
    await behind();
    await editor().openContainer();
    await editor().menu('Applications', serviceRow('desk'), 'slipway.event.send');
    await goesTo('default/desk');
    await (await target()).selectOption('default/nightly');
    await behind();
    await editor().run('slipway.event.send');
    await goesTo('default/nightly');
  });
});
