/** The traffic page alone in a browser, without an editor: keys, what is read out, painting times, and room at 180 px. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CanaryView, TrafficRowView, TrafficState } from '../../../webview/protocol.ts';
import { openPage, type PageHarness } from '../../support/pages/page-harness.ts';
import { until } from '../../support/until.ts';

const service = { key: 'default/shop', name: 'shop', namespace: 'default' };
const row = (short: string, percent: number, more: Partial<TrafficRowView> = {}): TrafficRowView => ({
  ...{ revision: `shop-${short}`, short, percent, actual: percent, followsLatest: false, latestReady: false },
  ...{ tags: [], state: 'ready', reason: '', details: '', instances: 1 },
  ...more,
});
const state = (rows: TrafficRowView[], more: Partial<TrafficState> = {}): TrafficState => ({
  ...{ on: 'here', service, services: [service], platform: 'ready', moving: 'allowed', url: null, rows, others: [] },
  ...{ settled: true, canRollBack: true, canary: null, measures: true, alerts: [], problem: null },
  ...more,
});
const two = [row('00002', 30, { latestReady: true }), row('00001', 70)];
const hostile = '<img src=x onerror="document.title=1">‮gnp.🦊';

let traffic: PageHarness<'traffic'>;
beforeAll(async () => {
  traffic = await openPage('traffic', { width: 300, height: 700 });
});
afterAll(async () => traffic[Symbol.asyncDispose]());

const slider = (short: string) => traffic.page.locator(`.rev[data-revision="shop-${short}"] input[type="range"]`);
const values = async () =>
  Promise.all(['00002', '00001'].map(async (short) => Number(await slider(short).inputValue())));
const reset = async (rows = two, more: Partial<TrafficState> = {}) => {
  await traffic.send('state', state([row('other', 100)], { service: { ...service, key: 'default/other' } }));
  await traffic.page.locator('.rev[data-revision="shop-other"]').waitFor();
  await traffic.send('state', state(rows, more));
  await slider('00002').waitFor();
};

describe('keys', () => {
  it.each([
    ['ArrowRight', [31, 69]],
    ['ArrowLeft', [29, 71]],
    ['Shift+ArrowRight', [40, 60]],
    ['Shift+ArrowLeft', [20, 80]],
    ['PageUp', [40, 60]],
    ['Home', [0, 100]],
    ['End', [100, 0]],
  ])('%s', async (key, expected) => {
    await reset();
    await slider('00002').press(key);
    expect(await values()).toEqual(expected);
  });

  it('a number is typed, and Escape takes it back', async () => {
    await reset();
    const field = traffic.page.locator('.rev[data-revision="shop-00002"] .pct');
    await field.fill('45');
    await field.press('Enter');
    expect(await values()).toEqual([45, 55]);
    await field.fill('99');
    await field.press('Escape');
    expect([await field.inputValue(), ...(await values())]).toEqual(['45 %', 45, 55]);
  });

  it('reaches the lock and the tag of a row, which show themselves then', async () => {
    await reset();
    const lock = traffic.page.locator('.rev[data-revision="shop-00001"] .lock');
    await lock.focus();
    await traffic.page.keyboard.press('Enter');
    expect(await lock.getAttribute('aria-pressed')).toBe('true');
    await slider('00002').press('ArrowRight');
    await traffic.page.getByText('All other revisions are locked').waitFor();
    expect(await values()).toEqual([30, 70]);
  });
});

describe('revisions that are not in the view', () => {
  it('are offered where one of them can be given traffic', async () => {
    const add = traffic.page.getByText('Add revision', { exact: false });
    await reset(two, { others: [row('00003', 0, { state: 'failed' })] });
    expect(await add.count()).toBe(0);
    await reset(two, { others: [row('00003', 0, { state: 'failed' }), row('00000', 0, { state: 'zero' })] });
    await add.waitFor();
  });
});

describe('the wish', () => {
  it('is sent with what it was made on, and pins a new split', async () => {
    await reset([
      row('00002', 100, { latestReady: true, followsLatest: true }),
      row('00001', 0, { tags: [{ tag: 'old', url: null }] }),
    ]);
    await traffic.page.getByText('by its tag only').waitFor();
    await traffic.page.getByText('follows latest').waitFor();
    await traffic.page.getByText('50 / 50').click();
    await traffic.page.getByText('pinned').waitFor();
    await traffic.page.locator('#apply').click();
    const applied = (await traffic.asked()).findLast(({ method }) => method === 'apply');
    expect(applied?.params).toEqual({
      key: 'default/shop',
      base: { 'shop-00002': 100 },
      percent: { 'shop-00001': 50, 'shop-00002': 50 },
      follow: false,
    });
  });

  it('is applied by a press during which the view is drawn anew, as it is each second while requests come', async () => {
    await reset();
    await slider('00002').press('Shift+ArrowRight');
    const applied = async () => (await traffic.asked()).filter(({ method }) => method === 'apply').length;
    const before = await applied();
    await traffic.page.locator('#apply').hover();
    await traffic.page.mouse.down();
    await traffic.send('state', state(two));
    await traffic.painted();
    await traffic.page.mouse.up();
    await until('it asked for', async () => (await applied()) === before + 1, { timeout: 5_000 });
  });

  it('is kept when the split is changed elsewhere: both are shown', async () => {
    await reset();
    await slider('00002').press('Shift+ArrowRight');
    await traffic.send('state', state([row('00002', 55), row('00001', 45)]));
    await traffic.page.getByText('changed elsewhere: 55 % to 00002, 45 % to 00001').waitFor();
    expect(await values()).toEqual([40, 60]);
    await traffic.page.locator('#takeTheirs').click();
    expect(await values()).toEqual([55, 45]);
  });

  it('is kept while the platform is away, with a line that says so', async () => {
    await reset();
    await slider('00002').press('Shift+ArrowRight');
    await traffic.send('state', state([], { service: null, services: [], platform: 'stopped' }));
    await traffic.page.getByText('The platform is not running.').waitFor();
    expect([await values(), await slider('00002').isDisabled()]).toEqual([[40, 60], true]);
    await traffic.send('state', state(two));
    await traffic.page.getByText('The platform is not running.').waitFor({ state: 'hidden' });
    await traffic.page.getByText('Not applied yet.').waitFor();
    expect([await values(), await slider('00002').isDisabled()]).toEqual([[40, 60], false]);
  });

  it('is kept when it is refused, with the reason in place', async () => {
    await reset();
    await slider('00002').press('Shift+ArrowRight');
    await traffic.answer('apply', {
      code: 'ApiRefused',
      text: 'admission webhook "guard" denied the request',
      fix: 'Ask.',
    });
    await traffic.page.locator('#apply').click();
    await traffic.page.locator('.note.bad', { hasText: 'admission webhook' }).waitFor();
    expect(await values()).toEqual([40, 60]);
    await traffic.answer('apply', null);
  });

  it('for one platform is none for a service of that name on another, whose absence does not show it either', async () => {
    await reset();
    await slider('00002').press('Shift+ArrowRight');
    await traffic.page.getByText('Not applied yet').waitFor();
    // While its own platform is away it stays.
    await traffic.send('state', state([], { platform: 'lost', service: null }));
    await traffic.page.getByText('The connection to the platform is lost').waitFor();
    expect(await values()).toEqual([40, 60]);
    await traffic.send('state', state([], { on: 'there', platform: 'lost', service: null }));
    await slider('00002').waitFor({ state: 'detached' });
    await traffic.send('state', state(two, { on: 'there' }));
    await slider('00002').waitFor();
    expect(await values()).toEqual([30, 70]);
    expect(await traffic.page.getByText('Not applied yet').count()).toBe(0);
  });

  it('on a platform that is not in use any more is refused, which stays in sight on the page of the one that is', async () => {
    await reset();
    await slider('00002').press('Shift+ArrowRight');
    const text = 'It was begun for here, and another platform is in use by now.';
    const problem = { code: 'PlatformChanged', text, fix: 'Nothing was done there.' };
    const line = traffic.page.locator('.note.bad', { hasText: text });
    await traffic.refuse('apply', problem);
    await traffic.refuse('rollback', problem);
    await traffic.page.locator('#apply').click();
    await line.waitFor();
    expect((await traffic.asked()).at(-1)).toMatchObject({ method: 'apply', on: 'here' });
    expect(await values()).toEqual([40, 60]);
    await traffic.send('state', state([], { on: 'there', platform: 'starting', service: null, services: [] }));
    await slider('00002').waitFor({ state: 'detached' });
    await line.waitFor();
    await traffic.send('state', state(two, { on: 'there' }));
    await slider('00002').waitFor();
    await line.waitFor();
    // Whichever comes first, the other platform's page or the answer.
    await traffic.refuse('apply', null);
    await traffic.page.locator('#rollback').click();
    await traffic.send('state', state(two));
    await line.waitFor();
    expect((await traffic.asked()).at(-1)).toMatchObject({ method: 'rollback', on: 'there' });
    await traffic.refuse('rollback', null);
    await traffic.page.locator('#rollback').click();
    await line.waitFor({ state: 'detached' });
    expect((await traffic.asked()).at(-1)).toMatchObject({ method: 'rollback', on: 'here' });
  });

  it('of one service that is still being written holds up no other', async () => {
    await reset(two, { service: { ...service, key: 'default/slow' } });
    await slider('00002').press('Shift+ArrowRight');
    await traffic.answer('apply', undefined);
    await traffic.page.locator('#apply').click();
    await traffic.page.getByText('Applying…').waitFor();
    expect(await slider('00002').isDisabled()).toBe(true);
    await traffic.send('state', state(two, { service: { ...service, key: 'default/other' } }));
    await traffic.page.getByText('Applying…').waitFor({ state: 'detached' });
    expect(await slider('00002').isEnabled()).toBe(true);
    await slider('00002').press('ArrowRight');
    expect(await values()).toEqual([31, 69]);
    await traffic.answer('apply', null);
  });
});

describe('a guarded canary', () => {
  it('says beside its field what cannot be, and is sent as it was set', async () => {
    await reset();
    await traffic.page.locator('#guarded').click();
    await traffic.page.locator('#canary-steps').fill('20, 50');
    await traffic.page.locator('#canary-start').click();
    expect(await traffic.page.locator('#canary-steps').getAttribute('aria-invalid')).toBe('true');
    await traffic.page.locator('#canary-steps').fill('40, 100');
    await traffic.page.locator('#canary-maxP95Ratio').fill('');
    await traffic.page.locator('#canary-start').click();
    const sent = (await traffic.asked()).findLast(({ method }) => method === 'startCanary');
    expect(sent?.params).toEqual({
      key: 'default/shop',
      plan: {
        ...{ revision: 'shop-00002', steps: [40, 100], pauseSeconds: 60, maxErrorPercent: 1 },
        ...{ maxP95Ratio: null, minRequests: 20 },
      },
    });
  });

  const canary: Omit<CanaryView, 'driven' | 'text'> = {
    revision: 'shop-00002',
    short: '00002',
    phase: 'running',
    step: 0,
    steps: [30, 100],
  };

  it.each([
    ['begins', null],
    ['is refused', { code: 'CanaryLimit', text: 'No such limit.', fix: 'Another one.' }],
  ])('touches nothing of another service that is shown by the time that it %s', async (_, answer) => {
    await reset();
    await traffic.page.locator('#guarded').click();
    await traffic.page.locator('#canary-steps').fill('40, 100');
    await traffic.answer('startCanary', undefined);
    const before = (await traffic.asked()).length;
    await traffic.page.locator('#canary-start').click();
    expect((await traffic.asked()).slice(before)).toMatchObject([{ method: 'startCanary' }]);
    await traffic.send('state', state(two, { service: { ...service, key: 'default/desk' } }));
    await traffic.page.locator('#canary-start').waitFor({ state: 'detached' });
    await slider('00002').press('ArrowRight');
    await traffic.answerNow('startCanary', answer);
    await traffic.painted();
    expect(await values()).toEqual([31, 69]);
    expect(await traffic.page.getByText('No such limit.').count()).toBe(0);
    await traffic.answer('startCanary', null);
  });

  it('offers a revision that came since the form was opened, and is in sight once it has begun', async () => {
    await traffic.page.setViewportSize({ width: 300, height: 150 });
    await reset();
    await traffic.page.locator('#guarded').click();
    const revision = traffic.page.locator('#canary-revision');
    await revision.selectOption('shop-00001');
    const newer = row('00003', 0, { latestReady: true });
    await traffic.send('state', state([newer, ...two]));
    await revision.locator('option', { hasText: '00003' }).waitFor({ state: 'attached' });
    expect(await revision.inputValue()).toBe('shop-00001');
    await revision.selectOption('shop-00003');
    await traffic.page.locator('#canary-start').click();
    await traffic.page.locator('#canary-start').waitFor({ state: 'detached' });
    const begun = { ...canary, revision: 'shop-00003', short: '00003', driven: true, text: 'Step 1 of 2' };
    await traffic.page.evaluate('scrollTo(0, 2_000)');
    expect(await traffic.page.evaluate('scrollY')).toBeGreaterThan(100);
    await traffic.send('state', state([newer, ...two], { canary: begun }));
    const card = traffic.page.getByText('Step 1 of 2');
    await card.waitFor();
    await until('the canary in sight', async () => ((await card.boundingBox())?.y ?? -1) >= 0);
    await traffic.page.setViewportSize({ width: 300, height: 700 });
  });

  it('has the split while somebody drives it', async () => {
    await reset(two, { canary: { ...canary, driven: true, text: 'Step 1 of 2: 30 %, watching for 9 s more' } });
    await traffic.page.getByText('watching for 9 s more').waitFor();
    expect(await slider('00002').isDisabled()).toBe(true);
    const button = await traffic.page.locator('#canary-hold').elementHandle();
    await traffic.send(
      'state',
      state(two, { canary: { ...canary, driven: true, text: 'Step 1 of 2: 30 %, watching for 8 s more' } }),
    );
    await traffic.page.getByText('watching for 8 s more').waitFor();
    // The same button: a click that is under way is not lost to a second that passes.
    expect(await button?.evaluate((node) => (node as unknown as { isConnected: boolean }).isConnected)).toBe(true);
  });
});

describe('the page', () => {
  it('takes hostile names for what they are', async () => {
    await reset([row('00002', 30, { tags: [{ tag: hostile, url: null }] }), row('00001', 70, { short: hostile })]);
    expect(await traffic.page.locator('.rev b').last().textContent()).toBe(hostile);
    expect([await traffic.page.locator('#root img').count(), await traffic.page.title()]).toEqual([0, 'traffic']);
  });

  it('does not move where the system or the editor says so', async () => {
    await reset();
    const moves = () =>
      traffic.page.evaluate(
        `[...document.querySelectorAll('*')].flatMap((element) => document.getAnimations().concat(getComputedStyle(element).transitionDuration)).filter((what) => what !== '0s').length`,
      );
    expect(await moves()).toBeGreaterThan(0);
    await traffic.page.evaluate(`document.body.classList.add('vscode-reduce-motion')`);
    expect(await moves()).toBe(0);
    await traffic.page.evaluate(`document.body.classList.remove('vscode-reduce-motion')`);
    await traffic.page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await moves()).toBe(0);
    await traffic.page.emulateMedia({ reducedMotion: null });
  });

  it('does not move sideways at 180 px or at 200 % zoom', async () => {
    await reset();
    for (const width of [180, 150]) {
      await traffic.page.setViewportSize({ width, height: 700 });
      const over = await traffic.page.evaluate(() => {
        const { scrollWidth, clientWidth } = (
          globalThis as unknown as { document: { documentElement: Record<'scrollWidth' | 'clientWidth', number> } }
        ).document.documentElement;
        return scrollWidth - clientWidth;
      });
      expect(over).toBeLessThanOrEqual(0);
    }
    await traffic.page.setViewportSize({ width: 300, height: 700 });
  });

  it('reads a note out once, however often the figures change', async () => {
    await reset(two, { alerts: ['shop 00002: 12 % errors (limit 5 %)'] });
    const note = await traffic.page.locator('.note.warn').elementHandle();
    await traffic.send('live', { at: 1, revisions: {} });
    await traffic.send('live', { at: 2, revisions: {} });
    await traffic.page.locator('.rev').first().waitFor();
    expect(await note?.evaluate((node) => (node as unknown as { isConnected: boolean }).isConnected)).toBe(true);
  });
});
