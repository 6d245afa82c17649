/** Finds `file:line` and `file:line:column` in a line, and Python's `File "x.py", line 3`. Pure leaf. */

export interface Link {
  start: number;
  end: number;
  path: string;
  line: number;
  column: number;
}

// A path needs an extension that begins with a letter, so that times (12:44:01) and addresses (10.0.0.1:80) are none.
const plain =
  /((?:file:\/\/)?(?:[A-Za-z]:[\\/]|\.{0,2}[\\/])?(?:[\w.@+~-]+[\\/])*[\w@+~-][\w.@+~-]*\.[A-Za-z]\w{0,9}):(\d{1,7})(?::(\d{1,6}))?(?![\w.:]*\d*:\/\/)/g;
const python = /File "([^"\n]{1,400})", line (\d{1,7})/g;
/** Ends that name hosts more often than files. */
const hosts = /\.(?:com|org|net|io|dev|local|localhost|internal|svc)$/i;

export function findLinks(text: string): Link[] {
  if (!text.includes(':') && !text.includes('line ')) return [];
  const links: Link[] = [];
  for (const match of text.matchAll(python)) {
    const [whole, path = '', line = '1'] = match;
    links.push({ start: match.index, end: match.index + whole.length, path, line: Number(line), column: 1 });
  }
  for (const match of text.matchAll(plain)) {
    const [whole, path = '', line = '1', column = '1'] = match;
    const before = text.slice(Math.max(0, match.index - 3), match.index);
    if (hosts.test(path) || path.startsWith('node:') || /:\/\/?$/.test(before) || before.endsWith('@')) continue;
    const start = match.index;
    if (links.some((link) => start < link.end && start + whole.length > link.start)) continue;
    links.push({ start, end: start + whole.length, path, line: Number(line), column: Number(column) });
  }
  return links.sort((one, other) => one.start - other.start);
}
