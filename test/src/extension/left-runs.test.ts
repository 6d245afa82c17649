/** Runs that their platform still has: whose they are decides whether they are taken away, on a real API. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { processStart } from '../../../emulator/platform/alive.ts';
import { connect, type PlatformClient } from '../../../src/core/client.ts';
import { kinds } from '../../../src/core/resources.ts';
import { type RunRemains, removeRemains } from '../../../src/core/run/remains.ts';
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
const api = stack.use(await seededApi(home.dir, { services: 20, revisions: 0 }));
const target = resolveTarget({ kubeconfig: api.kubeconfig, context: api.context });
const client = await connect(target);
const here = { kubeconfig: target.kubeconfig, context: target.context };
const entry: PlatformEntry = {
  id: 'here',
  label: 'here',
  embedded: false,
  target,
  namespace: undefined,
  readOnly: false,
};

let windows = 0;
/** Where the windows of a test note their runs; what those of before wrote there. */
function notesOf(...written: object[]): string {
  const dir = join(home.dir, `notes-${windows++}`);
  if (written.length > 0) mkdirSync(dir);
  for (const [index, note] of written.entries()) writeFileSync(join(dir, `${index}.json`), JSON.stringify(note));
  return dir;
}

/** The platform of a window, which comes and goes; and its notes. */
function aWindow(dir = notesOf()) {
  const listeners = new Set<() => void>();
  let state: PlatformState = 'stopped';
  const platforms = {
    get snapshot() {
      return emptySnapshot(entry, state);
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
  return {
    left: stack.use(leftRuns(dir, platforms as unknown as Platforms, log)),
    become(next: PlatformState) {
      state = next;
      for (const listener of listeners) listener();
    },
    told,
    stored: (): { remains: RunRemains; ending?: boolean }[] =>
      existsSync(dir) ? readdirSync(dir).map((name) => JSON.parse(readFileSync(join(dir, name), 'utf8'))) : [],
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
    left.keep(run, entry);
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
    left.keep(run, entry);
    become('stopped');
    left.leave(run);
    become('ready');
    await left.cleared();
    expect(await isThere(run)).toBe(false);
  });

  it('is left alone while it runs, and when it was ended in order', async () => {
    const { left, become, stored } = aWindow();
    const gone = left.keep(run, entry);
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
    const { become, stored, told } = aWindow(
      notesOf(
        { ...here, owner: dead, ownerStart, remains: mine },
        { ...here, owner: process.ppid, ownerStart, remains: living },
        { ...here, context: 'other', owner: dead, ownerStart, remains: elsewhere },
        { ...here, owner: dead, ownerStart, remains: anew },
      ),
    );
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
    const { become, stored } = aWindow(notesOf({ ...here, owner: process.ppid, ownerStart: 'earlier', remains: run }));
    become('ready');
    await until('it forgotten', () => stored().length === 0);
    expect(await isThere(run)).toBe(false);
  });
});

describe('windows of one folder', () => {
  it('do not write over each other’s notes', async () => {
    const dir = notesOf();
    const [one, other] = [aWindow(dir), aWindow(dir)];
    const [first, second, third] = [await aRun(), await aRun(), await aRun()];
    one.left.keep(first, entry);
    const gone = other.left.keep(second, entry);
    one.left.keep(third, entry);
    expect(one.stored().map(({ remains }) => remains)).toEqual(expect.arrayContaining([first, second, third]));
    gone();
    expect(other.stored().map(({ remains }) => remains)).toEqual(expect.arrayContaining([first, third]));
    expect(other.stored()).toHaveLength(2);
  });

  it('leave alone what a living one runs by the same objects as one that is gone, until that ends', async () => {
    const run = await aRun();
    const ownerStart = processStart(process.ppid);
    const also = { ...run, objects: [...run.objects, { kind: kinds.service, name: 'more', uid: 'more' }] };
    const dir = notesOf(
      { ...here, owner: dead, ownerStart: '', remains: also },
      { ...here, owner: process.ppid, ownerStart, remains: run },
    );
    const { left, become, stored } = aWindow(dir);
    become('ready');
    await left.cleared();
    expect(await isThere(run)).toBe(true);
    expect(stored()).toHaveLength(2);
    rmSync(join(dir, '1.json'));
    await left.cleared();
    expect(stored()).toEqual([]);
    expect(await isThere(run)).toBe(false);
  });

  it('know what a living one runs by the same objects, so that the end of one does not take it from the other', async () => {
    const [shared, alone, orphan] = [await aRun(), await aRun(), await aRun()];
    const ownerStart = processStart(process.ppid);
    const dir = notesOf(
      { ...here, owner: process.ppid, ownerStart, remains: shared },
      { ...here, owner: dead, ownerStart: '', remains: orphan },
    );
    const { left } = aWindow(dir);
    for (const run of [shared, alone, orphan]) left.keep(run, entry);
    const own = [shared, alone, orphan].map((run) => [...left.end(run)]);
    expect(own).toEqual([[shared.objects[0]?.uid], [], []]);
  });

  it('that stop the same at once do not leave it to each other: one that is stopping it counts no more', async () => {
    const run = await aRun();
    const ownerStart = processStart(process.ppid);
    const dir = notesOf({ ...here, owner: process.ppid, ownerStart, remains: run });
    const { left, stored } = aWindow(dir);
    left.keep(run, entry);
    expect([...left.end(run)]).toEqual([run.objects[0]?.uid]);
    expect(stored().filter(({ ending }) => ending)).toHaveLength(1);
    writeFileSync(
      join(dir, '0.json'),
      JSON.stringify({ ...here, owner: process.ppid, ownerStart, ending: true, remains: run }),
    );
    expect([...left.end(run)]).toEqual([]);
  });

  it('take away what is theirs alone, and leave the rest with its instances and image', async () => {
    const [mine, both] = [await aRun(), await aRun()];
    const run = { ...both, objects: [...mine.objects, ...both.objects] };
    await removeRemains(client, run, new Set(both.objects.map(({ uid }) => uid)));
    expect([await isThere(mine), await isThere(both)]).toEqual([false, true]);
  });

  it('see what one leaves that dies while they look on, and mind no file that is no note', async () => {
    const run = await aRun();
    const dir = notesOf();
    const { left, become, stored } = aWindow(dir);
    become('ready');
    mkdirSync(dir);
    const note = { ...here, owner: dead, ownerStart: '', remains: run };
    writeFileSync(join(dir, 'torn.json'), JSON.stringify(note).slice(0, -20));
    writeFileSync(join(dir, 'other.json'), '{"kubeconfig": "here", "remains": {"objects": [{}]}}');
    writeFileSync(join(dir, 'whole.json'), JSON.stringify(note));
    await left.cleared();
    expect(await isThere(run)).toBe(false);
    expect(stored()).toEqual([]);
  });
});
