/** Runs that their platform still has: whose they are decides whether they are taken away, on a real API. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { processStart } from '../../../emulator/platform/alive.ts';
import { connect, type PlatformClient } from '../../../src/core/client.ts';
import { kinds } from '../../../src/core/resources.ts';
import type { RunRemains } from '../../../src/core/run/remains.ts';
import { resolveTarget } from '../../../src/core/target.ts';
import { leftRuns } from '../../../src/extension/left-runs.ts';
import type { Platforms } from '../../../src/extension/platform/platforms.ts';
import { emptySnapshot, type PlatformEntry, type PlatformState } from '../../../src/extension/platform/snapshot.ts';
import { temporaryHome } from '../../support/places.ts';
import { seededApi } from '../../support/seeded-api.ts';
import { until } from '../../support/until.ts';

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());
const home = stack.use(temporaryHome('left-runs'));
const api = stack.use(await seededApi(home.dir, { services: 8, revisions: 0 }));
const target = resolveTarget({ kubeconfig: api.kubeconfig, context: api.context });
const client = await connect(target);
const entry = (id: string): PlatformEntry => ({
  id,
  label: id,
  embedded: false,
  target,
  namespace: undefined,
  readOnly: false,
});

/** The platform of a window, which comes and goes; and its storage. */
function aWindow(stored: unknown[] = []) {
  let runs = stored;
  const listeners = new Set<() => void>();
  let state: PlatformState = 'stopped';
  const platforms = {
    get snapshot() {
      return emptySnapshot(entry('here'), state);
    },
    get client(): PlatformClient | undefined {
      return state === 'ready' ? client : undefined;
    },
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
  };
  const told: string[] = [];
  const log = { info: (text: string) => told.push(text), error: (error: Error) => told.push(String(error)) };
  const store = {
    keys: () => [],
    get: () => runs,
    update: (_: string, value: unknown[]) => {
      runs = value;
      return Promise.resolve();
    },
  };
  return {
    left: stack.use(leftRuns(store as never, platforms as unknown as Platforms, log)),
    become(next: PlatformState) {
      state = next;
      for (const listener of listeners) listener();
    },
    told,
    stored: () => runs,
  };
}

let at = 0;
async function aRun(uid?: string): Promise<RunRemains> {
  const name = `service-${String(at++).padStart(4, '0')}`;
  const service = await client.get<KubeObject>(kinds.service, 'default', name);
  return {
    service: name,
    namespace: 'default',
    objects: [{ kind: kinds.service, namespace: 'default', name, uid: uid ?? service.metadata.uid }],
    image: `dev.local/run/${name}`,
  };
}
const isThere = async ({ service }: RunRemains) => (await client.find(kinds.service, 'default', service)) !== undefined;
/** Of a window that is gone. */
const { pid: dead } = spawnSync(process.execPath, ['--version']);

describe('a run that was stopped while its platform was away', () => {
  let run: RunRemains;
  beforeEach(async () => {
    run = await aRun();
  });

  it('is removed when that is back, and forgotten', async () => {
    const { left, become, stored } = aWindow();
    become('ready');
    left.keep(run);
    become('stopped');
    left.leave(run);
    expect(stored()).toHaveLength(1);
    become('ready');
    await until('it gone', async () => !(await isThere(run)));
    await until('it forgotten', () => stored().length === 0);
  });

  it('is gone before another is started in its place', async () => {
    const { left, become } = aWindow();
    become('ready');
    left.keep(run);
    become('stopped');
    left.leave(run);
    become('ready');
    await left.cleared();
    expect(await isThere(run)).toBe(false);
  });

  it('is left alone while it runs, and when it was ended in order', async () => {
    const { left, become, stored } = aWindow();
    const gone = left.keep(run);
    become('ready');
    gone();
    become('ready');
    expect(stored()).toEqual([]);
    expect(await isThere(run)).toBe(true);
  });
});

describe('a run of a window that is gone', () => {
  it('is removed by the next one; that of a living window, of another platform, and what was made anew are not', async () => {
    const [mine, living, elsewhere, anew] = [await aRun(), await aRun(), await aRun(), await aRun('another')];
    const ownerStart = processStart(process.ppid);
    const { become, stored, told } = aWindow([
      { platform: 'here', owner: dead, ownerStart, remains: mine },
      { platform: 'here', owner: process.ppid, ownerStart, remains: living },
      { platform: 'there', owner: dead, ownerStart, remains: elsewhere },
      { platform: 'here', owner: dead, ownerStart, remains: anew },
    ]);
    become('ready');
    await until('both forgotten', () => stored().length === 2);
    expect(await isThere(mine)).toBe(false);
    expect(await isThere(living)).toBe(true);
    expect(await isThere(elsewhere)).toBe(true);
    expect(await isThere(anew)).toBe(true);
    expect(told).toHaveLength(2);
  });

  it.runIf(process.platform === 'linux')('is removed also when its pid is another process by now', async () => {
    const run = await aRun();
    const { become, stored } = aWindow([
      { platform: 'here', owner: process.ppid, ownerStart: 'earlier', remains: run },
    ]);
    become('ready');
    await until('it forgotten', () => stored().length === 0);
    expect(await isThere(run)).toBe(false);
  });
});
