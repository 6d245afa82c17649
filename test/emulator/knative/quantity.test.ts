import { expect, it } from 'vitest';
import { compareQuantities, parseQuantity } from '../../../emulator/knative/quantity.ts';

it.each([
  ['1', '1'],
  ['1000m', '1'],
  ['0.5', '500m'],
  ['1.5', '1500m'],
  ['1500m', '1500m'],
  ['100M', '100M'],
  ['0.1M', '100k'],
  ['1024Mi', '1Gi'],
  ['1000Mi', '1000Mi'],
  ['0.5Gi', '512Mi'],
  ['1e3', '1e3'],
  ['1000e0', '1e3'],
  ['12345', '12345'],
  ['-5m', '-5m'],
  ['0', '0'],
  ['0Mi', '0'],
  ['+3', '3'],
  ['.5', '500m'],
  ['5.', '5'],
  ['512Ki', '512Ki'],
])('%s is written %s', (text, canonical) => {
  expect(parseQuantity(text)?.canonical).toBe(canonical);
});

it.each(['', 'x', '1Q', '1 Gi', 'Gi', '.', '1.2.3', '1e', '--1', '1mi'])('%j is none', (text) => {
  expect(parseQuantity(text)).toBeUndefined();
});

it('compares across units', () => {
  expect(compareQuantities('1Gi', '1000Mi')).toBeGreaterThan(0);
  expect(compareQuantities('1024Mi', '1Gi')).toBe(0);
  expect(compareQuantities('999m', 1)).toBeLessThan(0);
});

it('reads back what it writes', () => {
  for (const suffix of ['', 'm', 'k', 'M', 'Ki', 'Mi', 'Gi']) {
    for (const amount of [1, 7, 10, 512, 999, 1000, 1024, 1536, 12_345_000]) {
      const parsed = parseQuantity(`${amount}${suffix}`);
      const again = parseQuantity(parsed?.canonical ?? '');
      expect(again?.nano, `${amount}${suffix}`).toBe(parsed?.nano);
      expect(again?.canonical, `${amount}${suffix}`).toBe(parsed?.canonical);
    }
  }
});
