/** What a screen reader is told without being asked, and what it is spared: each page alone, with its live regions. */
import { describe, expect, it } from 'vitest';
import type { PageName } from '../../../webview/protocol.ts';
import { openPage, type PageHarness } from '../../support/pages/page-harness.ts';
import { canaryOf, pageStates, revisionsOf, trafficOf } from '../../support/pages/states.ts';
import { until } from '../../support/until.ts';

async function opened<Name extends PageName>(page: Name, state: string): Promise<PageHarness<Name>> {
  const harness = await openPage(page, { width: 600, height: 700 });
  await pageStates.find(({ name }) => name === state)?.bring(harness as unknown as PageHarness<PageName>);
  return harness;
}
/** With plain blanks where the page keeps a number and its unit in one line. */
const said = async ({ page }: PageHarness<PageName>) =>
  (await page.locator('.visually-hidden[role="status"]').textContent())?.replaceAll('\u00a0', ' ');
const says = (harness: unknown, words: RegExp) =>
  until(`it says ${words}`, async () => words.test((await said(harness as PageHarness<PageName>)) ?? ''));

describe('the traffic view', () => {
  it('says what a key led to, and what was applied', async () => {
    await using harness = await opened('traffic', 'traffic-settled');
    const slider = harness.page.locator('.rev[data-revision="shop-00005"] input[type=range]');
    await slider.press('Shift+ArrowRight');
    await says(harness, /40 % to 00005, 60 % to 00004/);
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/40 %/);
    await harness.page.locator('#apply').click();
    await says(harness, /40 % to 00005, 60 % to 00004.*|[Aa]pplied/);
  });

  it('says why it was refused', async () => {
    await using harness = await opened('traffic', 'traffic-refused');
    expect(await harness.page.getByRole('alert').textContent()).toContain('denied the request');
  });

  it('says each step of a canary and its end, and not the seconds between', async () => {
    await using harness = await opened('traffic', 'traffic-canary-running');
    const step = (index: number, text: string) =>
      harness.send('state', trafficOf({ canary: canaryOf({ step: index, text }) }));
    await step(2, 'Step 3 of 4: 50 %, watching for 60 s more');
    await says(harness, /Step 3 of 4: 50 %, watching for 60 s/);
    await step(2, 'Step 3 of 4: 50 %, watching for 59 s more');
    await harness.page.getByText('watching for 59 s more').waitFor();
    expect(await said(harness as unknown as PageHarness<PageName>)).toContain('for 60 s');
    await harness.send('state', trafficOf({ canary: canaryOf({ phase: 'rolledBack', text: 'Rolled back: errors' }) }));
    await says(harness, /Rolled back: errors/);
  });
});

describe('the revisions panel', () => {
  it('says of a service that is gone that it is and how to have it back, and offers nothing else', async () => {
    await using harness = await opened('revisions', 'revisions-gone');
    await harness.page.getByText('shop is not on the platform any more. Deploy its application').waitFor();
    expect(await harness.page.locator('table, canvas, button, vscode-button').count()).toBe(0);
    await harness.send('state', revisionsOf({}));
    await harness.page.locator('tr[data-revision="shop-00005"]').waitFor();
    expect(await harness.page.locator('#compare').count()).toBe(1);
  });

  it('says each step of a canary, and not the seconds between', async () => {
    await using harness = await opened('revisions', 'revisions-failing');
    const step = (index: number, text: string) =>
      harness.send('state', revisionsOf({ canary: canaryOf({ step: index, text }) }));
    await step(2, 'Step 3 of 4: 50 %, watching for 60 s more');
    await says(harness, /for 60 s/);
    await step(2, 'Step 3 of 4: 50 %, watching for 59 s more');
    await harness.page.getByText('watching for 59 s more').waitFor();
    expect(await said(harness as unknown as PageHarness<PageName>)).toContain('for 60 s');
  });

  it('walks through a chart with the arrows and says the figures', async () => {
    await using harness = await opened('revisions', 'revisions-busy');
    const chart = harness.page.locator('[data-chart="share"]');
    await chart.focus();
    await chart.press('End');
    await says(harness, /^\d\d:\d\d:\d\d, 00005 30 %, 00004 70 %/);
    await chart.press('Home');
    await says(harness, /, 00005 0 %, 00004 100 %/);
    expect(await harness.page.locator('.readout').first().textContent()).toMatch(/100 %/);
  });
});

describe('the log view', () => {
  it('says that it stopped following and goes on, and not how many lines a second there are', async () => {
    await using harness = await opened('logs', 'logs-lines');
    await harness.page.getByRole('button', { name: 'Pause' }).click();
    await says(harness, /^paused$/);
    await harness.page.getByRole('button', { name: 'Follow the end' }).click();
    await says(harness, /^following$/);
    expect(await harness.page.locator('.status').getAttribute('role')).toBeNull();
  });
});

describe('the form for events', () => {
  it('says what is wrong with a field, and what was answered', async () => {
    await using faults = await opened('events', 'events-faults');
    expect(await faults.page.locator('#type-fault').textContent()).toMatch(/type/);
    expect(await faults.page.locator('#type-fault').getAttribute('role')).toBe('alert');
    expect(await faults.page.locator('#type').getAttribute('aria-invalid')).not.toBeNull();
    await using answered = await opened('events', 'events-answered');
    await says(answered, /^200 in 12 ms/);
  });
});
