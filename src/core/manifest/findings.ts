/**
 * Everything that is wrong with a file of manifests, at the place where it is wrong. What the platform would say comes from the
 * platform's own admission; around it stands what only somebody who reads the file can know (a misspelt kind, an old spelling).
 */
import { isObject } from '../../../emulator/kernel/json.ts';
import { spellings } from '../../../emulator/knative/keys.ts';
import { admitManifest, type ManifestVerdict } from '../../../emulator/knative/validate-manifest.ts';
import { nearestWord } from '../app/check.ts';
import { isForeign, mayHaveObjects } from '../app/objects-in.ts';
import type { MessageArgs, Problem } from '../codes.ts';
import { annotationInfo, annotations, isClosedGroup } from './annotations.ts';
import { definitionOf, groupVersion, preferredVersion, shapeAt, shapeOf, typeWord, writtenKinds } from './shape.ts';
import {
  keyRange,
  type Located,
  locate,
  type ManifestDocument,
  type ManifestSource,
  pairsOf,
  type TextRange,
} from './source.ts';

/** Keys of the catalogue: `finding.CODE`. */
export type FindingCode =
  | 'unknown'
  | 'missing'
  | 'wrongType'
  | 'bounds'
  | 'trafficSum'
  | 'notHere'
  | 'oneOf'
  | 'noneOf'
  | 'notAllowed'
  | 'name'
  | 'invalid'
  | 'refused'
  | 'kind'
  | 'noObject'
  | 'foreign'
  | 'version'
  | 'spelling'
  | 'annotation'
  | 'scalingPlace'
  | 'portIgnored'
  | 'probePort'
  | 'syntax';

export interface Finding {
  severity: 'error' | 'warning' | 'hint';
  code: FindingCode;
  args: MessageArgs;
  /** The platform's own words, where it was the platform that said it. */
  said: string | undefined;
  range: TextRange;
  /** Index of the document; -1 for what is wrong with the YAML. */
  document: number;
  /** As the platform writes it. */
  path: string;
  /** Of the catalogue of problems: syntax. */
  problem?: Problem;
}

/** Undefined for a kind that is not judged here. */
export type Admit = (manifest: unknown) => ManifestVerdict | undefined;

export function findingsOf(source: ManifestSource, admit: Admit = admitManifest): Finding[] {
  const wrong = mayHaveObjects(source.text) ? source.problems : [];
  const found: Finding[] = wrong.map((problem) => ({
    severity: problem.severity,
    code: 'syntax',
    args: problem.args,
    said: undefined,
    range: wordAt(source, problem),
    document: -1,
    path: '',
    problem,
  }));
  for (const document of source.documents) {
    const isItem = document.at.length > 0;
    // A file that ends in `---` has an empty document, as kubectl allows.
    if (document.value === null && !isItem) continue;
    if (isForeign(document.value) && !isItem) {
      const first = pairsOf(document.contents)[0]?.key.range;
      const range = first ? { start: first[0], end: first[1] } : document.range;
      found.push(finding(document, '', range, 'foreign', {}, { severity: 'hint' }));
      continue;
    }
    found.push(...headFindings(document), ...admissionFindings(document, admit), ...annotationFindings(document));
  }
  return found.sort((a, b) => a.range.start - b.range.start);
}

/** What the parser points at, to the end of the word: some of its places are a single character. */
function wordAt({ text, offset }: ManifestSource, { place }: Problem): TextRange {
  const start = offset(place?.line ?? 1, place?.column ?? 1);
  const end = offset(place?.endLine ?? 1, place?.endColumn ?? 1);
  const word = /^[\w./-]+/.exec(text.slice(start))?.[0].length ?? 0;
  return { start, end: Math.max(end, start + word) };
}

const finding = (
  document: ManifestDocument,
  path: string,
  range: TextRange,
  code: FindingCode,
  args: MessageArgs = {},
  more: Partial<Finding> = {},
): Finding => ({ severity: 'error', said: undefined, document: document.index, path, range, code, args, ...more });

/** slipway.yaml against its definition, for the fixes; the problems themselves are the application's. */
export function slipwayFindings(source: ManifestSource, problems: readonly Problem[]): Finding[] {
  const [document] = source.documents;
  return problems.flatMap((problem) => {
    const { place } = problem;
    if (place?.file !== source.file || !document) return [];
    const range = {
      start: source.offset(place.line, place.column),
      end: source.offset(place.endLine ?? place.line, place.endColumn ?? place.column),
    };
    const path = String(problem.args['path'] ?? '');
    return [
      finding(document, path, range, slipwayCodes[problem.code] ?? 'syntax', slipwayArgs(problem), {
        problem,
        severity: problem.severity,
      }),
    ];
  });
}

const slipwayCodes: Partial<Record<Problem['code'], FindingCode>> = {
  UnknownField: 'unknown',
  MissingField: 'missing',
  BadField: 'wrongType',
};

function slipwayArgs({ args }: Problem): MessageArgs {
  const path = String(args['path'] ?? '');
  const expected = String(args['expected'] ?? '');
  return {
    ...args,
    path,
    name: path.split('.').at(-1) ?? path,
    expected: /^[a-zA-Z]+$/.test(expected) ? expected : '',
  };
}

/** The application was seen listening on a port that the manifest does not name. */
export function portFinding(document: ManifestDocument, port: number): Finding | undefined {
  const path = 'spec.template.spec.containers[0]';
  const declared = locate(document, `${path}.ports[0].containerPort`);
  const { node } = declared;
  if (declared.missing === '' && node && 'value' in node && node.value === port) return undefined;
  const at = locate(document, declared.missing === '' ? `${path}.ports[0].containerPort` : `${path}.image`);
  return finding(
    document,
    `${path}.ports[0].containerPort`,
    at.range,
    'portIgnored',
    { port },
    { severity: 'warning' },
  );
}

/** apiVersion, kind, name: what any server needs before it looks further. */
function headFindings(document: ManifestDocument): Finding[] {
  const { value } = document;
  if (!isObject(value)) {
    return [finding(document, '', locate(document, '').range, 'noObject')];
  }
  const found: Finding[] = [];
  for (const path of ['apiVersion', 'kind', 'metadata.name']) {
    const at = locate(document, path);
    const { metadata } = value as { metadata?: { generateName?: unknown } };
    if (path === 'metadata.name' && metadata?.generateName !== undefined) continue;
    if (at.missing !== '' || at.node === null) found.push(finding(document, path, at.range, 'missing', { path }));
  }
  return [...found, ...kindFindings(document, value)];
}

function kindFindings(document: ManifestDocument, value: Record<string, unknown>): Finding[] {
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return [];
  const [group, version] = groupVersion(apiVersion);
  const at = (path: string) => locate(document, path).range;
  const definition = definitionOf(apiVersion, kind);
  if (definition) {
    if (definition.versions.some((each) => each.name === version)) return [];
    const expected = preferredVersion(definition);
    return [finding(document, 'apiVersion', at('apiVersion'), 'version', { apiVersion, kind, expected })];
  }
  const sameKind = writtenKinds.filter((each) => each.kind === kind);
  const looksServed = kind !== 'Service' || valueHas(value, ['spec', 'template']);
  const owner = sameKind[0];
  if (owner && looksServed && (group === '' || /knative/.test(group))) {
    const expected = preferredVersion(owner);
    return [finding(document, 'apiVersion', at('apiVersion'), 'version', { apiVersion, kind, expected })];
  }
  if (!/\.knative\.dev$/.test(group)) return [];
  const groups = writtenKinds.filter((each) => each.group === group);
  const expected =
    nearestWord(
      kind,
      groups.map((each) => each.kind),
    ) ?? '';
  if (groups.length === 0) {
    const near = nearestWord(
      group,
      writtenKinds.map((each) => each.group),
    );
    const meant = near && writtenKinds.find((each) => each.group === near);
    return [
      finding(document, 'apiVersion', at('apiVersion'), 'version', {
        apiVersion,
        kind,
        expected: meant ? preferredVersion(meant) : '',
      }),
    ];
  }
  const known = groups.map((each) => each.kind).join(', ');
  return [finding(document, 'kind', at('kind'), 'kind', { kind, apiVersion, expected, known })];
}

function valueHas(value: Record<string, unknown>, path: string[]): boolean {
  return path.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), value) !== undefined;
}

function admissionFindings(document: ManifestDocument, admit: Admit): Finding[] {
  const verdict = admit(document.value);
  if (!verdict) return [];
  const errors = verdict.errors.flatMap(({ path, message }) =>
    oneByOne(message).map((each) => refusal(document, path, each)),
  );
  // Knative's advice on defaults that are not its own choice yet would be noise here.
  const dropped = verdict.warnings.filter(({ message }) => message.startsWith('unknown field'));
  const unknown = dropped.map(({ path, message }) => {
    const at = locate(document, path);
    const name = lastName(path, at);
    const known = Object.keys(shapeAt(shapeOf(document.value), at.path.slice(0, -1))?.properties ?? {});
    const expected = nearestWord(name, known) ?? '';
    return finding(
      document,
      path,
      keyRange(at),
      'unknown',
      { name, path, expected },
      { severity: 'warning', said: message },
    );
  });
  // The head has said it already.
  return [...errors.filter(({ path, code }) => !(code === 'missing' && path === 'metadata.name')), ...unknown];
}

const lastName = (path: string, { path: found, missing }: Located): string =>
  missing === '' ? String(found.at(-1) ?? path) : (missing.split('.').at(-1) ?? missing);

/** The dry run of the pod puts all that it refuses in one pair of brackets. */
function oneByOne(message: string): string[] {
  const several = /^(.*? is invalid: )\[(spec\..*)\](: spec\.template)$/s.exec(message);
  if (!several) return [message];
  const [, head = '', all = '', tail = ''] = several;
  return all.split(/, (?=spec\.[a-zA-Z.[\]0-9]+: )/).map((each) => head + each + tail);
}

/** Which class of refusal it is; the words stay beside it. */
function refusal(document: ManifestDocument, given: string, message: string): Finding {
  // The dry run of the pod names its field in the sentence.
  const inside = /: (spec\.(?:containers|initContainers|volumes)[\w.[\]]*): /.exec(message)?.[1];
  const path = given === 'spec.template' && inside ? `spec.template.${inside}` : given;
  const at = locate(document, path);
  const said = message;
  const range = at.range;
  const name = lastName(path, at);
  const make = (code: FindingCode, args: MessageArgs = {}, where = range) =>
    finding(document, path, where, code, { path, name, ...args }, { said });

  const probe = /\.((?:startup|liveness|readiness)Probe)\.\w+\.port$/.exec(path)?.[1];
  if (probe && /^0?$/.test(shown(at)) && /between 1 and 65535|port must be specified/.test(message))
    return make('probePort', { probe });
  const bounds = /^expected (\S+) <= (\S+) <= (\S+)$/.exec(message);
  if (bounds) return make('bounds', { low: bounds[1] ?? '', got: bounds[2] ?? '', high: bounds[3] ?? '' });
  const least = /should be (greater|less) than or equal to (-?\d+)$/.exec(message);
  if (least)
    return make(
      'bounds',
      least[1] === 'greater'
        ? { low: least[2] ?? '', got: shown(at), high: '…' }
        : { low: '…', got: shown(at), high: least[2] ?? '' },
    );
  // Left out, or nothing behind its colon.
  if ((at.missing !== '' || at.node === null) && /: "null"$/.test(message)) return make('missing');
  const type = /of type (\S+?)(: ".*")?$/.exec(message);
  if (/^json: cannot unmarshal|in body must be of type/.test(message) && type) {
    const shape = shapeAt(shapeOf(document.value), at.path);
    // Go names the map; which of its values is meant shows in the document.
    const wrong = textValueOf(at);
    return make(
      'wrongType',
      { expected: wrong ? 'text' : shape ? typeWord(shape) : (type[1] ?? ''), got: wrong?.shown ?? shown(at) },
      wrong?.range ?? range,
    );
  }
  if (message.startsWith('missing field(s)') || message === 'Required value' || /: Required value$/.test(message)) {
    return make('missing', { path: at.missing === '' ? path : joined(at.path, at.missing) });
  }
  if (/^expected (exactly one, got neither|at least one, got none)$/.test(message)) return make('noneOf');
  if (message === 'expected exactly one, got both') return make('oneOf', {}, keyRange(at));
  if (message.startsWith('must not set the field(s)')) return make('notAllowed', {}, keyRange(at));
  const sum = /^Traffic targets sum to (-?\d+), want 100$/.exec(message);
  if (sum) return make('trafficSum', { sum: sum[1] ?? '' }, keyRange(at));
  if (/^not a DNS 1035 label/.test(message) || (path === 'metadata.name' && at.missing === '' && shown(at) !== '')) {
    return make('name', { got: shown(at) });
  }
  const key = /^invalid key name "([^"]+)"/.exec(message)?.[1];
  if (key !== undefined) {
    const there = locate(document, `${path}[${key}]`);
    const code = key.startsWith('autoscaling.knative.dev') ? 'scalingPlace' : 'notHere';
    return finding(document, path, keyRange(there), code, { name: key, path }, { said });
  }
  const invalid = /^invalid value: (.*)$/s.exec(message);
  if (invalid) return make('invalid', { got: shown(at) || (invalid[1] ?? ''), detail: invalid[1] ?? '' });
  return make('refused', { detail: message.replace(/\n/g, ' ') });
}

/** The first value of a map (or list) that is no text though all must be. */
function textValueOf({ node }: Located): { range: TextRange; shown: string } | undefined {
  for (const pair of pairsOf(node)) {
    const { value } = pair;
    if (value?.range && 'value' in value && typeof value.value !== 'string') {
      return { range: { start: value.range[0], end: value.range[1] }, shown: String(value.value) };
    }
  }
  return undefined;
}

function shown({ node }: Located): string {
  return node && 'value' in node ? String(node.value) : '';
}

function joined(path: readonly (string | number)[], rest: string): string {
  const head = path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
  return rest.startsWith('[') ? head + rest : [head, rest].filter(Boolean).join('.');
}

/** Old spellings, and keys that nothing reads. */
function annotationFindings(document: ManifestDocument): Finding[] {
  if (!shapeOf(document.value)) return [];
  const found: Finding[] = [];
  for (const path of ['metadata.annotations', 'spec.template.metadata.annotations']) {
    for (const pair of pairsOf(locate(document, path).node)) {
      const key = String(pair.key.value);
      const range = { start: pair.key.range?.[0] ?? 0, end: pair.key.range?.[1] ?? 0 };
      const info = annotationInfo(key);
      if (info && !info.written && info.key !== key && spellings(info.key).includes(key)) {
        found.push(
          finding(
            document,
            `${path}[${key}]`,
            range,
            'spelling',
            { name: key, expected: info.key },
            { severity: 'hint' },
          ),
        );
      } else if (!info && isClosedGroup(key)) {
        const expected =
          nearestWord(
            key,
            annotations.map((each) => each.key),
            4,
          ) ?? '';
        found.push(
          finding(document, `${path}[${key}]`, range, 'annotation', { name: key, expected }, { severity: 'warning' }),
        );
      }
    }
  }
  return found;
}
