/** From an absolute file to a place in the application: what is outside of it, or installed into it, is no statement of its own. */
import { sep } from 'node:path';
import type { LogSite, SiteOf } from '../ports.ts';
import type { Site } from './records.ts';

/** `real`: `root` without symbolic links, which is how interpreters name files. */
export function placeIn(
  real: string,
  root: string,
  take: (stream: 'stdout' | 'stderr', text: string) => Site | undefined,
): SiteOf {
  const placed = new Map<Site, LogSite | undefined>();
  return (stream, text) => {
    const site = take(stream, text);
    if (!site) return undefined;
    if (!placed.has(site)) placed.set(site, placeOf(site, real, root));
    return placed.get(site);
  };
}

function placeOf({ file, ...rest }: Site, real: string, root: string): LogSite | undefined {
  const inside = [real, root].find((folder) => file.startsWith(folder + sep));
  if (inside === undefined) return undefined;
  const path = file.slice(inside.length + 1).replaceAll(sep, '/');
  return /(^|\/)(node_modules|site-packages)\//.test(path) ? undefined : { root, path, ...rest };
}
