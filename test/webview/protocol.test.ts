/** What crosses the border between a page and its host is checked on both sides. */
import { describe, expect, it } from 'vitest';
import { list, nullable, num, object, oneOf, record, str } from '../../webview/check.ts';
import { pages, wire } from '../../webview/protocol.ts';
import { seriesOf } from '../../webview/revisions/series.ts';

describe('checks', () => {
  const check = object({ name: str, parts: list(num), kind: nullable(oneOf('a', 'b')), rest: record(num) });

  it('return what has the shape, without what was not asked for', () => {
    const value = { name: 'x', parts: [1], kind: null, rest: { y: 2 }, more: true };
    expect(check(value, 'v')).toEqual({ name: 'x', parts: [1], kind: null, rest: { y: 2 } });
  });

  it.each([
    [{ name: 1, parts: [], kind: null, rest: {} }, 'v.name: expected a string, got number'],
    [{ name: '', parts: ['1'], kind: null, rest: {} }, 'v.parts[0]: expected a number, got string'],
    [{ name: '', parts: [Number.NaN], kind: null, rest: {} }, 'v.parts[0]: expected a number, got number'],
    [{ name: '', parts: [], kind: 'c', rest: {} }, 'v.kind: expected a | b, got string'],
    [{ name: '', parts: [], kind: null, rest: [] }, 'v.rest: expected an object, got object'],
    [null, 'v: expected an object, got null'],
  ])('refuse %o', (value, message) => {
    expect(() => check(value, 'v')).toThrow(message);
  });
});

describe('the protocol', () => {
  it('refuses a split with anything but numbers', () => {
    const { params } = pages.traffic.toHost.apply;
    expect(() => params({ key: 'default/shop', base: {}, percent: { a: '10' } }, 'apply')).toThrow('apply.percent.a');
  });

  it('knows its commands: a page cannot run others', () => {
    const { params } = pages.traffic.toHost.command;
    expect(() => params({ name: 'workbench.action.quit' }, 'command')).toThrow('command.name');
  });

  it('refuses messages without an id', () => {
    expect(() => wire.request({ kind: 'request', method: 'apply' }, 'request')).toThrow('request.id');
  });
});

describe('seriesOf', () => {
  const live = (requests: number, requestsPerSecond: number, share: number) => ({
    requests,
    requestsPerSecond,
    share,
    p50: null,
    p95: null,
    p99: null,
    errors: 0,
    instances: 1,
  });

  it('has a column a revision, and gaps of shares where nothing was asked', () => {
    const samples = [
      { at: 1_000, revisions: { a: live(10, 1, 100) } },
      { at: 2_000, revisions: { a: live(0, 0, 0), b: live(0, 0, 0) } },
    ];
    expect(seriesOf(samples, ['a', 'b'], 'rate')).toEqual([
      [1, 2],
      [1, 0],
      [0, 0],
    ]);
    expect(seriesOf(samples, ['a', 'b'], 'share')).toEqual([
      [1, 2],
      [100, null],
      [0, null],
    ]);
  });
});
