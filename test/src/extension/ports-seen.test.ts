/** That an application listens on another port than it was given is known from the platform, which may be too busy to say so. */
import { expect, it } from 'vitest';
import type { PlatformClient } from '../../../src/core/client.ts';
import { PortsSeen } from '../../../src/extension/manifests/ports-seen.ts';
import type { Snapshot } from '../../../src/extension/platform/snapshot.ts';
import { until } from '../../support/until.ts';

const labels = { 'serving.knative.dev/service': 'shop' };
const pod = (name: string) => ({ metadata: { name, namespace: 'default', labels } });
const told = { involvedObject: { name: 'shop-1' }, message: 'it listens on port 3000, not on PORT' };
const manifest = { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { name: 'shop' } };

/** A platform that answers each question when it is told to. */
function aPlatform() {
  const asked: { answer(items: object[]): void; refuse(): void }[] = [];
  const client = {
    list: () =>
      new Promise((resolve, reject) =>
        asked.push({ answer: (items) => resolve({ items }), refuse: () => reject(new Error('busy')) }),
      ),
  } as unknown as PlatformClient;
  const now = { state: 'ready', info: {}, pods: [pod('shop-1')] };
  const seen: (number | undefined)[] = [];
  const ports = new PortsSeen(
    { client: () => client, snapshot: () => now as unknown as Snapshot, isWanted: () => true, log: () => {} },
    () => seen.push(ports.of(manifest)),
  );
  /** Looks as at a change of the platform, and hands out the question that comes of it. */
  const look = async (count: number) => {
    ports.look();
    await until('the question', () => asked.length >= count);
    expect(asked).toHaveLength(count);
    return asked[count - 1];
  };
  return { now, seen, ports, look };
}
const settled = () => new Promise(setImmediate);

it('stays known where a busy platform does not answer, which is asked again', async () => {
  const { now, seen, ports, look } = aPlatform();
  (await look(1))?.answer([told]);
  await settled();
  expect(seen).toEqual([3000]);
  await look(1);
  now.pods = [pod('shop-1'), pod('shop-2')];
  (await look(2))?.refuse();
  await settled();
  expect([ports.of(manifest), seen]).toEqual([3000, [3000]]);
  (await look(3))?.answer([]);
  await settled();
  expect(seen).toEqual([3000, undefined]);
});

it('is what the platform says of the instances that are there now', async () => {
  const { now, seen, look } = aPlatform();
  const older = await look(1);
  now.pods = [pod('shop-1'), pod('shop-2')];
  (await look(2))?.answer([told]);
  await settled();
  older?.answer([]);
  await settled();
  expect(seen).toEqual([3000]);
});
