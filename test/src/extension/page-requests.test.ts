/** What comes from a page, whatever it is: only what the protocol allows reaches a handler, and the rest has no effect. */
import { describe, expect, it } from 'vitest';
import { answerRequest, type Handlers } from '../../../src/extension/views/page-requests.ts';
import type { Check } from '../../../webview/check.ts';
import { type PageName, pages } from '../../../webview/protocol.ts';

/** Every handler of a page, which only notes that it was reached. */
function reached<Page extends PageName>(page: Page): { handlers: Handlers<Page>; calls: [string, unknown][] } {
  const calls: [string, unknown][] = [];
  const handlers = Object.fromEntries(
    Object.keys(pages[page].toHost).map((method) => [method, (params: unknown) => void calls.push([method, params])]),
  );
  return { handlers: handlers as Handlers<Page>, calls };
}
const ask = (method: string, params: unknown) => ({ kind: 'request', id: 7, method, params });
const names = Object.keys(pages) as PageName[];

/** Values of every sort; what a method's own check accepts is sorted out by that check, which is tested for itself. */
const values: unknown[] = [
  ...[undefined, null, true, 0, -1, Number.NaN, Number.POSITIVE_INFINITY, '', 'default/shop', [], [1], {}],
  ...[{ key: 1 }, { key: null }, { key: {} }, { revision: ['shop-00001'] }, { url: 5 }, { text: { length: 3 } }],
  ...[{ key: 'default/shop', base: { a: '1' }, percent: {}, follow: false }, { action: 'destroy' }],
  ...[{ name: 'workbench.action.quit' }, { key: 'a', percent: [], follow: 1 }, { on: 'yes' }, { line: '1' }],
];

describe.each(names)('requests of the page %s', (page) => {
  const methods = Object.entries(pages[page].toHost as Record<string, { params: Check<unknown> }>);

  it.each(methods)('%s takes its own parameters and no others', async (method, { params }) => {
    for (const value of values) {
      const { handlers, calls } = reached(page);
      const { answer, failure } = await answerRequest(page, handlers, ask(method, value));
      let allowed = true;
      try {
        params(value ?? null, '');
      } catch {
        allowed = false;
      }
      if (allowed) expect(calls.map(([name]) => name)).toEqual([method]);
      else {
        expect(calls, `${method} of ${JSON.stringify(value)}`).toEqual([]);
        expect(failure).toBeInstanceOf(TypeError);
        expect(answer.error).not.toBeNull();
      }
      expect(answer.id).toBe(7);
    }
  });

  it.each([
    ['of no name', ask('', null)],
    ['that is not there', ask('deployEverything', null)],
    ['of every object', ask('constructor', null)],
    ['of the prototype', ask('__proto__', null)],
    ['that is not a text', { kind: 'request', id: 7, method: ['ready'], params: null }],
    ['without an id', { kind: 'request', method: 'ready', params: null }],
    ['of another kind', { kind: 'answer', id: 7, error: null, result: null }],
    ['that is nothing', null],
    ['that is a text', 'ready'],
    ['that is a list', [ask('ready', null)]],
  ])('a method %s reaches nobody', async (_, message) => {
    const { handlers, calls } = reached(page);
    const { answer, failure } = await answerRequest(page, handlers, message);
    expect(calls).toEqual([]);
    expect(failure).toBeInstanceOf(TypeError);
    expect(answer.error).toMatch(/no such method|expected/);
  });
});

describe('a request that is too much', () => {
  const large = 'x'.repeat(2 << 20);

  it.each([
    ['in a name', ask('openRevisions', { key: large })],
    ['in a record', ask('apply', { key: 'default/shop', base: {}, percent: { [large]: 1 }, follow: false })],
    [
      'in what is not asked for',
      ask('openRevisions', { key: 'default/shop', more: Array.from({ length: 2 << 20 }, () => 0) }),
    ],
    ['in its method', { kind: 'request', id: 7, method: large, params: null }],
  ])('%s reaches nobody, and its answer is short', async (_, message) => {
    const { handlers, calls } = reached('traffic');
    const { answer } = await answerRequest('traffic', handlers, message);
    expect(calls).toEqual([]);
    expect(answer.error?.length).toBeLessThan(200);
  });

  it('in its depth is counted, not followed down', async () => {
    let deep: unknown = 'bottom';
    for (let depth = 0; depth < 200_000; depth += 1) deep = { deep };
    const { handlers, calls } = reached('traffic');
    await answerRequest('traffic', handlers, ask('openRevisions', { key: 'default/shop', deep }));
    expect(calls).toEqual([['openRevisions', { key: 'default/shop' }]]);
  });

  it('is not what a whole log is that one copies or saves', async () => {
    const { handlers, calls } = reached('logs');
    await answerRequest('logs', handlers, ask('copy', { text: large }));
    await answerRequest('logs', handlers, ask('save', { text: large }));
    expect(calls.map(([method]) => method)).toEqual(['copy', 'save']);
  });
});

describe('a handler', () => {
  it('that fails, or answers what the protocol does not know, is told as an error, and nothing of it comes through', async () => {
    const { handlers } = reached('traffic');
    const failing = {
      ...handlers,
      openUrl: () => {
        throw new Error('no browser');
      },
      apply: () => ({ code: 1 }) as never,
    };
    const url = await answerRequest('traffic', failing, ask('openUrl', { url: 'https://example.com' }));
    expect(url.answer).toEqual({ kind: 'answer', id: 7, error: 'no browser' });
    const wish = { key: 'default/shop', base: {}, percent: {}, follow: false };
    const apply = await answerRequest('traffic', failing, ask('apply', wish));
    expect(apply.answer).toEqual({ kind: 'answer', id: 7, error: expect.stringContaining('apply.result') });
  });
});
