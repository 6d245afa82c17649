/** Which revision a request goes to: host, path and headers select a row, its weights a revision. Pure. */
import type { HostPath, HostRoute } from './protocol.ts';
import { type HeaderList, headerOf } from './types.ts';

/** Lower case, without its port; a name's final dot stays (no such host is served, as with Envoy). */
export function hostName(authority: string): string {
  const bracket = authority.startsWith('[') ? authority.indexOf(']') : -1;
  const colon = authority.indexOf(':', Math.max(bracket, 0));
  return (colon < 0 ? authority : authority.slice(0, colon)).toLowerCase();
}

/** The first row whose prefix and headers hold; undefined where none does. */
export function matchPath(route: HostRoute, path: string, headers: HeaderList): HostPath | undefined {
  if (path[0] !== '/') return undefined;
  for (const row of route.paths) {
    if (row.path && !path.startsWith(row.path)) continue;
    if (row.headers && !headersHold(row.headers, headers)) continue;
    return row;
  }
  return undefined;
}

function headersHold(wanted: Record<string, string>, headers: HeaderList): boolean {
  for (const name in wanted) if (headerOf(headers, name.toLowerCase()) !== wanted[name]) return false;
  return true;
}

/** `random`: in [0, 1). Percentages of a row add up to 100; a row that does not is taken by its own sum. */
export function chooseSplit(row: HostPath, random: () => number): HostPath['splits'][number] | undefined {
  const { splits } = row;
  if (splits.length === 1) return splits[0];
  let total = 0;
  for (const split of splits) total += split.percent;
  let at = random() * total;
  for (const split of splits) {
    if (split.percent <= 0) continue;
    if (at < split.percent) return split;
    at -= split.percent;
  }
  return splits.findLast((split) => split.percent > 0);
}

/** Whether each `%` of the path (not of the query) begins an escape, and nothing in it is a control character. */
export function isValidPath(path: string): boolean {
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code === 63) return true;
    if (code < 32 || code === 127) return false;
    if (code === 37 && !(isHex(path.charCodeAt(i + 1)) && isHex(path.charCodeAt(i + 2)))) return false;
  }
  return true;
}

function isHex(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}
