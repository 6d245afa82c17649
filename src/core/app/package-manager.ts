/** package.json, and which package manager a Node application is kept with. Pure leaf. */
import { isObject } from './values.ts';

/** `{}` where there is none, or what is there is none. */
export function parsePackageJson(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

const lockFiles: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
];

/** @param named `packageManager` of package.json */
export function packageManagerOf(named: unknown, has: (file: string) => boolean): PackageManager {
  const [, manager] = /^(npm|pnpm|yarn|bun)@/.exec(String(named)) ?? [];
  return (manager as PackageManager | undefined) ?? lockFiles.find(([file]) => has(file))?.[1] ?? 'npm';
}
