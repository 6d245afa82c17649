import { expect, it } from 'vitest';
import {
  all,
  fieldError,
  invalidKeyName,
  invalidValue,
  missingField,
  multipleOneOf,
  noError,
  outOfBounds,
} from '../../../emulator/knative/field-errors.ts';

it('puts prefixes before paths; an index sticks to what is before it', () => {
  expect(missingField('image').viaFieldIndex('containers', 0).viaField('spec').message()).toBe(
    'missing field(s): spec.containers[0].image',
  );
  expect(missingField('').viaIndex(1).viaIndex(0).viaField('a').message()).toBe('missing field(s): a[0][1]');
  expect(invalidValue('x', '').viaKey('a/b').viaField('annotations').message()).toBe(
    'invalid value: x: annotations[a/b]',
  );
});

it('keeps a key with dots apart, as Knative does', () => {
  expect(invalidValue('x', '').viaKey('queue.dev/cpu').viaField('metadata', 'annotations').message()).toBe(
    'invalid value: x: metadata.annotations.[queue.dev/cpu]',
  );
});

it('joins problems of one message and sorts them', () => {
  const errors = all(
    missingField('b', 'a'),
    outOfBounds(5, 1, 3, 'z'),
    missingField('a', 'c'),
    multipleOneOf('y', 'x'),
    invalidKeyName('k', 'm', 'one', 'two'),
  );
  expect(errors.message()).toBe(
    [
      'expected 1 <= 5 <= 3: z',
      'expected exactly one, got both: x, y',
      'invalid key name "k": m\none, two',
      'missing field(s): a, b, c',
    ].join('\n'),
  );
});

it('keeps warnings apart from errors', () => {
  const errors = missingField('a').also(fieldError('careful', ['b']).at('warning'));
  expect(errors.filter('error').message()).toBe('missing field(s): a');
  expect(errors.filter('warning').lines()).toEqual(['careful: b']);
  expect(noError.also(noError, undefined).empty).toBe(true);
});

it('leaves a problem without a path without one', () => {
  expect(fieldError('too many dialects', []).viaIndex(0).viaField('filters').message()).toBe('too many dialects: ');
});
