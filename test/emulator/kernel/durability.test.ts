import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';

const writer = fileURLToPath(new URL('./writer.mjs', import.meta.url));
/** `npm run test:full` sets more. */
const rounds = Number(process.env['SLIPWAY_KILL_ROUNDS'] ?? 50);
const budgetMs = rounds > 50 ? 3_600_000 : 15_000;

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

test(`what was acknowledged is there after SIGKILL, ${rounds} rounds`, { timeout: budgetMs + 60_000 }, async () => {
  const file = join(dir, 'store.db');
  const began = Date.now();
  let done = 0;
  for (let round = 0; round < rounds && Date.now() - began < budgetMs; round++) {
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
    done++;
  }
  expect(done).toBeGreaterThanOrEqual(Math.min(rounds, 10));
});
