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

/** Field 22 of /proc/PID/stat on Linux (clock ticks since boot), 'ending' of one that serves nothing any more, '' elsewhere or when it is gone. */
export function processStart(pid: number): string {
  if (process.platform !== 'linux') return '';
  try {
    return startIn(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return '';
  }
}

const exiting = 0x4; // PF_EXITING of the kernel's task flags

/** Of a line of /proc/PID/stat (proc(5)). Pure. */
export function startIn(stat: string): string {
  // The name of the program, in parentheses, may have blanks and parentheses of its own.
  const [state, , , , , , flags, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // One that was killed keeps its pid while the kernel takes it apart, on a busy machine for a while after its sockets have
  // closed, and then until it is reaped.
  return state === 'Z' || (Number(flags) & exiting) !== 0 ? 'ending' : (rest[12] ?? '');
}

/** @param start what processStart said of the one that is meant; '' where nothing tells */
export function isSameProcess(pid: number, start: string): boolean {
  if (!isAlive(pid)) return false;
  const now = processStart(pid);
  return now !== 'ending' && (start === '' || now === '' || now === start);
}
