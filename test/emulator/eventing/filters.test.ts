import { describe, expect, it } from 'vitest';
import { evaluateCesql } from '../../../emulator/eventing/cesql.ts';
import { durationMs } from '../../../emulator/eventing/durations.ts';
import { EventError, readEvent } from '../../../emulator/eventing/events.ts';
import { wants } from '../../../emulator/eventing/filters.ts';
import { parseCesql } from '../../../emulator/knative/trigger/cesql.ts';

const event = readEvent(
  {
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-type': 'com.demo.order',
    'ce-source': '/shop',
    'ce-subject': 'A 1',
    'ce-amount': '12',
    'content-type': 'application/json',
  },
  Buffer.from('{}'),
);

describe('filters', () => {
  it.each([
    [{}, true],
    [{ filter: {} }, true],
    [{ filter: { attributes: { type: 'com.demo.order', source: '/shop' } } }, true],
    [{ filter: { attributes: { type: 'other' } } }, false],
    // '' asks for the attribute, whatever it says.
    [{ filter: { attributes: { amount: '' } } }, true],
    [{ filter: { attributes: { missing: '' } } }, false],
    [{ filters: [{ exact: { amount: '12' } }] }, true],
    [{ filters: [{ prefix: { type: 'com.' } }, { suffix: { type: '.order' } }] }, true],
    [{ filters: [{ prefix: { type: 'com.' } }, { suffix: { type: '.a' } }] }, false],
    [{ filters: [{ all: [{ exact: { source: '/shop' } }, { prefix: { missing: 'x' } }] }] }, false],
    [{ filters: [{ any: [{ exact: { source: '/x' } }, { exact: { amount: '12' } }] }] }, true],
    [{ filters: [{ not: { exact: { source: '/shop' } } }] }, false],
    [{ filters: [{ cesql: "type LIKE 'com.%' AND amount > 10" }] }, true],
    [{ filters: [{ cesql: 'missing = 1' }] }, false],
    // filters win over filter.
    [{ filter: { attributes: { type: 'other' } }, filters: [{ exact: { source: '/shop' } }] }, true],
    [{ filter: { attributes: { type: 'other' } }, filters: [] }, false],
  ])('%j → %s', (spec, expected) => expect(wants(spec, event)).toBe(expected));
});

describe('CESQL', () => {
  const attributes: Record<string, string> = { type: 'com.demo', n: '5', flag: 'true', text: 'a_b%' };
  it.each([
    ['1 + 2 * 3 = 7', true],
    ['n - 5', 0],
    ["n = '5'", true],
    ['flag AND NOT FALSE', true],
    ['EXISTS n AND NOT EXISTS m', true],
    ["text LIKE 'a\\_b\\%'", true],
    ["text NOT LIKE 'a_c%'", true],
    ["type IN ('x', 'com.demo')", true],
    ["type NOT IN ('x')", true],
    ["UPPER(LEFT(type, 3)) = 'COM'", true],
    ["SUBSTRING('abcde', -2, 1)", 'd'],
    ["RIGHT('abc', 0)", ''],
    ["CONCAT_WS('-', 'a', 1, TRUE)", 'a-1-true'],
    ["IS_INT('x') OR IS_BOOL('FALSE')", true],
    ['7 / 2', 3],
    ['-7 % 3', -1],
    ['TRUE XOR TRUE', false],
    // Errors: division by zero, a cast that cannot be, no such attribute, overflow.
    ['1 / 0', undefined],
    ["ABS('x')", undefined],
    ['m = 1', undefined],
    ['2147483647 + 1', undefined],
    ['NO_SUCH(1)', undefined],
  ])('%s is %s', (text, expected) => {
    expect(evaluateCesql(parseCesql(text), (name) => attributes[name])).toBe(expected);
  });
});

describe('events', () => {
  const structured = (fields: object) =>
    readEvent(
      { 'content-type': 'application/cloudevents+json; charset=utf-8' },
      Buffer.from(JSON.stringify({ specversion: '1.0', id: '1', type: 't', source: '/s', ...fields })),
    );

  it('come structured, with JSON, text and bytes as data', () => {
    expect(Buffer.from(structured({ data: { a: 1 }, ext: 5 }).data).toString()).toBe('{"a":1}');
    expect(structured({ ext: 5 }).extensions).toEqual({ ext: '5' });
    expect(Buffer.from(structured({ datacontenttype: 'text/plain', data: 'hi' }).data).toString()).toBe('hi');
    expect(Buffer.from(structured({ data_base64: 'aGk=' }).data).toString()).toBe('hi');
  });

  it.each([
    { id: '' },
    { source: ' ' },
    { type: undefined },
    { specversion: '2.0' },
    { time: 'yesterday' },
    { dataschema: 'no-uri' },
    { 'bad-name': 'x' },
  ])('are refused with %j', (fields) => expect(() => structured(fields)).toThrow(EventError));
});

it.each([
  ['PT0.2S', 200],
  ['PT1M30S', 90_000],
  ['P1DT2H', 93_600_000],
  ['PT', undefined],
  ['1s', undefined],
  ['P1M', undefined],
])('%s is %s ms', (text, ms) => expect(durationMs(text)).toBe(ms));
