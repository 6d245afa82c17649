/** Which package manager a Node application is kept with. Pure leaf. */

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
