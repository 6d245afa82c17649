import { expect, it } from 'vitest';
import { policyOf } from '../../../emulator/eventing/dispatcher.ts';
import { send } from '../../../emulator/eventing/send.ts';

it.each<[string | undefined, string, number]>([
  [undefined, '30', 1_000],
  ['PT20S', '7', 7_000],
  ['PT20S', '30', 20_000],
  ['PT20S', 'soon', 1_000],
  ['PT0S', '30', 1_000],
])('a Retry-After is obeyed up to retryAfterMax (%s): %s', async (retryAfterMax, header, waited) => {
  const waits: number[] = [];
  await send(
    { url: 'http://app.example.com/', headers: {}, body: new Uint8Array() },
    policyOf({
      retry: 1,
      backoffPolicy: 'exponential',
      backoffDelay: 'PT1S',
      ...(retryAfterMax ? { retryAfterMax } : {}),
    }),
    {
      deliver: async () => ({ status: 503, headers: { 'retry-after': header }, body: new Uint8Array() }),
      wait: async (ms) => void waits.push(ms),
    },
  );
  expect(waits).toEqual([waited]);
});
