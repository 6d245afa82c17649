/** What may be written at the cursor. Nothing here imports vscode: `providers.ts` turns these into its items. */
import { isObject } from '../../../emulator/kernel/json.ts';
import { admitManifest } from '../../../emulator/knative/validate-manifest.ts';
import type { Path } from '../../core/app/document.ts';
import { valueAt } from '../../core/app/values.ts';
import {
  type AnnotationInfo,
  type AnnotationPlace,
  annotationInfo,
  annotations,
} from '../../core/manifest/annotations.ts';
import { commonSchedules, readSchedule } from '../../core/manifest/cron-words.ts';
import { type Cursor, cursorAt } from '../../core/manifest/cursor.ts';
import {
  preferredVersion,
  type Shape,
  shapeAt,
  shapeOf,
  slipwayShape,
  writtenKinds,
} from '../../core/manifest/shape.ts';
import type { TextRange } from '../../core/manifest/source.ts';
import { knownValues, referenceAt } from '../../core/manifest/values.ts';
import { manifestText } from '../../core/messages/manifest.ts';
import type { Locale } from '../../core/messages/render.ts';
import { firesMarkdown } from './fires.ts';
import { annotationMarkdown } from './hover.ts';
import { descriptionText, shapeText } from './words.ts';
import type { NamedThing, World } from './world.ts';

export interface Completion {
  label: string;
  /** What kind of thing, for the icon. */
  type: 'field' | 'value' | 'annotation' | 'reference' | 'kind';
  /** After the label, quieter. */
  detail: string;
  markdown: string;
  /** A snippet. */
  insert: string;
  range: TextRange;
  /** Orders the list. */
  sort: string;
  /** The next list is opened at once. */
  again: boolean;
}

export interface CompletionRequest {
  text: string;
  offset: number;
  slipwayFile: boolean;
  locale: Locale;
  world: World;
}

export async function completionsAt(request: CompletionRequest): Promise<Completion[]> {
  const { text, offset, slipwayFile } = request;
  const cursor = cursorAt(text, offset);
  if (!cursor) return [];
  const root = slipwayFile ? slipwayShape : shapeOf(cursor.root);
  if (cursor.role === 'key') {
    const group = shapeAt(root, cursor.path);
    if (typeof cursor.path.at(-1) === 'number' && group?.type && group.type !== 'object')
      return valuesAt(request, cursor, group);
    if (cursor.path.length === 0 && !slipwayFile && !root) return headKeys(request, cursor);
    if (!slipwayFile && beginsItem(cursor)) return kindSnippets(request, { ...cursor, prefix: '- ', deeper: 2 });
    const placed = annotationPlace(cursor.path);
    if (placed && !slipwayFile) return annotationKeys(request, cursor, placed);
    return fieldKeys(request, cursor, group);
  }
  return valuesAt(request, cursor, shapeAt(root, cursor.path));
}

/** The place of the first item of a list that has none. */
function beginsItem({ root, path, siblings, hasColon }: Cursor): boolean {
  return path.join() === 'items' && valueAt(root, ['kind']) === 'List' && siblings.size === 0 && !hasColon;
}

/** Snippet syntax: `$`, `}` and `\` stand for themselves. */
const literal = (text: string): string => text.replace(/[\\$}]/g, '\\$&');
const quoted = (text: string): string =>
  /^[\w./@:-]+$/.test(text) && !/^(-?[\d.]+|true|false|null|yes|no|on|off|~)$/i.test(text) && !/:$/.test(text)
    ? text
    : JSON.stringify(text);

/** What admission would miss here: Knative's schemas leave it to the webhooks to say what must be there. */
function missedByAdmission({ root, path }: Cursor): string[] {
  const here = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return (admitManifest(root)?.errors ?? []).flatMap(({ path: field, message }) => {
    if (!/^missing field|got none$|got neither$|Required value|: "null"$/.test(message)) return [];
    const whole = `.${field}`;
    return whole.startsWith(`${here}.`) ? [/^[^.[]+/.exec(whole.slice(here.length + 1))?.[0] ?? ''] : [];
  });
}

function fieldKeys({ locale, slipwayFile }: CompletionRequest, cursor: Cursor, group: Shape | undefined): Completion[] {
  const required = new Set([...(group?.required ?? []), ...(slipwayFile ? [] : missedByAdmission(cursor))]);
  return Object.entries(group?.properties ?? {})
    .filter(([name]) => !cursor.siblings.has(name))
    .map(([name, shape], index) => {
      const must = required.has(name);
      const word = manifestText(locale, must ? 'label.required' : 'label.optional');
      const known = [...(shape.enum ?? []).map(String), ...knownValues([...cursor.path, name])];
      return {
        label: name,
        type: 'field' as const,
        detail: `${shapeText(locale, shape)} · ${word}`,
        markdown: descriptionText(locale, shape),
        insert: cursor.prefix + (cursor.hasColon ? name : fieldSnippet(name, shape, known, cursor.deeper)),
        range: cursor.range,
        sort: `${must ? 0 : 1}${String(index).padStart(3, '0')}`,
        again:
          !cursor.hasColon &&
          (shape.type === 'boolean' ||
            known.length > 0 ||
            referenceAt(cursor.root, [...cursor.path, name]) !== undefined),
      };
    });
}

function fieldSnippet(name: string, shape: Shape, known: readonly string[], deeper: number): string {
  // The editor adds the line's own indentation; what `- ` in front of the key adds is ours.
  const pad = ' '.repeat(deeper + 2);
  if (shape.type === 'object') return `${name}:\n${pad}$0`;
  if (shape.type === 'array') return `${name}:\n${pad}- $0`;
  const only = known.length === 1 ? known[0] : undefined;
  return `${name}: ${only === undefined ? '$0' : literal(quoted(only))}`;
}

/** A document that does not say yet what it is. */
function headKeys(request: CompletionRequest, cursor: Cursor): Completion[] {
  const { locale } = request;
  const kind = isObject(cursor.root) ? cursor.root['kind'] : undefined;
  const pad = ' '.repeat(cursor.deeper + 2);
  const insert = (name: string): string => {
    switch (name) {
      case 'metadata':
        return `metadata:\n${pad}name: $0`;
      case 'spec':
        return `spec:\n${pad}$0`;
      case 'items':
        return `items:\n${pad}- $0`;
      default:
        return `${name}: $0`;
    }
  };
  const names = kind === 'List' ? ['apiVersion', 'kind', 'items'] : ['apiVersion', 'kind', 'metadata', 'spec'];
  const plain = names
    .filter((name) => !cursor.siblings.has(name))
    .map((name, index) => ({
      label: name,
      type: 'field' as const,
      detail: manifestText(locale, 'label.required'),
      markdown: '',
      insert: cursor.prefix + (cursor.hasColon ? name : insert(name)),
      range: cursor.range,
      sort: `1${index}`,
      again: name !== 'metadata' && name !== 'spec',
    }));
  return cursor.siblings.size > 0 || kind !== undefined ? plain : [...kindSnippets(request, cursor), ...plain];
}

/** A place of a snippet that Tab leads to. */
const hole = (at: number, text: string): string => `\${${at}:${text}}`;
const toService = (at: number): string[] => [
  'apiVersion: serving.knative.dev/v1',
  'kind: Service',
  `name: ${hole(at, 'my-app')}$0`,
];
const below = (key: string, lines: readonly string[]): string[] => [`${key}:`, ...lines.map((line) => `  ${line}`)];

/** What people write most often of a kind's spec, by line. */
const bodies: Record<string, readonly string[]> = {
  Service: ['template:', '  spec:', '    containers:', `      - image: ${hole(2, 'dev.local/my-app')}$0`],
  PingSource: [`schedule: "${hole(2, '*/5 * * * *')}"`, ...below('sink', below('ref', toService(3)))],
  DomainMapping: below('ref', toService(2)),
  Trigger: [
    `broker: ${hole(2, 'default')}`,
    ...below('filter', below('attributes', [`type: ${hole(3, 'com.example.event')}`])),
    ...below('subscriber', below('ref', toService(4))),
  ],
};

function kindSnippets({ locale, world }: CompletionRequest, cursor: Cursor): Completion[] {
  const pad = ' '.repeat(cursor.deeper);
  return writtenKinds.map((definition, index) => {
    const version = definition.versions.find(({ storage }) => storage) ?? definition.versions[0];
    const image = world.image ? literal(world.image) : 'dev.local/my-app';
    const body = (bodies[definition.kind] ?? ['$0'])
      .map((line) => `  ${line}`)
      .join('\n')
      .replace('dev.local/my-app', image);
    const name = hole(1, definition.kind === 'DomainMapping' ? 'shop.example.com' : 'name');
    const head = `apiVersion: ${preferredVersion(definition)}\nkind: ${definition.kind}\nmetadata:\n  name: ${name}\nspec:\n${body}`;
    return {
      label: definition.kind,
      type: 'kind' as const,
      detail: manifestText(locale, 'label.newKind', { kind: definition.kind }),
      markdown: descriptionText(locale, version?.schema),
      insert: cursor.prefix + head.replaceAll('\n', `\n${pad}`),
      range: cursor.range,
      sort: `0${String(bodies[definition.kind] ? index : 50 + index).padStart(3, '0')}`,
      again: false,
    };
  });
}

export function annotationPlace(path: Path): AnnotationPlace | undefined {
  const text = path.join('.');
  if (text === 'metadata.annotations') return 'object';
  if (text === 'spec.template.metadata.annotations') return 'template';
  return text === 'metadata.labels' ? 'labels' : undefined;
}

function annotationKeys({ locale }: CompletionRequest, cursor: Cursor, place: AnnotationPlace): Completion[] {
  const kind = isObject(cursor.root) ? String(cursor.root['kind'] ?? '') : '';
  return annotations
    .filter(
      (info) =>
        !info.written && info.places.includes(place) && info.kinds.includes(kind) && !cursor.siblings.has(info.key),
    )
    .map((info, index) => ({
      label: info.key,
      type: 'annotation' as const,
      detail: info.values?.join(' | ') ?? info.example ?? '',
      markdown: annotationMarkdown(locale, info, info.key),
      insert: cursor.hasColon ? info.key : `${info.key}: ${annotationValue(info)}`,
      range: cursor.range,
      sort: String(index).padStart(3, '0'),
      again: false,
    }));
}

function annotationValue(info: AnnotationInfo): string {
  const { values, example = '' } = info;
  if (values && values.length > 1)
    return `\${1|${values.map((value) => quotedAnnotation(value).replaceAll(',', '\\,')).join(',')}|}`;
  const value = quotedAnnotation(values?.[0] ?? example);
  return values
    ? literal(value)
    : value.startsWith('"')
      ? `"\${1:${literal(value.slice(1, -1))}}"`
      : `\${1:${literal(value)}}`;
}

/** All annotations are texts. */
const quotedAnnotation = (value: string): string => (/^\{/.test(value) ? `'${value}'` : quoted(value));

async function valuesAt(request: CompletionRequest, cursor: Cursor, shape: Shape | undefined): Promise<Completion[]> {
  const { locale, slipwayFile } = request;
  const make = (value: string, index: number, more: Partial<Completion> = {}): Completion => ({
    label: value,
    type: 'value',
    detail: '',
    markdown: '',
    insert: literal(quoted(value)),
    range: cursor.range,
    sort: String(index).padStart(3, '0'),
    again: false,
    ...more,
  });
  const [key] = cursor.path;
  if (!slipwayFile && cursor.path.length === 1 && (key === 'apiVersion' || key === 'kind'))
    return headValues(request, cursor, make);
  const info = annotationPlace(cursor.path.slice(0, -1)) ? annotationInfo(String(cursor.path.at(-1))) : undefined;
  if (info) {
    const values = info.values ?? [...(info.default ? [info.default] : []), ...(info.example ? [info.example] : [])];
    const markdown = annotationMarkdown(locale, info, info.key);
    return [...new Set(values)].map((value, index) =>
      make(value, index, {
        insert: literal(quotedAnnotation(value)),
        markdown,
        detail: value === info.default ? manifestText(locale, 'label.default') : '',
      }),
    );
  }
  const reference = referenceAt(cursor.root, cursor.path);
  if (reference) {
    const things = await referred(reference, request, cursor);
    const items = things.map(({ name, detail, from, markdown, insert }, index) =>
      make(name, index, {
        type: 'reference',
        detail: detail ?? (from ? manifestText(locale, `label.${from}`) : ''),
        ...(markdown ? { markdown } : {}),
        ...(insert ? { insert } : {}),
      }),
    );
    if (items.length > 0 || reference.of !== 'object') return items;
  }
  const listed = [
    ...(shape?.enum ?? []).map(String),
    ...knownValues(cursor.path),
    ...((shape?.examples ?? []) as unknown[]).map(String),
  ];
  const values =
    shape?.type === 'boolean' ? ['true', 'false'] : [...new Set(listed)].filter((value) => !cursor.siblings.has(value));
  return values.map((value, index) => make(value, index, shape?.type === 'boolean' ? { insert: value } : {}));
}

function headValues(
  { locale }: CompletionRequest,
  cursor: Cursor,
  make: (value: string, index: number, more?: Partial<Completion>) => Completion,
): Completion[] {
  const other = isObject(cursor.root) ? cursor.root : {};
  if (cursor.path[0] === 'apiVersion') {
    if (other['kind'] === 'List') return [make('v1', 0)];
    const fitting = writtenKinds.filter(
      ({ kind }) => other['kind'] === undefined || other['kind'] === null || kind === other['kind'],
    );
    return [...new Set(fitting.map(preferredVersion))].map((version, index) => make(version, index));
  }
  const version = other['apiVersion'];
  if (version === 'v1') return [make('List', 0, { type: 'kind', detail: 'v1' })];
  const fitting = writtenKinds.filter(
    (definition) => typeof version !== 'string' || version.startsWith(`${definition.group}/`),
  );
  return fitting.map((definition, index) => {
    const { schema } = definition.versions.find(({ storage }) => storage) ?? definition.versions[0] ?? {};
    return make(definition.kind, index, {
      type: 'kind',
      markdown: descriptionText(locale, schema),
      detail: preferredVersion(definition),
    });
  });
}

interface Referred {
  name: string;
  from?: NamedThing['from'];
  detail?: string;
  markdown?: string;
  insert?: string;
}

async function referred(
  reference: NonNullable<ReturnType<typeof referenceAt>>,
  { world, locale }: CompletionRequest,
  cursor: Cursor,
): Promise<Referred[]> {
  const plain = (names: readonly string[]): Referred[] => names.map((name) => ({ name }));
  switch (reference.of) {
    case 'object':
      return world.objects(reference.kind);
    case 'revision':
      return world.revisions(reference.service);
    case 'tag':
      return world.tags(reference.service);
    case 'key':
      return plain(await world.keys(reference.kind, reference.name));
    case 'namespace':
      return plain(await world.namespaces());
    case 'context':
      return plain(await world.contexts(reference.kubeconfig));
    case 'image':
      return world.image ? [{ name: world.image, detail: manifestText(locale, 'label.image') }] : [];
    case 'timezone':
      return plain(Intl.supportedValuesOf('timeZone'));
    case 'schedule': {
      const timezone = valueAt(cursor.root, [...cursor.path.slice(0, -1), 'timezone']);
      return commonSchedules.flatMap((schedule) => {
        const reading = readSchedule(locale, schedule, typeof timezone === 'string' ? timezone : '', world.now());
        if ('error' in reading) return [];
        return [
          {
            name: schedule,
            detail: reading.words,
            markdown: firesMarkdown(locale, reading.fires, reading.timezone),
            insert: `"${schedule}"`,
          },
        ];
      });
    }
  }
}
