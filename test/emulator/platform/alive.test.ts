import { describe, expect, it } from 'vitest';
import { isSameProcess, processStart, startIn } from '../../../emulator/platform/alive.ts';

/** A line of /proc/PID/stat. */
const stat = (over: { name?: string; state?: string; flags?: number } = {}) =>
  `8734 (${over.name ?? 'node'}) ${over.state ?? 'R'} 8678 8678 32511 0 -1 ${over.flags ?? 0x400000} 100 0 0 0 0 0 0 0 20 0 1 0 4322671 3133440 399`;

describe('when a process began', () => {
  it('is the 22nd field, whatever the name of its program', () => {
    expect(startIn(stat())).toBe('4322671');
    expect(startIn(stat({ name: 'a (b) c) d' }))).toBe('4322671');
  });

  it('is not told of one that ends: taken apart by the kernel, or not yet reaped', () => {
    expect(startIn(stat({ flags: 0x400004 }))).toBe('ending');
    expect(startIn(stat({ state: 'Z' }))).toBe('ending');
  });

  it('tells a process from the next one with its pid', () => {
    const start = processStart(process.pid);
    expect(isSameProcess(process.pid, start)).toBe(true);
    expect(isSameProcess(process.pid, '')).toBe(true);
    expect(isSameProcess(process.pid, `${start}1`)).toBe(process.platform !== 'linux');
  });
});
