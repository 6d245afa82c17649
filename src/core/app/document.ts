/** YAML with positions: syntax errors and places in words that say what was expected. */
import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  visit,
  type YAMLError,
} from 'yaml';
import type { Problem, SourcePlace } from '../codes.ts';
import type { Phrase } from '../messages/phrases.ts';

export type Path = readonly (string | number)[];

export interface YamlDocument {
  value: unknown;
  /** With the offsets of each node. */
  ast: Document.Parsed;
  /** Of the value at `path`, or of the nearest parent that is there. */
  place(path: Path): SourcePlace;
  /** Of the key at `path`. */
  placeOfKey(path: Path): SourcePlace;
}

export function parseYaml(file: string, text: string): { documents: YamlDocument[]; problems: Problem[] } {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const list: Document.Parsed[] = Array.isArray(parsed) ? parsed : [];
  const at = (start: number, end: number): SourcePlace => {
    const from = lines.linePos(start);
    const to = lines.linePos(Math.max(start, end));
    return { file, line: from.line, column: from.col, endLine: to.line, endColumn: to.col };
  };
  const problems = list.flatMap((document) => [
    ...document.errors.map((error) => syntaxProblem(error, at, 'error')),
    ...document.warnings.map((error) => syntaxProblem(error, at, 'warning')),
  ]);
  const documents = list.flatMap((document): YamlDocument[] => {
    // With a key twice it can still be looked at; the last one wins.
    if (document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')) return [];
    const read = plainValue(document);
    if ('detail' in read) {
      const { detail, expected, alias } = read;
      const [start, end] = alias?.range ?? [document.range[0], document.range[0]];
      problems.push({ code: 'YamlSyntax', args: { detail, expected }, place: at(start, end), severity: 'error' });
      return [];
    }
    const placeOf = (node: Node | null | undefined): SourcePlace => {
      const range = (node ?? document.contents)?.range ?? document.range;
      return at(range[0], range[1]);
    };
    return [
      {
        value: read.plain,
        ast: document,
        place: (path) => placeOf(nearest(document, path)),
        placeOfKey: (path) => placeOf(keyNode(document, path) ?? nearest(document, path)),
      },
    ];
  });
  return { documents, problems };
}

type Refused = { detail: Phrase; expected: Phrase; alias: Alias | undefined };

/** Aliases are refused that lead nowhere, that stand in what they name, and that make much out of little: readers follow each of them. */
function plainValue(document: Document.Parsed): { plain: unknown } | Refused {
  const aliases: Alias[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) aliases.push(node);
      else if (node.anchor) anchors.add(node.anchor);
    },
  });
  const refused = (alias: Alias | undefined, detail: Phrase, expected: Phrase): Refused => ({
    alias,
    detail,
    expected,
  });
  const lost = aliases.find(({ source }) => !anchors.has(source));
  if (lost) return refused(lost, `there is no anchor &${lost.source}`, 'an alias of an anchor that stands before it');
  try {
    const plain: unknown = document.toJS({ maxAliasCount: 100 });
    if (aliases.length > 0) JSON.stringify(plain);
    return { plain };
  } catch (error) {
    if (error instanceof TypeError) return refused(aliases[0], 'an alias stands in what it names', 'a value that ends');
    return refused(aliases[0], 'the aliases make too much of it', 'few aliases of small values');
  }
}

function nearest(document: Document.Parsed, path: Path): Node | null {
  let node: ParsedNode | null = document.contents;
  for (const step of path) {
    if (!isCollection(node)) break;
    const next = node.get(step, true);
    if (!next) break;
    node = next as ParsedNode;
  }
  return node;
}

function keyNode(document: Document.Parsed, path: Path): Node | undefined {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  if (!isMap(parent)) return undefined;
  for (const pair of parent.items) {
    if (isPair(pair) && isScalar(pair.key) && pair.key.value === path.at(-1)) return pair.key;
  }
  return undefined;
}

function syntaxProblem(
  error: YAMLError,
  at: (start: number, end: number) => SourcePlace,
  severity: Problem['severity'],
): Problem {
  const detail = error.message.split('\n')[0]?.replace(/ at line \d+.*$/, '') ?? error.code;
  return {
    code: 'YamlSyntax',
    args: { detail, expected: expectations[error.code] ?? 'valid YAML 1.2' },
    place: at(error.pos[0], error.pos[1]),
    severity,
  };
}

const expectations: Partial<Record<YAMLError['code'], Phrase>> = {
  ALIAS_PROPS: 'an alias without a tag or anchor of its own',
  BAD_ALIAS: 'an alias of an anchor that stands before it',
  BAD_DIRECTIVE: 'a directive that YAML knows',
  BAD_DQ_ESCAPE: 'an escape that YAML knows, or single quotes',
  BAD_INDENT: 'an indentation that is the same for all keys of one object, and deeper than that of their parent',
  BAD_PROP_ORDER: 'tag and anchor before the value',
  BAD_SCALAR_START: 'quotes around a value that starts with this character',
  BLOCK_AS_IMPLICIT_KEY: 'one key and one value on a line, or quotes around a value with ": " in it',
  BLOCK_IN_FLOW: 'the same style inside of brackets',
  DUPLICATE_KEY: 'each key once',
  KEY_OVER_1024_CHARS: 'a shorter key',
  MISSING_CHAR: 'the closing quote, bracket, or the colon after the key',
  MULTILINE_IMPLICIT_KEY: 'a key on one line followed by ": "',
  TAB_AS_INDENT: 'spaces instead of the tab',
  TAG_RESOLVE_FAILED: 'a tag that YAML knows',
  UNEXPECTED_TOKEN: 'the end of the line, or quotes around the whole value',
};
