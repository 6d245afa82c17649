/** Which processes of a suite are alive: those whose command line or environment names the suite's own folder. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface LivingProcess {
  pid: number;
  command: string;
}

/** Never this process itself. Zombies do not count: they are dead, only not yet asked about. */
export function processesOf(folder: string): LivingProcess[] {
  if (process.platform !== 'linux') {
    const lines = execFileSync('ps', ['-Aww', '-o', 'pid=,command='], { encoding: 'utf8' }).split('\n');
    return lines
      .filter((line) => line.includes(folder))
      .map((line) => ({ pid: Number.parseInt(line, 10), command: line.trim() }))
      .filter(({ pid }) => pid !== process.pid);
  }
  const found: LivingProcess[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
      if (command !== '' && (command.includes(folder) || environment.includes(folder)))
        found.push({ pid: Number(name), command });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

export const describeProcesses = (list: LivingProcess[]): string[] =>
  list.map(({ pid, command }) => `${pid} ${command.slice(0, 160)}`);

/** Pids of the direct children of a process. */
export function childrenOf(pid: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
