/** A disk of a few MiB, to be filled: a tmpfs of the test's own. Needs root and a kernel that lets us mount. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk extends Disposable {
  dir: string;
  /** Takes all the room there is. */
  fill(): void;
  free(): void;
}

export function smallDisk(mebibytes: number): SmallDisk {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=700`, 'slipway-test', dir]);
  const filler = join(dir, 'filler');
  return {
    dir,
    fill() {
      mkdirSync(filler, { recursive: true });
      // Page by page to the last one.
      for (const size of [1 << 20, 1 << 16, 1 << 12]) {
        for (let count = 0; ; count++) {
          try {
            writeFileSync(join(filler, `${size}-${count}`), Buffer.alloc(size));
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code === 'ENOSPC') break;
            throw error;
          }
        }
      }
    },
    free: () => rmSync(filler, { recursive: true, force: true }),
    [Symbol.dispose]() {
      execFileSync('umount', ['-l', dir]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Whether this machine lets us; tests say `needs root and tmpfs` where not. */
export const canMount: boolean = (() => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    smallDisk(1)[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
})();
