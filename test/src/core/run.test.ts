/** An application in development mode on a platform that is slow to say why an instance ended. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { loadApplication } from '../../../src/core/app/model.ts';
import type { PlatformClient, WatchHandlers } from '../../../src/core/client.ts';
import { kinds, type ResourceKind } from '../../../src/core/resources.ts';
import { type RunEvent, startRun } from '../../../src/core/run/run.ts';
import { until } from '../../support/until.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'run-'));
  mkdirSync(join(dir, 'deploy'));
  writeFileSync(join(dir, 'slipway.yaml'), 'name: a\nrun:\n  start: node a.js\n  dev: node a.js\n');
  writeFileSync(
    join(dir, 'deploy', 'service.yaml'),
    'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  template:\n    spec:\n      containers:\n        - image: dev.local/a\n',
  );
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const object = (kind: string, name: string, rest: object = {}): KubeObject =>
  ({ kind, metadata: { name, namespace: 'dev', uid: name, creationTimestamp: '', labels: {} }, ...rest }) as never;
const ended = {
  status: { containerStatuses: [{ name: 'user', restartCount: 1, state: { terminated: { exitCode: 3 } } }] },
};

/** `evidence` resolves when it is asked why an instance ended, with what lets it answer. */
function aPlatform() {
  const watched: { kind: string; handlers: WatchHandlers<KubeObject> }[] = [];
  const items: Record<string, KubeObject[]> = { Service: [object('Service', 'a')], Pod: [] };
  const evidence = Promise.withResolvers<() => void>();
  const client = {
    target: { kubeconfig: '/k' },
    capabilities: async () => new Set(['images', 'logs']),
    capability: async () => ({ reference: 'dev.local/run/a@sha256:1' }),
    async *capabilityStream() {},
    platform: async () => undefined,
    find: async () => object('Namespace', 'dev'),
    kindOf: async () => kinds.service,
    patch: async () => object('Service', 'a'),
    delete: async () => true,
    list: () =>
      new Promise((resolve) =>
        evidence.resolve(() => resolve({ items: [object('Event', 'e')], resourceVersion: '1' })),
      ),
    watch({ kind }: ResourceKind, _: string, handlers: WatchHandlers<KubeObject>) {
      watched.push({ kind, handlers });
      queueMicrotask(() => handlers.onSync?.(items[kind] ?? []));
      return {
        get items() {
          return items[kind] ?? [];
        },
        get: (name: string) => items[kind]?.find(({ metadata }) => metadata.name === name),
        synced: Promise.resolve(),
        [Symbol.dispose]: () => {},
      };
    },
  } as unknown as PlatformClient;
  const pods = (...now: KubeObject[]) => {
    items['Pod'] = now;
    for (const { kind, handlers } of watched) if (kind === 'Pod') handlers.onSync?.(now);
  };
  return { client, pods, evidence: evidence.promise };
}

async function aCrash() {
  const { client, pods, evidence } = aPlatform();
  const events: RunEvent[] = [];
  const session = await startRun({ client, app: await loadApplication(dir) }, (event) => events.push(event));
  pods(object('Pod', 'a-1-x', ended));
  const answer = await evidence;
  pods();
  return { session, answer, states: () => events.flatMap((event) => (event.type === 'state' ? [event.state] : [])) };
}

it('tells nothing of a crash once it is stopped, however late it is found out why that was', async () => {
  const [stopped, goesOn] = [await aCrash(), await aCrash()];
  await stopped.session.stop();
  stopped.answer();
  // The same questions, asked after it: its answer would be there by then.
  goesOn.answer();
  await until('the crash of the other', () => goesOn.states().length > 0);
  expect(goesOn.states()).toEqual(['crashed']);
  expect([stopped.states(), stopped.session.state]).toEqual([['stopped'], 'stopped']);
  await goesOn.session.stop();
});
