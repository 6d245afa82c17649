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
import type { MessageArgs, Problem, SourcePlace } from '../codes.ts';
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
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const list: Document.Parsed[] = Array.isArray(parsed) ? parsed : [];
  const at = (start: number, end: number): SourcePlace => {
    const from = lines.linePos(start);
    const to = lines.linePos(Math.max(start, end));
    return { file, line: from.line, column: from.col, endLine: to.line, endColumn: to.col };
  };
  const isTemplate = templateLine.test(text);
  const problems = list.flatMap((document) => [
    ...document.errors.map((error) => ({
      ...syntaxProblem(error, at, 'error'),
      ...(isTemplate ? { args: ofTemplate } : {}),
    })),
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
  return {
    code: 'YamlSyntax',
    args: (narrower.find(([pattern]) => pattern.test(error.message)) ?? [undefined, meanings[error.code]])[1],
    place: at(error.pos[0], error.pos[1]),
    severity,
  };
}

/** A line of Helm's, or of Jinja's, where YAML would have a key. */
const templateLine = /^[ \t]*\{[{%]/m;

interface Meaning extends MessageArgs {
  detail: Phrase;
  expected: Phrase;
}

const meaning = (detail: Phrase, expected: Phrase): Meaning => ({ detail, expected });

export const ofTemplate = meaning(
  'a template is no YAML until it is rendered',
  'what helm template, or the like, makes of it',
);

/** What the parser found, in our words: its own are English, and tell of its tokens. */
const meanings: Record<YAMLError['code'], Meaning> = {
  ALIAS_PROPS: meaning('an alias has a tag or anchor of its own', 'an alias without a tag or anchor of its own'),
  BAD_ALIAS: meaning('an anchor or alias has no proper name', 'a name after & or *, without a colon at its end'),
  BAD_COLLECTION_TYPE: meaning('the tag is for another kind of value', 'a tag that fits the value'),
  BAD_DIRECTIVE: meaning('there is an unknown directive', 'a directive that YAML knows'),
  BAD_DQ_ESCAPE: meaning('there is an unknown escape in double quotes', 'an escape that YAML knows, or single quotes'),
  BAD_INDENT: meaning(
    'the indentation does not fit',
    'an indentation that is the same for all keys of one object, and deeper than that of their parent',
  ),
  BAD_PROP_ORDER: meaning('a tag or anchor stands in the wrong place', 'tag and anchor before the value'),
  BAD_SCALAR_START: meaning(
    'a value starts with a character that means something in YAML',
    'quotes around a value that starts with this character',
  ),
  BLOCK_AS_IMPLICIT_KEY: meaning(
    'there is another key or a list on the line of a key',
    'one key and one value on a line, or quotes around a value with ": " in it',
  ),
  BLOCK_IN_FLOW: meaning('a block stands inside of brackets', 'the same style inside of brackets'),
  DUPLICATE_KEY: meaning('the key is there twice', 'each key once'),
  IMPOSSIBLE: meaning('it cannot be read', 'valid YAML 1.2'),
  KEY_OVER_1024_CHARS: meaning('the key is too long', 'a shorter key'),
  MISSING_CHAR: meaning('a character is missing', 'the closing quote, bracket, or the colon after the key'),
  MULTILINE_IMPLICIT_KEY: meaning('a key goes over several lines', 'a key on one line followed by ": "'),
  MULTIPLE_ANCHORS: meaning('a value has two anchors', 'one anchor'),
  MULTIPLE_DOCS: meaning('there are several documents', 'one document'),
  MULTIPLE_TAGS: meaning('a value has two tags', 'one tag'),
  NON_STRING_KEY: meaning('a key is no text', 'a text'),
  RESOURCE_EXHAUSTION: meaning('it is nested too deeply', 'fewer levels'),
  TAB_AS_INDENT: meaning('there is a tab in the indentation', 'spaces instead of the tab'),
  TAG_RESOLVE_FAILED: meaning('the tag is unknown, or does not fit the value', 'a tag that YAML knows'),
  UNEXPECTED_TOKEN: meaning(
    'there is something that does not belong here',
    'the end of the line, or quotes around the whole value',
  ),
};

/** Codes that stand for several mistakes; which one only the parser's sentence tells. */
const narrower: readonly (readonly [RegExp, Meaning])[] = [
  [/closing .quote/, meaning('the closing quote is missing', 'the same quote at the end of the value')],
  [/end with a [}\]]/, meaning('the closing bracket is missing', 'the closing bracket, indented deeper than the key')],
  [/followed by map values/, meaning('there is no colon after the key', 'a key on one line followed by ": "')],
  [/separated .*white space/, meaning('a space is missing', 'a space before this')],
  [/^Missing , /, meaning('a comma is missing', 'a comma between what is in brackets')],
];
