/** What an installation of code-server that was killed leaves is hundreds of MB: the next one removes it, and nothing else. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const script = new URL('../../scripts/lib/code-server.mjs', import.meta.url).href;
const { removeDrafts } = (await import(script)) as { removeDrafts(folder: string): void };

it('removes the drafts of those that are dead, of any version, and leaves what is whole or still worked on', () => {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-drafts-'));
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const alive = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  try {
    const kept = ['code-server-4.139.1', `code-server-4.139.1.${alive.pid}`, 'kubectl', `other-1.2.3.${dead}`];
    const left = [`code-server-4.139.1.${dead}`, `code-server-4.120.0.${dead}`, `code-server-4.139.1.${process.pid}`];
    for (const name of [...kept, ...left]) {
      mkdirSync(join(dir, name, 'node_modules', 'some'), { recursive: true });
      writeFileSync(join(dir, name, 'node_modules', 'some', 'file'), '');
    }
    removeDrafts(dir);
    expect(readdirSync(dir).sort()).toEqual(kept.sort());
    // A machine that has never had one.
    removeDrafts(join(dir, 'none'));
  } finally {
    alive.kill();
    rmSync(dir, { recursive: true, force: true });
  }
});
