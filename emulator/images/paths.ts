/**
 * Which file lists may become a tree on disk. A plan comes over the network: whatever would be written outside of its
 * tree, through a link, or could not be laid out on this machine is refused before the first byte is written.
 */
import type { ImageFile } from '../capabilities/protocol.ts';

const windowsReserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i;
const windowsForbidden = /[<>:"|?*]|[. ]$/;

/** @returns what is wrong with this path, or undefined. */
export function pathFault(path: string, platform: NodeJS.Platform = process.platform): string | undefined {
  if (path === '') return 'is empty';
  if (Buffer.byteLength(path) > 4096) return 'is longer than 4096 bytes';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'has control characters';
  if (path.includes('\\')) return 'has a backslash';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute';
  for (const segment of path.split('/')) {
    if (segment === '') return 'has an empty segment';
    if (segment === '.' || segment === '..') return `has a "${segment}" segment`;
    if (Buffer.byteLength(segment) > 255) return 'has a segment longer than 255 bytes';
    if (platform === 'win32' && (windowsReserved.test(segment) || windowsForbidden.test(segment))) {
      return `has the segment "${segment}", which Windows reserves`;
    }
  }
  return undefined;
}

/**
 * A link's target is relative, leads up only at its start, and stays inside. With `..` only in front no chain of links can
 * leave the tree: after the leading part it only ever descends.
 */
export function linkFault(path: string, target: string): string | undefined {
  if (target === '') return 'has an empty target';
  if (target.includes('\\') || target.includes('\0')) return 'has a target with a backslash or NUL';
  if (target.startsWith('/') || /^[A-Za-z]:/.test(target)) return `points to "${target}", which is absolute`;
  const segments = target.split('/').filter((segment) => segment !== '.' && segment !== '');
  const firstDown = segments.findIndex((segment) => segment !== '..');
  const up = firstDown < 0 ? segments.length : firstDown;
  if (segments.slice(up).includes('..')) return `points to "${target}", which goes down and up again`;
  if (up > path.split('/').length - 1) return `points to "${target}", which is outside of the image`;
  return undefined;
}

/** @returns the first fault of a file list with the path that has it, or undefined. */
export function filesFault(
  files: readonly ImageFile[],
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const foldsCase = platform === 'win32' || platform === 'darwin';
  const key = (path: string) => (foldsCase ? path.normalize('NFC').toLowerCase() : path);
  const seen = new Map<string, string>();
  for (const { path, size, sha256, link } of files) {
    const fault = pathFault(path, platform) ?? (link === undefined ? undefined : linkFault(path, link));
    if (fault) return `the path ${JSON.stringify(path)} ${fault}`;
    if (link === undefined && !/^[0-9a-f]{64}$/.test(sha256)) return `${path}: sha256 must be 64 lower-case hex digits`;
    if (!Number.isSafeInteger(size) || size < 0) return `${path}: size must be a whole number of bytes`;
    const twin = seen.get(key(path));
    if (twin !== undefined) {
      return twin === path
        ? `the path ${JSON.stringify(path)} is listed twice`
        : `${twin} and ${path} differ in case only`;
    }
    seen.set(key(path), path);
  }
  // A parent of an entry is a directory, so it is neither a file nor a link of the list.
  for (const { path } of files) {
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
      const parent = seen.get(key(path.slice(0, cut)));
      if (parent !== undefined) return `the path ${JSON.stringify(path)} lies below ${parent}, which is no directory`;
    }
  }
  return undefined;
}
