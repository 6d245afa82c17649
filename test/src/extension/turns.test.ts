import { expect, it } from 'vitest';
import { turns } from '../../../src/extension/turns.ts';

/** Everything that waits for nothing else has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('what is of one key goes one after the other, whatever becomes of it; other keys do not wait', async () => {
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const of = turns();
  const first = of.take('a', async () => {
    order.push('first begins');
    await gate.promise;
    order.push('first ends');
    throw new Error('no');
  });
  const second = of.take('a', async () => {
    order.push('second');
    return 2;
  });
  await of.take('b', async () => {
    order.push('other');
  });
  await settled();
  expect(of.keys).toEqual(['a']);
  gate.resolve();
  await expect(first).rejects.toThrow('no');
  expect(await second).toBe(2);
  expect(order).toEqual(['first begins', 'other', 'first ends', 'second']);
  await settled();
  expect(of.keys).toEqual([]);
});
