import { expect, it } from 'vitest';
import { isCall } from '../../../src/core/source/call.ts';

const text = `const a = 1;
  console.log('x');
  log?.('x');
  logger.info<string>(\`x\`);
  a + 1;
  this.log
    .warn('x');
`;

it.each([
  [2, 3, true],
  [2, 11, true],
  [2, 12, false],
  [3, 3, true],
  [4, 10, true],
  [5, 3, false],
  [6, 8, true],
  [7, 6, true],
  [1, 7, false],
  [99, 1, false],
])('line %i, column %i: %s', (line, column, expected) => {
  expect(isCall(text, line, column)).toBe(expected);
});
