/**
 * From a path in a log line to a file of the workspace. An instance runs from a snapshot, so the path may begin with folders of
 * the platform: the longest end of it that is a file of the application is the one that is meant. Pure leaf.
 */

/** `roots` in order of preference; `isFile` looks at the disk. undefined where nothing fits: no link is better than a wrong one. */
export async function findSource(
  path: string,
  roots: readonly string[],
  isFile: (candidate: string) => Promise<boolean>,
): Promise<string | undefined> {
  const plain = path.replace(/^file:\/\//, '').replaceAll('\\', '/');
  const absolute = plain.startsWith('/') || /^[A-Za-z]:\//.test(plain);
  if (absolute && roots.some((root) => plain.startsWith(`${root.replaceAll('\\', '/')}/`)) && (await isFile(plain))) {
    return plain;
  }
  const parts = plain.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return undefined;
  for (let from = 0; from < parts.length; from++) {
    const end = parts.slice(from).join('/');
    for (const root of roots) {
      const candidate = `${root.replace(/[\\/]$/, '')}/${end}`;
      if (await isFile(candidate)) return candidate;
    }
  }
  return undefined;
}
