/** Whether a process is there, and is the one that was meant: pids are given out anew. */
import { readFileSync } from 'node:fs';

/** Also one of another user, which may not be signalled. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/PID/stat on Linux (clock ticks since boot), '' elsewhere or when the process is gone. */
export function processStart(pid: number): string {
  if (process.platform !== 'linux') return '';
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie holds its pid until it is reaped, but it serves nothing any more.
    return fields[0] === 'Z' ? 'zombie' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

/** @param start what processStart said of the one that is meant; '' where nothing tells */
export function isSameProcess(pid: number, start: string): boolean {
  if (!isAlive(pid)) return false;
  const now = processStart(pid);
  return now !== 'zombie' && (start === '' || now === '' || now === start);
}
