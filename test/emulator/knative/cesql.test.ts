import { expect, it } from 'vitest';
import { CesqlError, parseCesql } from '../../../emulator/knative/trigger/cesql.ts';

it.each([
  "type = 'a'",
  'type = "a" AND (source LIKE \'%b\' OR NOT EXISTS subject)',
  "type IN ('a', 'b', 3)",
  "type NOT IN ('a')",
  "LENGTH(id) > 3 AND UPPER(type) <> 'X'",
  'TRUE',
  '-5 + 2 * 3 = 1',
  'KN_VERIFY_CORRELATION_ID(correlationid, 1)',
  'true xor False',
  "CONCAT() = ''",
  "source LIKE 'a\\'b'",
])('reads %s', (text) => {
  expect(() => parseCesql(text)).not.toThrow();
});

it.each([
  'type = ',
  '',
  '(',
  'type LIKE type',
  'type IN ()',
  "'a",
  'a b',
  'NOT',
  'EXISTS 5 5',
  '1 +',
  '= 1',
  'a_b = 1',
  'f(1,)',
])('refuses %s', (text) => {
  expect(() => parseCesql(text)).toThrow(CesqlError);
});

it('multiplies before it adds, adds before it compares, compares before it combines', () => {
  expect(parseCesql('1 + 2 * 3 = 7 AND TRUE')).toEqual({
    kind: 'binary',
    operator: 'AND',
    left: {
      kind: 'binary',
      operator: '=',
      left: {
        kind: 'binary',
        operator: '+',
        left: { kind: 'literal', value: 1 },
        right: {
          kind: 'binary',
          operator: '*',
          left: { kind: 'literal', value: 2 },
          right: { kind: 'literal', value: 3 },
        },
      },
      right: { kind: 'literal', value: 7 },
    },
    right: { kind: 'literal', value: true },
  });
});

it('groups subtractions from the left and logic from the right', () => {
  const minus = parseCesql('1 - 2 - 3');
  expect(minus).toMatchObject({ operator: '-', left: { operator: '-' }, right: { value: 3 } });
  expect(parseCesql('a AND b OR c')).toMatchObject({ operator: 'AND', right: { operator: 'OR' } });
});

it('binds NOT tighter than LIKE', () => {
  expect(parseCesql("NOT a LIKE 'b'")).toMatchObject({ kind: 'like', operand: { kind: 'not' } });
});
