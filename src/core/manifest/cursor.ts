/**
 * Where a cursor stands in YAML that is being written and so is not valid yet: a marker is put in the place of the word under it,
 * and the rest is read as it is.
 */
import { isMap, isScalar, isSeq, type Node, parseAllDocuments, visit } from 'yaml';
import type { Path } from '../app/document.ts';
import { isObjectList } from '../app/objects-in.ts';
import { pairsOf, type TextRange } from './source.ts';

export interface Cursor {
  role: 'key' | 'value';
  /** Of the group whose key is written, or of the value itself; in a list's item from that item on. */
  path: Path;
  /** What a completion replaces. */
  range: TextRange;
  /** What of it stands before the cursor. */
  typed: string;
  /** The document, or the item of a list (`kind: List`), without the word at the cursor. */
  root: unknown;
  /** Keys of the same group, or items of the same list. */
  siblings: ReadonlySet<string>;
  /** How much deeper the keys are than the line's own indentation: two for each `- ` before them. */
  deeper: number;
  /** Blanks that a key needs before it: the editor leaves a new line at the dash of the item above, keys stand behind it. */
  prefix: string;
  /** A colon follows already. */
  hasColon: boolean;
}

const marker = 'slipwayCursorHere';

/** Undefined in a comment, in a block of text, or where nothing can be made of the text. */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const newline = text.indexOf('\n', offset);
  const lineEnd = newline < 0 ? text.length : newline;
  const before = text.slice(lineStart, offset);
  const after = text.slice(offset, lineEnd);
  if (/(^|\s)#/.test(before)) return undefined;
  const value = /^(\s*(?:- +)*)("[^"]*"|'[^']*'|[^\s:#"'{[][^:#]*?):\s+(.*)$/.exec(before);
  if (value) {
    const typed = value[3] ?? '';
    const rest = /^[^#\r]*?(?=\s*(?:#|\r?$))/.exec(after)?.[0] ?? '';
    return read(text, { start: offset - typed.length, end: offset + rest.length }, marker, 'value', typed, 0, false);
  }
  const key = /^(\s*((?:- +)*))([^\s#:{[][^#]*)?$/.exec(before);
  if (!key) return undefined;
  const typed = key[3] ?? '';
  if (!key[2] && continuesItem(text, lineStart, (key[1] ?? '').length)) {
    const at = offset - typed.length;
    const inside = cursorAt(`${text.slice(0, at)}  ${text.slice(at)}`, offset + 2);
    if (!inside) return undefined;
    const range = { start: inside.range.start - 2, end: inside.range.end - 2 };
    return { ...inside, range, deeper: 2, prefix: '  ' };
  }
  const rest = /^[^\s:#]*/.exec(after)?.[0] ?? '';
  const following = after.slice(rest.length);
  const hasColon = /^\s*:/.test(following);
  const range = { start: offset - typed.length, end: offset + rest.length };
  const deeper = (key[2] ?? '').length;
  const asKey = read(text, range, hasColon ? marker : `${marker}: 0`, 'key', typed, deeper, hasColon);
  return asKey;
}

/** The last line above that is not deeper than `column` begins a list's item there. */
function continuesItem(text: string, lineStart: number, column: number): boolean {
  const above = text.slice(0, Math.max(0, lineStart - 1)).split('\n');
  const last = above.findLast((line) => line.trim() !== '' && (/^ */.exec(line)?.[0].length ?? 0) <= column);
  return last?.startsWith(`${' '.repeat(column)}- `) ?? false;
}

function read(
  text: string,
  range: TextRange,
  inserted: string,
  role: Cursor['role'],
  typed: string,
  deeper: number,
  hasColon: boolean,
): Cursor | undefined {
  const marked = text.slice(0, range.start) + inserted + text.slice(range.end);
  const parsed = parseAllDocuments(marked, { uniqueKeys: false });
  for (const document of Array.isArray(parsed) ? parsed : []) {
    let found: { path: Path; siblings: Set<string> } | undefined;
    visit(document, {
      Scalar(position, node, ancestors) {
        if (node.value !== marker) return undefined;
        const nodes = [...ancestors.filter((each) => isMap(each) || isSeq(each)), node] as Node[];
        const parent = nodes.at(-2);
        if (role === 'key' && position !== 'key') return undefined;
        const path = pathThrough(nodes);
        found =
          position === 'key'
            ? { path, siblings: new Set(pairsOf(parent).map(({ key }) => String(key.value))) }
            : {
                path,
                siblings: new Set(
                  isSeq(parent) ? parent.items.map((item) => (isScalar(item) ? String(item.value) : '')) : [],
                ),
              };
        found.siblings.delete(marker);
        return visit.BREAK;
      },
    });
    if (!found) continue;
    const object = objectAt(without(document.toJS({ maxAliasCount: 100 })), found.path);
    return { role, ...object, range, typed, siblings: found.siblings, deeper, prefix: '', hasColon };
  }
  return undefined;
}

function objectAt(root: unknown, path: Path): Pick<Cursor, 'root' | 'path'> {
  const [, index] = path;
  if (!isObjectList(root) || path[0] !== 'items' || typeof index !== 'number') return { root, path };
  return objectAt(root.items?.[index], path.slice(2));
}

/** Keys and indexes from collection to collection; a key at the end adds nothing. */
function pathThrough(nodes: Node[]): Path {
  const path: (string | number)[] = [];
  nodes.slice(0, -1).forEach((node, index) => {
    const next = nodes[index + 1];
    if (isSeq(node)) path.push(node.items.indexOf(next as never));
    else {
      const pair = pairsOf(node).find(({ value }) => value === next);
      if (pair) path.push(String(pair.key.value));
    }
  });
  return path;
}

function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without);
  if (value === null || typeof value !== 'object') return value === marker ? undefined : value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== marker)
      .map(([key, inner]) => [key, without(inner)]),
  );
}
