/** When ping sources fire next, as the tree has it: of the platform in use, and never older than what it had before. */
import { expect, it } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { PlatformClient } from '../../../src/core/client.ts';
import { pingSchedules } from '../../../src/extension/trees/schedules.ts';

const ping = { metadata: { namespace: 'default', name: 'tick' } } as unknown as KubeObject;

/** A platform that answers each question when it is told to. */
function aPlatform(capabilities = ['ping']) {
  const answers: ((schedule: object) => void)[] = [];
  const client = {
    capabilities: async () => new Set(capabilities),
    capability: () => new Promise((resolve) => answers.push(resolve)),
  } as unknown as PlatformClient;
  const asked = async (count: number) => {
    while (answers.length < count) await new Promise(setImmediate);
    return answers[count - 1] as (schedule: object) => void;
  };
  return { client, asked };
}

function aTree(client: PlatformClient) {
  const now = { client, platform: 'platform:a' };
  const schedules = pingSchedules({ client: () => now.client, platform: () => now.platform, pings: () => [ping] });
  return { now, schedules, next: () => schedules.known.get('default/tick')?.next };
}

it('are those of the platform in use, of whose ping sources another has one of the same name', async () => {
  const [first, other] = [aPlatform(), aPlatform([])];
  const { now, schedules, next } = aTree(first.client);
  const early = schedules.read();
  (await first.asked(1))({ next: [1] });
  expect([await early, next()]).toEqual([true, [1]]);
  const late = schedules.read();
  const answer = await first.asked(2);
  Object.assign(now, { client: other.client, platform: 'platform:b' });
  expect(next()).toBeUndefined();
  answer({ next: [2] });
  expect([await late, next()]).toEqual([false, undefined]);
  await schedules.read();
  expect(next()).toBeUndefined();
});

it('are not taken back to older ones by a late answer', async () => {
  const { client, asked } = aPlatform();
  const { schedules, next } = aTree(client);
  const reads = [schedules.read(), schedules.read()];
  const [older, newer] = [await asked(1), await asked(2)];
  newer({ next: [2] });
  await reads[1];
  older({ next: [1] });
  expect([await reads[0], next()]).toEqual([false, [2]]);
});
