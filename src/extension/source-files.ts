/** Which files of an application are its sources. Pure leaf. */

/** Folders that tools write to, and files that are no part of the running program. */
export function isNoSource(path: string): boolean {
  return /(^|[\\/])(node_modules|\.[^\\/]+|__pycache__|dist|build|out|target|coverage)([\\/]|$)|\.(log|tmp|swp|pyc)$|~$/.test(
    path,
  );
}
