/** Keeps memory limits of process groups: looks at all of them once a second and ends one that is above its limit. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { memoryOf } from './groups.ts';

const run = promisify(execFile);
const everyMs = 1_000;

export interface MemoryWatch {
  add(pgid: number, limitBytes: number, exceeded: () => void): void;
  remove(pgid: number): void;
  close(): void;
}

export function createMemoryWatch(): MemoryWatch {
  const watched = new Map<number, { limit: number; exceeded: () => void }>();
  let timer: NodeJS.Timeout | undefined;

  const look = async () => {
    const used = await usage(new Set(watched.keys()));
    for (const [pgid, { limit, exceeded }] of watched) {
      if ((used.get(pgid) ?? 0) <= limit) continue;
      watched.delete(pgid);
      exceeded();
    }
    stopWhenIdle();
  };
  const stopWhenIdle = () => {
    if (watched.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  return {
    add(pgid, limit, exceeded) {
      watched.set(pgid, { limit, exceeded });
      timer ??= setInterval(() => look().catch(() => undefined), everyMs).unref();
    },
    remove(pgid) {
      watched.delete(pgid);
      stopWhenIdle();
    },
    close: () => clearInterval(timer),
  };
}

async function usage(groups: ReadonlySet<number>): Promise<Map<number, number>> {
  if (process.platform === 'linux') return memoryOf(groups);
  const bytes = new Map<number, number>();
  const { stdout } = await run('ps', ['-axo', 'pgid=,rss=']);
  for (const line of stdout.split('\n')) {
    const [group, kilobytes] = line.trim().split(/\s+/).map(Number);
    if (group === undefined || kilobytes === undefined || !groups.has(group)) continue;
    bytes.set(group, (bytes.get(group) ?? 0) + kilobytes * 1024);
  }
  return bytes;
}
