/** Places that the scripts share. Dependency-free: runs on Node 20 before anything is installed. */
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What is expensive to fetch lives outside the repository, in folders keyed by version. */
export const cacheHome = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'slipway');

export const dist = join(root, 'dist');
export const isWindows = process.platform === 'win32';
