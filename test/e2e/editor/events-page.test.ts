/** The page "Events" alone in a browser, without an editor: which draft the form has when the page is there again. */
import { describe, expect, it } from 'vitest';
import type { EventDraftView, EventsState } from '../../../webview/protocol.ts';
import { openPage, type PageHarness } from '../../support/pages/page-harness.ts';
import { until } from '../../support/until.ts';

const key = 'default/shop';
const draft = (type: string): EventDraftView => ({
  ...{ key, type, source: '/desk', subject: '', contentType: 'application/json', data: '' },
});
const state: EventsState = {
  on: 'here',
  platform: 'ready',
  targets: [{ key, name: 'shop', namespace: 'default', url: 'http://shop.default.localhost:8080' }],
  traced: true,
  trace: [],
};

const others = {
  ...state,
  targets: ['shop', 'desk'].map((name) => {
    const service = { key: `default/${name}`, name, namespace: 'default' };
    return { ...service, url: `http://${name}.default.localhost:8080` };
  }),
};

/** The page as the host begins it, which was last sent at `sent`. */
const opened = (sent: number, kept?: unknown, more: { aimed?: boolean; state?: EventsState } = {}) =>
  openPage('events', {
    ...{ width: 900, height: 700, kept },
    first: [
      { name: 'state', payload: more.state ?? state },
      { name: 'form', payload: { draft: draft('com.example.sent'), sent, aimed: more.aimed ?? false } },
    ],
  });
const type = async ({ page }: PageHarness<'events'>) => page.locator('#type').inputValue();
const settled = (harness: PageHarness<'events'>) =>
  until(
    'the form',
    async () => (await harness.page.locator('#target option').count()) === 1 && (await type(harness)) !== '',
  );

describe('the form', () => {
  it('begins with what was last sent', async () => {
    await using harness = await opened(7);
    await settled(harness);
    expect(await type(harness)).toBe('com.example.sent');
  });

  it('has what was being written since', async () => {
    await using harness = await opened(7, { draft: draft('com.example.written'), over: 7 });
    await until('what was written', async () => (await type(harness)) === 'com.example.written');
  });

  it('does not fall back to what was written before that, which an editor may have kept', async () => {
    await using harness = await opened(7, { draft: draft('com.example.older'), over: 3 });
    await settled(harness);
    await harness.painted();
    expect(await type(harness)).toBe('com.example.sent');
  });

  it('keeps what was written before a busy host told what it begins with, and gets the rest from it', async () => {
    await using harness = await openPage('events', {
      ...{ width: 900, height: 700, answers: { ready: undefined } },
      first: [{ name: 'state', payload: state }],
    });
    await harness.page.locator('#type').fill('com.example.early');
    await harness.send('form', { draft: draft('com.example.sent'), sent: 7, aimed: false });
    await until('the rest', async () => (await harness.page.locator('#source').inputValue()) === '/desk');
    expect(await type(harness)).toBe('com.example.early');
  });

  it('keeps what is written after a send as written over that', async () => {
    await using harness = await opened(0);
    await settled(harness);
    await harness.answer('send', { sent: 9, status: 200, ms: 1, body: '', problem: null });
    await harness.page.locator('#send').click();
    await harness.page.locator('#answered').waitFor();
    await harness.page.locator('#type').fill('com.example.next');
    expect(await harness.kept()).toMatchObject({ draft: { type: 'com.example.next' }, over: 9 });
  });

  const target = async ({ page }: PageHarness<'events'>) => page.locator('#target').inputValue();

  it('goes to the service that was chosen in it, also when the page or its platform is there again', async () => {
    const written = { ...draft('com.example.written'), key: 'default/desk' };
    await using harness = await opened(7, { draft: written, over: 7 }, { state: others });
    await until('what was written', async () => (await type(harness)) === 'com.example.written');
    expect(await target(harness)).toBe('default/desk');
    await harness.page.locator('#target').selectOption('default/shop');
    await harness.page.locator('#target').selectOption('default/desk');
    await harness.send('state', { ...others, platform: 'stopped', targets: [] });
    await until('that there is none', async () => (await harness.page.locator('#target option').count()) === 0);
    await harness.page.locator('#type').fill('com.example.meanwhile');
    expect(await harness.kept()).toMatchObject({ draft: { key: 'default/desk' } });
    await harness.send('state', others);
    await until('the targets', async () => (await harness.page.locator('#target option').count()) === 2);
    expect(await target(harness)).toBe('default/desk');
  });

  it('goes to the service that it was opened for, with what was being written', async () => {
    const written = { ...draft('com.example.written'), key: 'default/desk' };
    await using harness = await opened(7, { draft: written, over: 7 }, { state: others, aimed: true });
    await until('what was written', async () => (await type(harness)) === 'com.example.written');
    expect(await target(harness)).toBe('default/shop');
    expect(await harness.kept()).toMatchObject({ draft: { key: 'default/shop', type: 'com.example.written' } });
    await harness.page.locator('#type').fill('com.example.next');
    const chosen = { ...draft('com.example.sent'), key: 'default/desk' };
    await harness.send('form', { draft: chosen, sent: 7, aimed: true });
    await until('the other service', async () => (await target(harness)) === 'default/desk');
    expect(await type(harness)).toBe('com.example.next');
  });
});
