/** What comes from a page, whatever it is: only what the protocol allows reaches a handler, and the rest has no effect. */
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/core/faults.ts';
import { answerRequest, type Handlers, type RequestRules } from '../../../src/extension/views/page-requests.ts';
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
const ask = (method: string, params: unknown, on = 'here') => ({ kind: 'request', id: 7, method, on, params });
/** Of a window whose platform in use is `here`. */
const rules: RequestRules = {
  requireUse(on) {
    if (on !== 'here') throw new Fault('PlatformChanged', { name: on });
  },
  refusal: (failure) => (failure instanceof Fault ? { code: failure.code, text: 'another one', fix: 'again' } : null),
};
const answered = <Page extends PageName>(page: Page, handlers: Handlers<Page>, message: unknown) =>
  answerRequest(page, handlers, message, rules);
const names = Object.keys(pages) as PageName[];

/** Values of every sort; what a method's own check accepts is sorted out by that check, which is tested for itself. */
const values: unknown[] = [
  ...[undefined, null, true, 0, -1, Number.NaN, Number.POSITIVE_INFINITY, '', 'default/shop', [], [1], {}],
  ...[{ key: 1 }, { key: null }, { key: {} }, { revision: ['shop-00001'] }, { url: 5 }, { text: { length: 3 } }],
  ...[{ key: 'default/shop', base: { a: '1' }, percent: {}, follow: false }, { action: 'destroy' }],
  ...[{ name: 'workbench.action.quit' }, { key: 'a', percent: [], follow: 1 }, { on: 'yes' }, { line: '1' }],
];

/** Parameters that the protocol takes, of each method that has any. */
const split = { key: 'default/shop', percent: { 'shop-00001': 100 }, follow: false };
const plan = {
  revision: 'shop-00001',
  steps: [10],
  pauseSeconds: 1,
  maxErrorPercent: 1,
  maxP95Ratio: 2,
  minRequests: 1,
};
const sample = {
  apply: { ...split, base: {} },
  rollback: { key: 'default/shop' },
  addRevision: { key: 'default/shop', shown: [] },
  editTag: { key: 'default/shop', revision: 'shop-00001' },
  preview: split,
  startCanary: { key: 'default/shop', plan },
  canary: { key: 'default/shop', action: 'abort' },
  openUrl: { url: 'https://example.com' },
  openRevisions: { key: 'default/shop' },
  command: { name: 'start' },
  select: { key: 'default/shop' },
  openSource: { path: 'server.ts', line: 1, column: 1, pod: 'shop' },
  copy: { text: '' },
  save: { text: '' },
  send: { key: 'default/shop', type: 'a', source: 'b', subject: '', contentType: '', data: '' },
  compare: { before: 'shop-00001', after: 'shop-00002' },
  sendAll: { revision: 'shop-00001' },
  follow: { on: true },
  retire: { revision: 'shop-00001' },
  remove: { revision: 'shop-00001' },
  showLogs: { revision: null },
};

function parametersOf(method: string, takes: Check<unknown>): unknown {
  const value = sample[method as keyof typeof sample] ?? null;
  try {
    takes(value, method);
    return value;
  } catch {
    return null;
  }
}

describe.each(names)('requests of the page %s', (page) => {
  const methods = Object.entries(pages[page].toHost as Record<string, { params: Check<unknown> }>);

  it.each(methods)('%s takes its own parameters and no others', async (method, { params }) => {
    for (const value of values) {
      const { handlers, calls } = reached(page);
      const { answer, failure } = await answered(page, handlers, ask(method, value));
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
    ['that is not a text', { ...ask('ready', null), method: ['ready'] }],
    ['without an id', { ...ask('ready', null), id: undefined }],
    ['of no platform', { ...ask('ready', null), on: undefined }],
    ['of another kind', { kind: 'answer', id: 7, error: null, result: null }],
    ['that is nothing', null],
    ['that is a text', 'ready'],
    ['that is a list', [ask('ready', null)]],
  ])('a method %s reaches nobody', async (_, message) => {
    const { handlers, calls } = reached(page);
    const { answer, failure } = await answered(page, handlers, message);
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
    ['in its method', ask(large, null)],
  ])('%s reaches nobody, and its answer is short', async (_, message) => {
    const { handlers, calls } = reached('traffic');
    const { answer } = await answered('traffic', handlers, message);
    expect(calls).toEqual([]);
    expect(answer.error?.length).toBeLessThan(200);
  });

  it('in its depth is counted, not followed down', async () => {
    let deep: unknown = 'bottom';
    for (let depth = 0; depth < 200_000; depth += 1) deep = { deep };
    const { handlers, calls } = reached('traffic');
    await answered('traffic', handlers, ask('openRevisions', { key: 'default/shop', deep }));
    expect(calls).toEqual([['openRevisions', { key: 'default/shop' }]]);
  });

  it('is not what a whole log is that one copies or saves', async () => {
    const { handlers, calls } = reached('logs');
    await answered('logs', handlers, ask('copy', { text: large }));
    await answered('logs', handlers, ask('save', { text: large }));
    expect(calls.map(([method]) => method)).toEqual(['copy', 'save']);
  });
});

describe('a page that was drawn for a platform which is not in use any more', () => {
  /** What each method does somewhere else than on the platform: the rest is not done. */
  const anywhere = {
    traffic: ['ready', 'pickService', 'openUrl'],
    logs: ['ready', 'pickService', 'openSource', 'copy', 'save'],
    events: ['ready'],
    revisions: ['ready', 'openUrl'],
  };

  it.each(names)('%s: nothing is done of what is of a platform, and why is told', async (page) => {
    const { handlers, calls } = reached(page);
    const methods = Object.entries(pages[page].toHost as Record<string, { params: Check<unknown> }>);
    for (const [method, { params }] of methods) {
      const message = ask(method, parametersOf(method, params), 'there');
      const { answer, failure } = await answered(page, handlers, message);
      if (anywhere[page].includes(method)) continue;
      expect(failure).toBeUndefined();
      expect(answer, method).toMatchObject({ id: 7, error: null, problem: { code: 'PlatformChanged' } });
    }
    expect(calls.map(([method]) => method)).toEqual(anywhere[page]);
  });

  it('as one that was drawn for none yet', async () => {
    const { handlers, calls } = reached('traffic');
    const { answer } = await answered('traffic', handlers, ask('rollback', { key: 'default/shop' }, ''));
    expect(answer.problem?.code).toBe('PlatformChanged');
    expect(calls).toEqual([]);
  });
});

describe('a handler', () => {
  it('that refuses is no error of ours: its words go to the page', async () => {
    const refusing = {
      ...reached('traffic').handlers,
      pickService: () => {
        throw new Fault('PlatformStopped');
      },
    };
    expect(await answered('traffic', refusing, ask('pickService', null))).toEqual({
      answer: {
        kind: 'answer',
        id: 7,
        error: null,
        problem: { code: 'PlatformStopped', text: 'another one', fix: 'again' },
      },
    });
  });

  it('that fails, or answers what the protocol does not know, is told as an error, and nothing of it comes through', async () => {
    const { handlers } = reached('traffic');
    const failing = {
      ...handlers,
      openUrl: () => {
        throw new Error('no browser');
      },
      apply: () => ({ code: 1 }) as never,
    };
    const url = await answered('traffic', failing, ask('openUrl', { url: 'https://example.com' }));
    expect(url.answer).toEqual({ kind: 'answer', id: 7, error: 'no browser', problem: null });
    const wish = { key: 'default/shop', base: {}, percent: {}, follow: false };
    const apply = await answered('traffic', failing, ask('apply', wish));
    expect(apply.answer).toEqual({
      ...{ kind: 'answer', id: 7, problem: null },
      error: expect.stringContaining('apply.result'),
    });
  });
});
