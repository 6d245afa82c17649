/** What a field, a value or an annotation is, in words. Nothing here imports vscode. */
import { clone, isObject } from '../../../emulator/kernel/json.ts';
import { admitManifest } from '../../../emulator/knative/validate-manifest.ts';
import type { Path } from '../../core/app/document.ts';
import { valueAt } from '../../core/app/values.ts';
import { type AnnotationInfo, annotationInfo } from '../../core/manifest/annotations.ts';
import { readSchedule } from '../../core/manifest/cron-words.ts';
import { shapeAt, shapeOf, slipwayShape } from '../../core/manifest/shape.ts';
import { documentAt, type ManifestDocument, pathAt, readSource, type TextRange } from '../../core/manifest/source.ts';
import { knownValues, referenceAt } from '../../core/manifest/values.ts';
import { annotationText } from '../../core/messages/annotations.ts';
import { manifestText } from '../../core/messages/manifest.ts';
import type { Locale } from '../../core/messages/render.ts';
import { markdownText } from '../plain.ts';
import { firesMarkdown } from './fires.ts';
import { descriptionText, shapeText } from './words.ts';
import type { World } from './world.ts';

export interface HoverText {
  markdown: string;
  range: TextRange;
}

export interface HoverRequest {
  file: string;
  text: string;
  offset: number;
  slipwayFile: boolean;
  locale: Locale;
  world: World;
}

export async function hoverAt(request: HoverRequest): Promise<HoverText | undefined> {
  const { text, offset, slipwayFile, locale } = request;
  const source = readSource(request.file, text);
  const document = documentAt(source, offset);
  const at = document && pathAt(document, offset);
  if (!document || !at) return undefined;
  const { path, range } = at;
  const parts = [
    ...(await valueParts(request, document, path, at.part)),
    ...(annotationParts(locale, path) ?? fieldParts(locale, document, path, slipwayFile)),
  ];
  return parts.length === 0 ? undefined : { markdown: parts.join('\n\n'), range };
}

function fieldParts(locale: Locale, document: ManifestDocument, path: Path, slipwayFile: boolean): string[] {
  const root = slipwayFile ? slipwayShape : shapeOf(document.value);
  const shape = shapeAt(root, path);
  if (!shape) return [];
  const name = String(path.findLast((step) => typeof step === 'string') ?? '');
  const required = shapeAt(root, path.slice(0, -1))?.required?.includes(name);
  const kind = path.length === 1 && name === 'kind' && isObject(document.value) ? shapeAt(root, []) : undefined;
  const facts: string[] = [];
  const standing = slipwayFile ? undefined : defaultOf(document.value, path);
  if (standing !== undefined) facts.push(labelled(locale, 'default', `\`${JSON.stringify(standing)}\``));
  const values = [...(shape.enum ?? []).map(String), ...knownValues(path)];
  if (values.length > 1) facts.push(labelled(locale, 'values', listed(locale, values)));
  if (shape.examples) facts.push(labelled(locale, 'example', listed(locale, shape.examples)));
  return [
    `**${markdownText(name)}** — ${shapeText(locale, shape)}${required ? ` · ${manifestText(locale, 'label.required')}` : ''}`,
    descriptionText(locale, kind ?? shape),
    facts.join('  \n'),
  ].filter((part) => part !== '');
}

const labelled = (locale: Locale, label: 'default' | 'values' | 'example' | 'url', text: string): string =>
  manifestText(locale, 'line', { label: manifestText(locale, `label.${label}`), text });

const listed = (locale: Locale, values: readonly unknown[]): string =>
  values.map((value) => `\`${String(value)}\``).join(manifestText(locale, 'list.separator'));

/** What the platform puts in when the field is left out, if anything that tells something. */
function defaultOf(object: unknown, path: Path): unknown {
  if (path[0] !== 'spec' || !isObject(object)) return undefined;
  const without = clone(object) as Record<string, unknown>;
  const group = valueAt(without, path.slice(0, -1));
  const key = path.at(-1);
  if (!isObject(group) || typeof key !== 'string') return undefined;
  delete group[key];
  const stored = valueAt(admitManifest(without)?.object, path);
  return stored === null || typeof stored === 'object' || stored === '' ? undefined : stored;
}

function annotationParts(locale: Locale, path: Path): string[] | undefined {
  const group = path.at(-2);
  const key = String(path.at(-1));
  if (group !== 'annotations' && group !== 'labels') return undefined;
  const info = annotationInfo(key);
  return info ? [annotationMarkdown(locale, info, key)] : undefined;
}

export function annotationMarkdown(locale: Locale, info: AnnotationInfo, key: string): string {
  const facts: string[] = [];
  if (key !== info.key) facts.push(`${manifestText(locale, 'label.was')} \`${info.key}\``);
  if (info.default !== undefined) facts.push(labelled(locale, 'default', `\`${info.default}\``));
  if (info.values) facts.push(labelled(locale, 'values', listed(locale, info.values)));
  const [place] = info.places;
  if (place && !info.written) facts.push(manifestText(locale, `label.where.${place}`));
  return [`**${key}**`, annotationText(locale, info.text), facts.join('  \n')].filter(Boolean).join('\n\n');
}

/** What the value at a place means: a schedule in words, where a name leads. */
async function valueParts(
  { locale, world }: HoverRequest,
  document: ManifestDocument,
  path: Path,
  part: 'key' | 'value',
): Promise<string[]> {
  const value = valueAt(document.value, path);
  if (typeof value !== 'string') return [];
  const kind = isObject(document.value) ? document.value['kind'] : undefined;
  const reference = referenceAt(document.value, path);
  if (reference?.of === 'schedule') {
    const timezone = valueAt(document.value, [...path.slice(0, -1), 'timezone']);
    const reading = readSchedule(locale, value, typeof timezone === 'string' ? timezone : '', world.now());
    return 'error' in reading
      ? [markdownText(reading.error)]
      : [`**${reading.words}**`, firesMarkdown(locale, reading.fires, reading.timezone)];
  }
  if (part === 'key') return [];
  const isOwnName = path.join('.') === 'metadata.name' && (kind === 'Service' || kind === 'DomainMapping');
  const named = isOwnName ? { of: 'object' as const, kind: String(kind) } : reference;
  if (named?.of === 'object') {
    const thing = (await world.objects(named.kind)).find(({ name }) => name === value);
    return thing ? thingParts(locale, named.kind, thing) : [];
  }
  if (named?.of === 'revision') {
    const thing = (await world.revisions(named.service)).find(({ name }) => name === value);
    return thing ? thingParts(locale, 'Revision', thing) : [];
  }
  return [];
}

function thingParts(
  locale: Locale,
  kind: string,
  { name, from, detail, url }: { name: string; from: 'workspace' | 'platform'; detail?: string; url?: string },
): string[] {
  const state = [markdownText(detail ?? ''), manifestText(locale, `label.${from}`)].filter(Boolean).join(' · ');
  const address = url && /^https?:\/\/[\w.:/-]+$/.test(url) ? url : markdownText(url ?? '');
  const at = address ? `  \n${labelled(locale, 'url', address)}` : '';
  return [`${markdownText(kind)} **${markdownText(name)}** — ${state}${at}`];
}
