import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processStart } from '../../../emulator/platform/alive.ts';
import { startGuardian } from '../../../emulator/pods/guardian.ts';
import { markedProcesses } from '../../../emulator/pods/process/groups.ts';
import { createProcessRuntime } from '../../../emulator/pods/process/runtime.ts';
import { guardianScript } from './harness.ts';

let dir: string;
let mark: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-guardian-'));
  mark = `${randomUUID()}/`;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const source = (path: string) => JSON.stringify(new URL(`../../../emulator/${path}`, import.meta.url).href);

/** A platform's part that spawns instances without end; each also has a child, and one that leaves its group. */
const spawner = (options: { guardian: boolean }) => `
  import { createProcessRuntime } from ${source('pods/process/runtime.ts')};
  import { startGuardian } from ${source('pods/guardian.ts')};
  const guardian = ${options.guardian} ? await startGuardian({ script: ${JSON.stringify(guardianScript)}, mark: ${JSON.stringify(mark)} })
    : { add() {}, remove() {}, pid: undefined, async close() {} };
  const config = { cmd: ['sh', '-c', 'setsid sleep 300 & sleep 300 & trap "" TERM; while :; do sleep 300; done'], env: {} };
  const images = {
    resolve: () => ({ name: 'x', tag: '', digest: 'x', reference: 'x', files: 0, bytes: 0, createdAt: 0, config }),
    checkout: async () => ({ dir: '/', config }),
  };
  const runtime = createProcessRuntime({ stateDir: ${JSON.stringify(dir)}, images, guardian, mark: ${JSON.stringify(mark)} });
  const box = await runtime.createPod({});
  const spec = { name: 'c', image: 'x', env: {}, mounts: [], imagePullPolicy: 'Never' };
  for (let i = 0; i < 1000; i++) {
    await box.start(spec, () => {});
    console.log(guardian.pid ?? 0);
  }`;

async function spawnAndKill(lines: number, options: { guardian: boolean }): Promise<number> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', spawner(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.split('\n').length > lines) break;
  }
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  return Number(output.split('\n')[0]);
}

async function none(withinMs: number): Promise<number> {
  const end = performance.now() + withinMs;
  while (markedProcesses(mark).length > 0 && performance.now() < end) await new Promise((next) => setTimeout(next, 20));
  return markedProcesses(mark).length;
}

describe('no orphans', () => {
  it.skipIf(process.platform === 'win32')(
    'ends every process within 2 s of the platform’s SIGKILL, in the middle of spawns',
    async () => {
      for (const lines of [1, 6]) {
        const guardian = await spawnAndKill(lines, { guardian: true });
        expect(markedProcesses(mark).length).toBeGreaterThan(0);
        expect(await none(2_000)).toBe(0);
        // Where nobody adopts it, its zombie stays: it does nothing any more.
        const gone = async () => {
          const end = performance.now() + 2_000;
          while (!['', 'ending'].includes(processStart(guardian)) && performance.now() < end) {
            await new Promise((next) => setTimeout(next, 20));
          }
          return ['', 'ending'].includes(processStart(guardian));
        };
        expect(await gone()).toBe(true);
      }
    },
  );

  it.skipIf(process.platform === 'win32')(
    'reaps at the next start what a platform without its guardian left',
    async () => {
      await spawnAndKill(3, { guardian: false });
      expect(markedProcesses(mark).length).toBeGreaterThan(3);
      const nothing = () => undefined;
      const guardian = { add: nothing, remove: nothing };
      const images = {
        resolve: () => undefined,
        checkout: async () => {
          throw new Error('none');
        },
      };
      const runtime = createProcessRuntime({ stateDir: dir, images, guardian, mark });
      expect(await runtime.reap()).toBeGreaterThanOrEqual(3);
      expect(await none(500)).toBe(0);
      expect(await runtime.reap()).toBe(0);
    },
  );

  it('starts another guardian when it dies before the platform, and tells it the groups', async () => {
    const guardian = await startGuardian({ script: guardianScript, mark });
    const child = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
    const ended = once(child, 'exit');
    guardian.add(child.pid ?? 0);
    const first = guardian.pid ?? 0;
    process.kill(first, 'SIGKILL');
    while (guardian.pid === first || guardian.pid === undefined) await new Promise((next) => setTimeout(next, 10));
    await guardian.close();
    expect(await ended).toEqual([null, 'SIGTERM']);
  });
});
