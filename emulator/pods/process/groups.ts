/**
 * Process groups of instances: who is in one, and how it ends. Each process of an instance also inherits a mark in its
 * environment, by which those that left their group (setsid, daemons) are found.
 */
import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { processStart } from '../../platform/alive.ts';

const run = promisify(execFile);

/** In every instance's environment: `<platform>/<instance>`. */
export const markVariable = 'SLIPWAY_INSTANCE';

/** Sends a signal to a whole group; false when nobody is in it any more. On Windows it ends the process tree. */
export function signalGroup(pgid: number, signal: NodeJS.Signals): boolean {
  if (process.platform === 'win32') {
    try {
      execFileSync('taskkill', ['/T', '/F', '/PID', String(pgid)], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }
  try {
    process.kill(-pgid, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export function groupIsAlive(pgid: number): boolean {
  try {
    process.kill(process.platform === 'win32' ? pgid : -pgid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  if (process.platform !== 'linux') return true;
  // Zombies keep their group until they are reaped, but they do nothing any more.
  return membersOf(pgid).length > 0;
}

/** Living processes of a group. Linux only; elsewhere the leader alone. */
export function membersOf(pgid: number): number[] {
  if (process.platform !== 'linux') return [pgid];
  return processIds().filter((pid) => {
    const stat = statOf(pid);
    return stat?.group === pgid && stat.state !== 'Z' && stat.state !== 'X';
  });
}

/** Living processes whose environment has a mark that begins with `prefix`: `<platform>/` finds all of a platform. */
export function markedProcesses(prefix: string): { pid: number; mark: string }[] {
  const wanted = `${markVariable}=${prefix}`;
  const found = (pid: number, entries: string[]) => {
    const entry = pid === process.pid ? undefined : entries.find((text) => text.startsWith(wanted));
    return entry ? [{ pid, mark: entry.slice(markVariable.length + 1) }] : [];
  };
  if (process.platform === 'linux') {
    return processIds().flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
        return environment.includes(wanted) ? found(pid, environment.split('\0')) : [];
      } catch {
        return [];
      }
    });
  }
  if (process.platform === 'darwin') {
    try {
      const list = execFileSync('ps', ['-axEww', '-o', 'pid=,command='], { encoding: 'utf8', maxBuffer: 1 << 26 });
      return list.split('\n').flatMap((line) => found(Number.parseInt(line, 10), line.split(' ')));
    } catch {
      return [];
    }
  }
  return [];
}

export function killProcesses(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone in the meantime.
    }
  }
}

/** When a process began, in the OS's own words, to tell a reused pid; '' when it is gone or nothing tells. */
export async function startTimeOf(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return processStart(pid);
    if (process.platform === 'win32') {
      const query = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
      return (await run('powershell', ['-NoProfile', '-Command', query])).stdout.trim();
    }
    return (
      await run('ps', ['-o', 'lstart=', '-p', String(pid)], { env: { ...process.env, LC_ALL: 'C' } })
    ).stdout.trim();
  } catch {
    return '';
  }
}

/** Resident memory of groups in bytes (Linux), all in one pass. */
export function memoryOf(groups: ReadonlySet<number>): Map<number, number> {
  const bytes = new Map<number, number>();
  for (const pid of processIds()) {
    const stat = statOf(pid);
    if (stat && groups.has(stat.group)) bytes.set(stat.group, (bytes.get(stat.group) ?? 0) + stat.residentPages * 4096);
  }
  return bytes;
}

export function processIds(): number[] {
  const pids: number[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (pid > 0) pids.push(pid);
  }
  return pids;
}

function statOf(pid: number): { state: string; group: number; residentPages: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // proc(5): the command is in parentheses and may hold anything; after it come state, ppid, pgrp … rss (field 24).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', group: Number(fields[2]), residentPages: Number(fields[21]) };
  } catch {
    return undefined;
  }
}
