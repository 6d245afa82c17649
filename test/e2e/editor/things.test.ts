/** Ping sources, events and domains: what fires next, a fire by hand, an event from the form, its trace, a domain with its preview. */
import { describe, expect, it } from 'vitest';
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

  it('remembers the form over a reload', async () => {
    await editor().reload('slipway.events');
    const page = await editor().webview('events');
    await until('the form', async () => (await page.locator('#type').inputValue()) === 'com.example.night');
    await page.locator('#trace tbody tr', { hasText: 'com.example.night' }).first().waitFor();
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
    const answer = await request(platform().ingress, { host: 'night.example.test' });
    expect(answer.status).toBe(404);
  });
});
