import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import { StoreFull } from '../../../emulator/kernel/store.ts';
import { canMount, smallDisk } from '../../support/small-disk.ts';

const writer = fileURLToPath(new URL('./writer.mjs', import.meta.url));
/** `npm run test:full` sets more. */
const rounds = Number(process.env['SLIPWAY_KILL_ROUNDS'] ?? 50);

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-kill-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs the writer, kills it after some acknowledged writes, and returns the last one that it acknowledged. */
async function killedWriter(file: string, round: number, writes: number): Promise<number> {
  const child = spawn(process.execPath, ['--no-warnings', writer, file, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let tail = '';
  let seen = 0;
  let last = 0;
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    const lines = (tail + chunk).split('\n');
    tail = lines.pop() ?? '';
    seen += lines.length;
    last = Math.max(last, Number(lines.at(-1) ?? 0));
    if (seen >= writes) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return last;
}

test(`what was acknowledged is there after SIGKILL, ${rounds} rounds`, {
  timeout: 60_000 + rounds * 5_000,
}, async () => {
  const file = join(dir, 'store.db');
  for (let round = 0; round < rounds; round++) {
    const acknowledged = await killedWriter(file, round, 1 + ((round * 37) % 400));
    const store = openStore(file, { history: 500 });
    expect(store.revision).toBeGreaterThanOrEqual(acknowledged);
    // The state is exactly what the history says.
    const newest = new Map<string, { type: string; revision: number }>();
    for (const { key, type, revision } of store.changesSince(store.oldestRevision)) newest.set(key, { type, revision });
    for (const [name, { type, revision }] of newest) {
      const stored = store.get('things', undefined, name);
      if (type === 'DELETED') expect(stored).toBeUndefined();
      else expect(Number(stored?.metadata.resourceVersion)).toBe(revision);
    }
    // And it takes writes.
    const { metadata } = store.put(
      'things',
      {
        apiVersion: 'v1',
        kind: 'Thing',
        metadata: { name: 'after', uid: 'after', resourceVersion: '', creationTimestamp: '' },
      },
      undefined,
    );
    expect(Number(metadata.resourceVersion)).toBeGreaterThan(acknowledged);
    store.close();
  }
});

function thing(name: string, fill = 0): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name, uid: name, resourceVersion: '', creationTimestamp: '' },
    spec: { fill: 'x'.repeat(fill) },
  };
}

describe.skipIf(!canMount)('a full disk [needs root and tmpfs]', () => {
  test('refuses writes, loses nothing, and takes them again when there is room', () => {
    using disk = smallDisk(4);
    const file = join(disk.dir, 'store.db');
    // A short history, so that compaction meets the full disk too.
    const store = openStore(file, { history: 20 });
    const heard: number[] = [];
    store.subscribe(({ revision }) => void heard.push(revision));
    for (let count = 0; count < 50; count++) store.put('things', thing(`o${count % 30}`, 2000), undefined);
    disk.fill();

    const written = new Map(store.list('things').map((object) => [object.metadata.name, object]));
    let refused = 0;
    for (let count = 0; refused < 20; count++) {
      const name = `o${count % 40}`;
      const before = store.revision;
      try {
        written.set(name, store.put('things', thing(name, 5000), undefined));
      } catch (error) {
        expect(error).toBeInstanceOf(StoreFull);
        expect(store.revision).toBe(before);
        expect(store.get('things', undefined, name)).toBe(written.get(name));
        refused++;
      }
    }
    // What another process would find now, after a kill.
    const state = () => [...written.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    const again = openStore(file, { history: 20 });
    expect([...again.list('things')].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))).toEqual(state());
    again.close();

    disk.free();
    for (let count = 0; count < 100; count++) {
      const name = `o${count % 40}`;
      written.set(name, store.put('things', thing(name, 10), undefined));
    }
    expect(heard).toEqual(heard.map((_, index) => index + 1));
    expect(store.changesSince(store.oldestRevision).length).toBeLessThanOrEqual(22);
    store.close();
    const last = openStore(file, { history: 20 });
    expect([...last.list('things')].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))).toEqual(state());
    last.close();
  });
});
