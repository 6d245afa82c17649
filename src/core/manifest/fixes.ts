/** What can be done about a finding: edits of the text under a title of the catalogue (`fix.CODE`). Pure. */
import { isScalar } from 'yaml';
import { isObject } from '../../../emulator/kernel/json.ts';
import { nearestWord } from '../app/check.ts';
import type { Path } from '../app/document.ts';
import { ownRepository } from '../app/repository.ts';
import { valueAt } from '../app/values.ts';
import type { MessageArgs } from '../codes.ts';
import type { Phrase } from '../messages/phrases.ts';
import { share } from '../traffic/split.ts';
import { removeAt, renameKey, scalarText, setValue, type TextEdit } from './edits.ts';
import type { Finding } from './findings.ts';
import { locate, type ManifestDocument, type ManifestSource } from './source.ts';

export type FixCode =
  | 'rename'
  | 'remove'
  | 'set'
  | 'add'
  | 'rebalance'
  | 'quote'
  | 'unquote'
  | 'moveToTemplate'
  | 'spaces'
  | 'declarePort';

export interface ManifestFix {
  code: FixCode;
  args: MessageArgs;
  edits: TextEdit[];
  /** What most people would want. */
  preferred: boolean;
}

/** `service`: of the application, for what names a service. */
export function fixesOf(source: ManifestSource, finding: Finding, service?: string): ManifestFix[] {
  const document = source.documents[finding.document];
  const fixes = document ? fieldFixes(source, document, finding, service) : syntaxFixes(source, finding);
  return fixes.filter(({ edits }) => edits.length > 0);
}

function fieldFixes(
  source: ManifestSource,
  document: ManifestDocument,
  finding: Finding,
  service: string | undefined,
): ManifestFix[] {
  const { args, path } = finding;
  const at = locate(document, path);
  const fix = (code: FixCode, edits: TextEdit[], more: MessageArgs = {}, preferred = true): ManifestFix => ({
    code,
    args: { ...args, ...more },
    edits,
    preferred,
  });
  const set = (where: string, value: unknown): ManifestFix =>
    fix('set', setValue(source, document, where, value), { path: lastOf(where), value: scalarText(value) });
  const remove = (preferred = true): ManifestFix =>
    fix('remove', removeAt(source, at), { name: lastOf(path) }, preferred);
  const expected = String(args['expected'] ?? '');
  switch (finding.code) {
    case 'unknown':
      return [...(expected ? [fix('rename', renameKey(at, expected))] : []), remove(expected === '')];
    case 'kind':
      return expected ? [set('kind', expected)] : [];
    case 'version':
      return expected ? [set('apiVersion', expected)] : [];
    case 'missing': {
      const value = skeleton(String(args['path']), document.value, service);
      return value === undefined
        ? []
        : [fix('add', setValue(source, document, String(args['path']), value), { name: lastOf(String(args['path'])) })];
    }
    case 'noneOf': {
      const value = skeleton(path, document.value, service);
      return value === undefined
        ? []
        : [fix('add', setValue(source, document, path, value), { name: lastOf(path) }, false)];
    }
    case 'wrongType':
      return typeFixes(finding, expected, fix);
    case 'bounds': {
      const [low, high, got] = [Number(args['low']), Number(args['high']), Number(args['got'])];
      const value = Number.isFinite(low) && got < low ? low : Number.isFinite(high) ? high : undefined;
      if (value === undefined || !isScalar(at.node)) return [];
      return [set(path, typeof at.node.value === 'string' ? String(value) : value)];
    }
    case 'portIgnored':
      return [fix('declarePort', setValue(source, document, path, Number(args['port'])))];
    case 'probePort':
      return [set(path, containerPort(document, at.path))];
    case 'oneOf':
    case 'notAllowed':
      return [remove(finding.code === 'notAllowed')];
    case 'trafficSum':
      return [fix('rebalance', rebalance(source, document))];
    case 'name': {
      const dotted = valueAt(document.value, ['kind']) === 'DomainMapping';
      const name = slug(String(args['got']), dotted);
      return name === '' ? [] : [set(path, name)];
    }
    case 'spelling':
    case 'annotation': {
      const there = locate(document, path);
      return [
        ...(expected ? [fix('rename', renameKey(there, expected))] : []),
        ...(finding.code === 'annotation' ? [fix('remove', removeAt(source, there), {}, expected === '')] : []),
      ];
    }
    case 'scalingPlace': {
      const name = String(args['name']);
      const there = locate(document, `${path}[${name}]`);
      if (!isScalar(there.node)) return [];
      const target = `spec.template.metadata.annotations.${name}`;
      return [
        fix('moveToTemplate', [
          ...removeAlone(source, document, path, name),
          ...setValue(source, document, target, String(there.node.value)),
        ]),
      ];
    }
    case 'notHere':
      return [fix('remove', removeAt(source, locate(document, `${path}[${String(args['name'])}]`)))];
    case 'invalid':
      return invalidFixes(finding, set);
    case 'refused':
      if (/^"\w+" is a reserved environment variable/.test(finding.said ?? '')) {
        return [
          fix('remove', removeAt(source, locate(document, path.replace(/\.name$/, ''))), {
            name: String(args['name']),
          }),
        ];
      }
      return refusedFixes(finding, document, set);
    default:
      return [];
  }
}

function lastOf(path: string): string {
  return path.includes('/') ? path.replace(/^.*annotations\.|^.*\[|\]$/g, '') : (path.split('.').at(-1) ?? path);
}

/** With the annotations themselves when it was the only one. */
function removeAlone(source: ManifestSource, document: ManifestDocument, parent: string, name: string): TextEdit[] {
  const group = locate(document, parent);
  const alone =
    isObject(valueAt(document.value, group.path)) &&
    Object.keys(valueAt(document.value, group.path) as object).length === 1;
  return removeAt(source, alone ? group : locate(document, `${parent}[${name}]`));
}

/** Something to begin with where a field is missing; undefined: only the author knows. */
function skeleton(path: string, root: unknown, service: string | undefined): unknown {
  const own = String(valueAt(root, ['metadata', 'name']) ?? 'my-app');
  const name = lastOf(path);
  switch (name) {
    case 'image':
      return ownRepository(own);
    case 'containers':
      return [{ image: ownRepository(own) }];
    case 'name':
      return path === 'metadata.name' || path === 'name' ? (service ?? 'my-app') : undefined;
    case 'apiVersion': {
      if (path === 'apiVersion') return 'serving.knative.dev/v1';
      const kind = valueAt(root, [...path.split('.').slice(0, -1), 'kind']);
      return kind === 'Service' || kind === undefined ? 'serving.knative.dev/v1' : undefined;
    }
    case 'kind':
      return 'Service';
    case 'broker':
      return 'default';
    case 'ref':
      return { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: service ?? own };
    case 'subscriber':
    case 'sink':
      return { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: service ?? own } };
    default:
      return undefined;
  }
}

/** Of the container that a path leads into; Knative's own where it names none. */
function containerPort({ value }: ManifestDocument, path: Path): number {
  const container = path.slice(0, path.findIndex((step) => typeof step === 'number') + 1);
  return Number(valueAt(value, [...container, 'ports', 0, 'containerPort'])) || 8080;
}

type Make = (code: FixCode, edits: TextEdit[], more?: MessageArgs, preferred?: boolean) => ManifestFix;

function typeFixes(finding: Finding, expected: string, fix: Make): ManifestFix[] {
  const got = String(finding.args['got'] ?? '');
  const { start, end } = finding.range;
  if (/^(text|string)$/.test(expected) && got !== '') {
    return [fix('quote', [{ start, end, text: JSON.stringify(got) }], { value: got })];
  }
  const plain = got.trim();
  const numeric = /^(integer|number|int\d*)$/.test(expected) && /^-?\d+$/.test(plain);
  const truth = /^(flag|bool|boolean)$/.test(expected) && /^(true|false)$/i.test(plain);
  return numeric || truth ? [fix('unquote', [{ start, end, text: plain.toLowerCase() }], { value: plain })] : [];
}

/** Shares that sum up to 100 in the proportion they have, by the slider's arithmetic. */
function rebalance(source: ManifestSource, document: ManifestDocument): TextEdit[] {
  const traffic = valueAt(document.value, ['spec', 'traffic']);
  if (!Array.isArray(traffic) || traffic.length === 0) return [];
  const percents = traffic.map((target: unknown) => Number(isObject(target) ? (target['percent'] ?? 0) : 0));
  // What only has a tag takes nothing, and keeps nothing.
  const counted = percents.some((percent) => percent > 0)
    ? traffic
        .map((target: unknown, index) =>
          (percents[index] ?? 0) > 0 || !(isObject(target) && target['tag']) ? index : -1,
        )
        .filter((index) => index >= 0)
    : traffic.map((_, index) => index);
  const shares = share(
    100,
    counted.map((index) => Math.max(0, percents[index] ?? 0)),
  );
  return counted.flatMap((index, at) =>
    shares[at] === percents[index] ? [] : setValue(source, document, `spec.traffic[${index}].percent`, shares[at]),
  );
}

/** Nearest name that a DNS label may be. */
function slug(name: string, dotted: boolean): string {
  return name
    .toLowerCase()
    .replace(dotted ? /[^a-z0-9.-]+/g : /[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, dotted ? 253 : 63)
    .replace(/[.-]+$/, '');
}

function invalidFixes(
  { path, args, said }: Finding,
  set: (path: string, value: unknown) => ManifestFix,
): ManifestFix[] {
  const detail = String(args['detail'] ?? '');
  const prefix = /must have prefix "([^"]+)"/.exec(said ?? '')?.[1];
  if (prefix) return [set(path, prefix + String(args['got']))];
  if (/\.metric$/.test(path)) {
    const near = nearestWord(detail, ['concurrency', 'rps'], 4);
    return near ? [set(path, near)] : [];
  }
  if (/mountPath$/.test(path) && !detail.startsWith('/')) return [set(path, `/${detail}`)];
  return [];
}

function refusedFixes(
  { path, said }: Finding,
  document: ManifestDocument,
  set: (path: string, value: unknown) => ManifestFix,
): ManifestFix[] {
  const limit = /must be less than or equal to (\S+) limit of (\S+)/.exec(said ?? '');
  if (limit?.[1] && limit[2]) {
    const value = limit[2].replace(/[:,].*$/, '');
    return [set(`${path}.${limit[1]}`, value)];
  }
  if (/Port name .* is not allowed/.test(said ?? '')) {
    const at = locate(document, `${path}[0].name`);
    const near = nearestWord(isScalar(at.node) ? String(at.node.value) : '', ['h2c', 'http1'], 4) ?? 'http1';
    return [set(`${path}[0].name`, near)];
  }
  return [];
}

function syntaxFixes(source: ManifestSource, finding: Finding): ManifestFix[] {
  const { text } = source;
  const lineStart = text.lastIndexOf('\n', finding.range.start - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
  if (indent.includes('\t')) {
    const spaced = indent.replaceAll('\t', '  ');
    const edits = [{ start: lineStart, end: lineStart + indent.length, text: spaced }];
    return [{ code: 'spaces', args: {}, edits, preferred: true }];
  }
  const twice: Phrase = 'the key is there twice';
  if (finding.args['detail'] === twice) {
    const end = text.indexOf('\n', finding.range.start);
    const line = text.slice(lineStart, end < 0 ? text.length : end);
    // Only a key with its value on the same line goes alone.
    if (/^\s*[^\s:]+:\s+\S/.test(line)) {
      const edits = [{ start: lineStart, end: end < 0 ? text.length : end + 1, text: '' }];
      return [{ code: 'remove', args: { name: line.trim().split(':')[0] ?? '' }, edits, preferred: true }];
    }
  }
  return [];
}
