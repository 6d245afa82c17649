/** Finds `file:line` and `file:line:column` in a line, and Python's `File "x.py", line 3`. Pure leaf. */

export interface Link {
  start: number;
  end: number;
  /** Of the text, so many characters at its start are of no interest: where the platform or the user keeps the files. */
  hidden: number;
  path: string;
  line: number;
  column: number;
}

// A path needs an extension that begins with a letter, so that times (12:44:01) and addresses (10.0.0.1:80) are none.
const plain =
  /((?:file:\/\/)?(?:[A-Za-z]:[\\/]|\.{0,2}[\\/])?(?:[\w.@+~-]+[\\/])*[\w@+~-][\w.@+~-]*\.[A-Za-z]\w{0,9}):(\d{1,7})(?::(\d{1,6}))?(?![\w.:]*\d*:\/\/)/g;
/** What a path may be of is looked at as a whole, and no further than one can be long: a line is as long as its writer likes. */
const runs = /[\w.@+~\\/:-]+/g;
const longestRun = 500;
const python = /File "([^"\n]{1,400})", line (\d{1,7})/g;
/** Ends that name hosts more often than files. */
const hosts = /\.(?:com|org|net|io|dev|local|localhost|internal|svc)$/i;

/** Of the platform's snapshots. */
const snapshot = /^.*[\\/]trees[\\/][0-9a-f]{64}(?:\.\d+)?[\\/]/;

/** `folder`: of the application, which need not be read in each path. */
export function findLinks(text: string, folder: string | null = null): Link[] {
  const hiddenOf = (path: string): number => {
    const plainPath = path.replace(/^file:\/\//, '');
    const before = path.length - plainPath.length;
    const tree = snapshot.exec(plainPath)?.[0].length;
    if (tree !== undefined) return before + tree;
    const inside = folder !== null && /^[\\/]/.test(plainPath.slice(folder.length)) && plainPath.startsWith(folder);
    return inside ? before + folder.length + 1 : 0;
  };
  if (!text.includes(':') && !text.includes('line ')) return [];
  const links: Link[] = [];
  for (const match of text.matchAll(python)) {
    const [whole, path = '', line = '1'] = match;
    links.push({ start: match.index, end: match.index + whole.length, path, line: Number(line), column: 1, hidden: 0 });
  }
  const matches = [...text.matchAll(runs)].flatMap(({ 0: run, index }) =>
    run.length > longestRun ? [] : [...run.matchAll(plain)].map((match) => ({ match, start: index + match.index })),
  );
  for (const { match, start } of matches) {
    const [whole, path = '', line = '1', column = '1'] = match;
    const before = text.slice(Math.max(0, start - 3), start);
    if (hosts.test(path) || path.startsWith('node:') || /:\/\/?$/.test(before) || before.endsWith('@')) continue;
    if (links.some((link) => start < link.end && start + whole.length > link.start)) continue;
    links.push({
      ...{ start, end: start + whole.length, hidden: hiddenOf(path), path },
      line: Number(line),
      column: Number(column),
    });
  }
  return links.sort((one, other) => one.start - other.start);
}
