/** Smallest changes of a manifest's text: what is not meant stays as its author wrote it, comments included. */
import { isAlias, isCollection, isMap, isScalar, isSeq, type Node, stringify } from 'yaml';
import { type Located, locate, type ManifestDocument, type ManifestSource, pairsOf, type TextRange } from './source.ts';

export interface TextEdit extends TextRange {
  text: string;
}

/** From the last to the first, so that offsets hold. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((changed, edit) => changed.slice(0, edit.start) + edit.text + changed.slice(edit.end), text);
}

export function scalarText(value: unknown): string {
  return stringify(value, { lineWidth: 0 }).replace(/\n$/, '');
}

/** Sets the value at a path; what is missing of the path is made. `path` as `locate` reads it. */
export function setValue(source: ManifestSource, document: ManifestDocument, path: string, value: unknown): TextEdit[] {
  const at = locate(document, path);
  if (at.missing === '') {
    const { node } = at;
    if (node?.range && !isCollection(node) && (isScalar(node) || isAlias(node)) && node.range[1] > node.range[0]) {
      return [{ start: node.range[0], end: node.range[1], text: scalarText(value) }];
    }
    if (at.pair) {
      const after = colonAfter(source.text, at.pair.key.range?.[1] ?? 0);
      if (node === null || (node.range && node.range[0] === node.range[1])) {
        return [{ start: after, end: after, text: ` ${scalarText(value)}` }];
      }
    }
    return [];
  }
  return insertMissing(source, document, at, value);
}

function colonAfter(text: string, offset: number): number {
  const colon = text.indexOf(':', offset);
  return colon < 0 ? offset : colon + 1;
}

function insertMissing(source: ManifestSource, document: ManifestDocument, at: Located, value: unknown): TextEdit[] {
  const steps = stepsOf(at.missing);
  const { node } = at;
  const unit = indentUnit(source.text, document.contents);
  if (isMap(node)) {
    if (node.flow) {
      const open = node.range?.[0] ?? 0;
      const comma = node.items.length > 0 ? ', ' : ' ';
      return [{ start: open + 1, end: open + 1, text: ` ${flowText(steps, value)}${comma}` }];
    }
    const first = pairsOf(node)[0];
    const column = columnOf(source.text, first?.key.range?.[0] ?? node.range?.[0] ?? 0);
    return [appendLines(source.text, node, blockLines(steps, value, column, unit))];
  }
  if (isSeq(node) && !node.flow) {
    const column = columnOf(source.text, (node.items[0] as Node | undefined)?.range?.[0] ?? node.range?.[0] ?? 0) - 2;
    return [appendLines(source.text, node, blockLines(steps, value, Math.max(0, column), unit))];
  }
  if (at.pair?.key.range) {
    // A key with nothing behind it.
    const after = colonAfter(source.text, at.pair.key.range[1]);
    const column = columnOf(source.text, at.pair.key.range[0]);
    return [{ start: after, end: after, text: `\n${blockLines(steps, value, column + unit, unit).join('\n')}` }];
  }
  const start = document.range.start;
  return [{ start, end: start, text: `${blockLines(steps, value, 0, unit).join('\n')}\n` }];
}

/** `template.spec.containers[0].image` → its steps; a key in `[…]` that is no number is one key. */
function stepsOf(path: string): (string | number)[] {
  const annotation = /^(.*?(?:annotations|labels))\.(.+)$/.exec(path);
  if (annotation?.[1] && annotation[2]) return [...stepsOf(annotation[1]), annotation[2]];
  // Where `annotations` itself is there, what is missing is one key with dots in it.
  if (/^[a-z0-9.-]+\.[a-z]+\/\S+$/.test(path)) return [path];
  return [...path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map(([, inside, key]) =>
    inside === undefined ? (key ?? '') : /^\d+$/.test(inside) ? Number(inside) : inside,
  );
}

function nested(steps: readonly (string | number)[], value: unknown): unknown {
  return steps.reduceRight<unknown>((inner, step) => (typeof step === 'number' ? [inner] : { [step]: inner }), value);
}

function blockLines(steps: readonly (string | number)[], value: unknown, column: number, unit: number): string[] {
  const pad = ' '.repeat(column);
  const lines = stringify(nested(steps, value), { indent: unit, lineWidth: 0 }).replace(/\n$/, '').split('\n');
  return lines.map((line) => (line === '' ? line : pad + line));
}

function flowText(steps: readonly (string | number)[], value: unknown): string {
  return stringify(nested(steps, value), { collectionStyle: 'flow', lineWidth: 0 })
    .trim()
    .replace(/^\{\s*|\s*\}$/g, '');
}

/** After the last line of a group. */
function appendLines(text: string, node: Node, lines: string[]): TextEdit {
  const last = lastOffset(node);
  const atLineStart = last > 0 && text[last - 1] === '\n';
  if (atLineStart) return { start: last, end: last, text: `${lines.join('\n')}\n` };
  const newline = text.indexOf('\n', last);
  const end = newline < 0 ? text.length : newline;
  const at = text[end - 1] === '\r' ? end - 1 : end;
  return { start: at, end: at, text: `\n${lines.join('\n')}` };
}

function lastOffset(node: Node | null | undefined): number {
  if (isMap(node) && !node.flow) {
    const pair = pairsOf(node).at(-1);
    const inner = pair?.value ? lastOffset(pair.value) : 0;
    return Math.max(inner, pair?.key.range?.[1] ?? 0);
  }
  if (isSeq(node) && !node.flow) return lastOffset(node.items.at(-1) as Node | undefined);
  return node?.range?.[1] ?? 0;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** How far a group's keys stand behind the group's own, as the first one of the document shows. */
function indentUnit(text: string, root: Node | null): number {
  for (const { key, value } of pairsOf(root)) {
    const inner = isMap(value) && !value.flow ? pairsOf(value)[0]?.key.range : undefined;
    if (inner && key.range) return columnOf(text, inner[0]) - columnOf(text, key.range[0]) === 4 ? 4 : 2;
  }
  return 2;
}

/** Takes a pair (or a list's item) away with its lines, and leaves a list's dash to what comes after. */
export function removeAt(source: ManifestSource, at: Located): TextEdit[] {
  const { text } = source;
  const key = at.pair?.key.range;
  const from = key?.[0] ?? at.node?.range?.[0];
  if (from === undefined) return [];
  const lastOf = Math.max(lastOffset(at.node), key?.[1] ?? 0);
  const lineStart = text.lastIndexOf('\n', from - 1) + 1;
  const newline = text.indexOf('\n', Math.max(from, text[lastOf - 1] === '\n' ? lastOf - 1 : lastOf));
  const end = newline < 0 ? text.length : newline + 1;
  const before = text.slice(lineStart, from);
  if (before.trim() === '' || (key === undefined && /^\s*- *$/.test(before)))
    return [{ start: lineStart, end, text: '' }];
  if (/^\s*(- +)+$/.test(before)) {
    // The first key of a list's item: the next one comes into its place.
    const next = /^\s*(?=\S)/.exec(text.slice(end))?.[0].length ?? 0;
    return next === from - lineStart ? [{ start: from, end: end + next, text: '' }] : [];
  }
  return [];
}

export function renameKey(at: Located, name: string): TextEdit[] {
  const range = at.pair?.key.range;
  return range ? [{ start: range[0], end: range[1], text: name }] : [];
}
