/**
 * A file of manifests as it is being written: its documents, and where in the text a field stands that admission names. Field
 * paths are taken as the platform writes them (`spec.template.metadata.annotations.autoscaling.knative.dev/min-scale`,
 * `containers[0].image`, Go's `containers.env.value` without an index) and followed along what is really there.
 */
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import { type Path, parseYaml, type YamlDocument } from '../app/document.ts';
import { isObjectList, objectsIn } from '../app/objects-in.ts';
import type { Problem, SourcePlace } from '../codes.ts';

/** Offsets into the text; the end is exclusive. */
export interface TextRange {
  start: number;
  end: number;
}

export interface ManifestSource {
  file: string;
  text: string;
  /** Those that could be read; in the place of a list (`kind: List`) its items, each a document by itself. */
  documents: ManifestDocument[];
  /** What is wrong with the YAML itself. */
  problems: Problem[];
  place(range: TextRange): SourcePlace;
  offset(line: number, column: number): number;
}

export interface ManifestDocument {
  /** Among the source's documents. */
  index: number;
  value: unknown;
  /** What `value` was made of; null for an empty document. */
  contents: Node | null;
  range: TextRange;
  /** Which of the file's YAML documents it is in, and where: `[]`, or `['items', 0]` of a list. */
  yaml: number;
  at: Path;
}

export interface Located {
  /** Of what was found. */
  path: Path;
  /** What of the path is not there; '' = all of it is. */
  missing: string;
  node: Node | null;
  /** The pair whose value it is; undefined for a list's item and the root. */
  pair: Pair<Scalar, Node | null> | undefined;
  /** What to underline: a scalar's value, a group's key, a list item's first key. */
  range: TextRange;
}

export function readSource(file: string, text: string): ManifestSource {
  const { documents, problems } = parseYaml(file, text);
  const lines = new LineCounter();
  lines.lineStarts = lineStartsOf(text);
  return {
    file,
    text,
    problems,
    documents: documents.flatMap(documentsIn).map((document, index) => ({ ...document, index })),
    place({ start, end }) {
      const from = lines.linePos(start);
      const to = lines.linePos(Math.max(start, end));
      return { file, line: from.line, column: from.col, endLine: to.line, endColumn: to.col };
    },
    offset: (line, column) => (lines.lineStarts[line - 1] ?? text.length) + column - 1,
  };
}

function documentsIn({ value, ast }: YamlDocument, yaml: number): Omit<ManifestDocument, 'index'>[] {
  const whole = { start: ast.range[0], end: ast.range[2] };
  if (!isObjectList(value)) return [{ value, contents: ast.contents, range: whole, yaml, at: [] }];
  return objectsIn(value).map((item) => {
    const node = nodeAt(ast, item.at);
    const [start, , end] = node?.range ?? [whole.start, whole.end, whole.end];
    const contents = isAlias(node) ? (node.resolve(ast) ?? null) : node;
    return { value: item.value, contents, range: { start, end }, yaml, at: item.at };
  });
}

function nodeAt(ast: Document.Parsed, path: Path): Node | null {
  return path.reduce<Node | null>((node, step) => {
    const group = isAlias(node) ? (node.resolve(ast) ?? null) : node;
    if (isSeq(group)) return (group.items[Number(step)] as Node | undefined) ?? null;
    return pairsOf(group).find(({ key }) => key.value === step)?.value ?? null;
  }, ast.contents);
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

interface Step {
  node: Node | null;
  pair: Pair<Scalar, Node | null> | undefined;
  path: (string | number)[];
}

/** Follows a path as far as it is there. */
export function locate(document: ManifestDocument, path: string | Path): Located {
  const text = typeof path === 'string' ? path : pathText(path);
  const root: Step = { node: document.contents, pair: undefined, path: [] };
  const { step, rest } = follow(root, text);
  return { ...step, missing: rest, range: rangeOf(document, step) };
}

/** `['spec', 'containers', 0, 'a.b/c']` as one text that `locate` reads. */
function pathText(path: Path): string {
  return path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
}

function follow(step: Step, rest: string): { step: Step; rest: string } {
  const text = rest.replace(/^\./, '');
  if (text === '') return { step, rest: '' };
  const { node, path } = step;
  if (isMap(node)) {
    const wanted = /^\[([^\]]*)\]/.exec(text);
    // A key may have dots in it: of those that the text begins with the longest is meant.
    const found = pairsOf(node)
      .map((pair) => ({ pair, key: String(pair.key.value) }))
      .filter(({ key }) =>
        wanted ? wanted[1] === key : text.startsWith(key) && /^($|[.[])/.test(text.slice(key.length)),
      )
      .sort((a, b) => b.key.length - a.key.length)[0];
    if (!found) return { step, rest: text };
    const next = { node: found.pair.value, pair: found.pair, path: [...path, found.key] };
    return follow(next, text.slice(wanted ? wanted[0].length : found.key.length));
  }
  if (isSeq(node)) {
    const index = /^\[(\d+|\*)\]/.exec(text);
    const at = (which: number): Step => ({
      node: (node.items[which] as Node) ?? null,
      pair: undefined,
      path: [...path, which],
    });
    if (index) {
      const which = index[1] === '*' ? 0 : Number(index[1]);
      return which < node.items.length ? follow(at(which), text.slice(index[0].length)) : { step, rest: text };
    }
    // Go's decoder does not say which item: the first that has the rest, and with a value that is no text before others.
    const tries = node.items.map((_, which) => follow(at(which), text));
    return (
      tries.find((each) => each.rest === '' && isScalar(each.step.node) && typeof each.step.node.value !== 'string') ??
      tries.find((each) => each.rest === '') ?? { step, rest: text }
    );
  }
  return { step, rest: text };
}

export function pairsOf(node: unknown): Pair<Scalar, Node | null>[] {
  if (!isMap(node)) return [];
  return node.items.filter((pair) => isPair(pair) && isScalar(pair.key)) as Pair<Scalar, Node | null>[];
}

function rangeOf(document: ManifestDocument, { node, pair }: Step): TextRange {
  if (isScalar(node) && node.range && node.range[1] > node.range[0])
    return { start: node.range[0], end: node.range[1] };
  const key = pair?.key.range;
  if (key) return { start: key[0], end: key[1] };
  const first = pairsOf(node)[0]?.key.range;
  if (first) return { start: first[0], end: first[1] };
  const [start, end] = node?.range ?? [document.range.start, document.range.end];
  return { start, end: Math.max(start, end) };
}

/** The key of a pair. */
export function keyRange({ pair, range }: Located): TextRange {
  const key = pair?.key.range;
  return key ? { start: key[0], end: key[1] } : range;
}

/** The document that an offset is in: the last one that begins before it. */
export function documentAt(source: ManifestSource, offset: number): ManifestDocument | undefined {
  return source.documents.findLast(({ range }) => range.start <= offset) ?? source.documents[0];
}

/** The path of the key or value at an offset, and whether it is the key. */
export function pathAt(
  document: ManifestDocument,
  offset: number,
): { path: Path; part: 'key' | 'value'; range: TextRange } | undefined {
  const inside = (range: readonly number[] | null | undefined): range is [number, number, number] =>
    !!range && (range[0] ?? 0) <= offset && offset <= (range[1] ?? 0);
  const visit = (node: Node | null, path: Path): ReturnType<typeof pathAt> => {
    if (!node || !inside([node.range?.[0] ?? 0, node.range?.[2] ?? 0])) return undefined;
    if (isMap(node)) {
      for (const pair of pairsOf(node)) {
        const here = [...path, String(pair.key.value)];
        const { range } = pair.key;
        if (inside(range)) return { path: here, part: 'key', range: { start: range[0], end: range[1] } };
        const found = visit(pair.value, here);
        if (found) return found;
      }
      return undefined;
    }
    if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) {
        const found = visit(item as Node, [...path, index]);
        if (found) return found;
      }
      return undefined;
    }
    return inside(node.range)
      ? { path, part: 'value', range: { start: node.range[0], end: node.range[1] } }
      : undefined;
  };
  return visit(document.contents, []);
}
