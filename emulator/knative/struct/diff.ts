/**
 * The short diff of two values as Knative prints it in refusals (kmp.ShortDiff over go-cmp): one entry a difference, the
 * Go path, `-` the old and `+` the new value.
 */
import { compareQuantities } from '../quantity.ts';
import { type GoField, type GoStruct, type GoType, goName, type Type } from './type.ts';

interface Step {
  text: string;
  /** A pointer was followed to get here. */
  indirect?: boolean;
  /** The step is a struct's field: Go follows a pointer before it by itself. */
  field?: boolean;
}

interface Diff {
  same: number;
  differences: string[];
}

/** '' when equal. `root` is how Go names the compared value's type: `{v1.RevisionSpec}`, `{*v1.RevisionTemplateSpec}`. */
export function shortDiff(type: Type, root: string, before: unknown, after: unknown): string {
  const start: Step[] = [{ text: root }];
  if (root.startsWith('{*')) start.push({ text: '', indirect: true });
  return compare(type.go, before, after, start).differences.join('');
}

function compare(type: GoType, before: unknown, after: unknown, path: Step[]): Diff {
  switch (type.kind) {
    case 'struct':
      return compareStruct(type, before, after, path);
    case 'list':
      return compareLists(type, before, after, path);
    case 'map':
      return compareMaps(type, before, after, path);
    case 'intOrString':
      return comparePorts(before, after, path);
    case 'quantity':
      return leaf(type, compareQuantities(text(before), text(after)) === 0, before, after, path);
    default:
      return leaf(type, canonical(before ?? zeroOf(type)) === canonical(after ?? zeroOf(type)), before, after, path);
  }
}

/** Ports are structs in Go, of which only the parts that differ are named. */
function comparePorts(before: unknown, after: unknown, path: Step[]): Diff {
  const total: Diff = { same: 0, differences: [] };
  const [a, b] = [portParts(before), portParts(after)];
  portFields.forEach((name, index) => {
    const [old = '', now = ''] = [a[index], b[index]];
    const diff = leaf({ kind: 'string' }, old === now, old, now, [...path, { text: `.${name}`, field: true }]);
    total.same += diff.same;
    total.differences.push(...diff.differences);
  });
  return total;
}

function compareStruct(type: GoStruct, before: unknown, after: unknown, path: Step[]): Diff {
  const total: Diff = { same: 0, differences: [] };
  for (const { json, type: field, goField, embedded } of type.fields) {
    const a = record(before)[json];
    const b = record(after)[json];
    const at: Step[] = [...path, ...[...embedded, goField].map((name) => ({ text: `.${name}`, field: true }))];
    let diff: Diff;
    if (field.pointer) {
      if (absent(a) !== absent(b)) diff = leaf(field.go, false, a, b, at, true);
      else if (absent(a)) diff = { same: 1, differences: [] };
      else diff = compare(field.go, a, b, [...at, { text: '', indirect: true }]);
    } else diff = compare(field.go, a, b, at);
    total.same += diff.same;
    total.differences.push(...diff.differences);
  }
  return total;
}

function compareLists(type: Extract<GoType, { kind: 'list' }>, before: unknown, after: unknown, path: Step[]): Diff {
  const a = Array.isArray(before) ? before : [];
  const b = Array.isArray(after) ? after : [];
  if (a.length === 0 || b.length === 0) return leaf(type, a.length === b.length, before, after, path);
  const total: Diff = { same: 0, differences: [] };
  const element = (i: number | undefined, j: number | undefined): Step[] => {
    const shown = i === j ? `${i}` : `${i ?? '?'}->${j ?? '?'}`;
    return [...path, { text: `[${shown}]` }];
  };
  const pair = (i: number, j: number) => compare(type.of.go, a[i], b[j], element(i, j));
  const equal = (i: number, j: number) => pair(i, j).differences.length === 0;
  let head = 0;
  while (head < a.length && head < b.length && equal(head, head)) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && equal(a.length - 1 - tail, b.length - 1 - tail)) tail++;
  total.same += head + tail;
  const lastA = a.length - tail;
  const lastB = b.length - tail;
  let i = head;
  let j = head;
  while (i < lastA || j < lastB) {
    if (i < lastA && j < lastB) {
      const diff = pair(i, j);
      if (diff.same + 1 >= diff.differences.length) {
        total.same += diff.same;
        total.differences.push(...diff.differences);
        i++;
        j++;
        continue;
      }
    }
    if (i < lastA) {
      total.differences.push(entry(type.of.go, element(i, undefined), a[i], undefined));
      i++;
    }
    if (j < lastB) {
      total.differences.push(entry(type.of.go, element(undefined, j), undefined, b[j]));
      j++;
    }
  }
  return total;
}

function compareMaps(type: Extract<GoType, { kind: 'map' }>, before: unknown, after: unknown, path: Step[]): Diff {
  const a = record(before);
  const b = record(after);
  if (Object.keys(a).length === 0 || Object.keys(b).length === 0) {
    return leaf(type, Object.keys(a).length === Object.keys(b).length, before, after, path);
  }
  const total: Diff = { same: 0, differences: [] };
  for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
    const at = [...path, { text: `[${JSON.stringify(key)}]` }];
    if (!(key in a)) total.differences.push(entry(type.of.go, at, undefined, b[key]));
    else if (!(key in b)) total.differences.push(entry(type.of.go, at, a[key], undefined));
    else {
      const diff = compare(type.of.go, a[key], b[key], at);
      total.same += diff.same;
      total.differences.push(...diff.differences);
    }
  }
  return total;
}

function leaf(type: GoType, same: boolean, before: unknown, after: unknown, path: Step[], pointer = false): Diff {
  if (same) return { same: 1, differences: [] };
  const shown = (value: unknown) => (pointer ? pointed(type, value) : printed(type, value));
  return { same: 0, differences: [`${goPath(path)}:\n\t-: "${shown(before)}"\n\t+: "${shown(after)}"\n`] };
}

/** An element or a key that only one side has. */
function entry(type: GoType, path: Step[], before: unknown, after: unknown): string {
  const prefix = type.kind === 'struct' ? `${goName(type)}: ` : '';
  const line = (sign: string, value: unknown) =>
    value === undefined ? '' : `\t${sign}: ${prefix}"${printed(type, value)}"\n`;
  return `${goPath(path)}:\n${line('-', before)}${line('+', after)}`;
}

/** go-cmp's Path.GoString: stars stand before the whole, but not where a field follows. */
function goPath(path: Step[]): string {
  let stars = '';
  let out = '';
  path.forEach((step, index) => {
    const next = path[index + 1];
    if (!step.indirect) out += step.text;
    else if (!next) stars = `*${stars}`;
    else if (!next.field) {
      stars = `(*${stars}`;
      out += ')';
    }
  });
  return stars + out;
}

/** fmt's %+v of a value. */
function printed(type: GoType, value: unknown): string {
  switch (type.kind) {
    case 'struct':
      return `{${structFields(type, value, field)
        .map(([name, shown]) => `${name}:${shown}`)
        .join(' ')}}`;
    case 'list':
      return `[${(Array.isArray(value) ? value : []).map((item) => printed(type.of.go, item)).join(' ')}]`;
    case 'map': {
      const entries = Object.entries(record(value)).sort(([x], [y]) => (x < y ? -1 : 1));
      return `map[${entries.map(([key, item]) => `${key}:${printed(type.of.go, item)}`).join(' ')}]`;
    }
    case 'intOrString':
      return intOrString(value, (name, shown) => `${name}:${shown}`);
    default:
      return text(value ?? zeroOf(type));
  }
}

/** A pointer's target: Kubernetes' structs print themselves, scalars by their address. */
function pointed(type: GoType, value: unknown): string {
  if (type.kind === 'struct') return absent(value) ? 'nil' : `&${selfPrinted(type, value)}`;
  return absent(value) ? '<nil>' : text(value);
}

/** `Name{Field:value,}`, as the String() that is generated for Kubernetes' structs writes it. */
function selfPrinted(type: GoStruct, value: unknown): string {
  const fields = structFields(type, value, selfPrintedField).map(([name, shown]) => `${name}:${shown},`);
  return `${shortName(type.name)}{${fields.join('')}}`;
}

function selfPrintedField({ go, pointer }: Type, value: unknown): string {
  if (pointer && absent(value)) return 'nil';
  if (go.kind === 'struct') return `${pointer ? '&' : ''}${selfPrinted(go, value)}`;
  if (go.kind === 'quantity') return text(value ?? 0);
  if (pointer) return `*${text(value)}`;
  if (go.kind === 'list') {
    const { of } = go;
    const items = Array.isArray(value) ? value : [];
    const element = of.go;
    if (element.kind !== 'struct') return printed(go, value);
    return `[]${shortName(element.name)}{${items.map((item) => `${selfPrinted(element, item)},`).join('')}}`;
  }
  if (go.kind === 'map') {
    const entries = Object.entries(record(value)).sort(([x], [y]) => (x < y ? -1 : 1));
    return `${shortName(go.name)}{${entries.map(([key, item]) => `${key}: ${printed(go.of.go, item)},`).join('')}}`;
  }
  return go.kind === 'intOrString' ? intOrString(value, (_, shown) => shown) : printed(go, value);
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** fmt's %+v of a field. */
function field({ go, pointer }: Type, value: unknown): string {
  return pointer ? pointed(go, value) : printed(go, value);
}

/** Go keeps a port as a struct of which one part counts. */
function intOrString(value: unknown, show: (name: string, shown: string) => string): string {
  const parts = portParts(value);
  return `{${portFields.map((name, index) => show(name, parts[index] ?? '')).join(' ')}}`;
}

const portFields = ['Type', 'IntVal', 'StrVal'];

function portParts(value: unknown): string[] {
  return typeof value === 'string' ? ['1', '0', value] : ['0', text(value ?? 0), ''];
}

/** Go's fields of a struct in its order; an embedded struct is one field. */
function structFields(
  type: GoStruct,
  value: unknown,
  show: (type: Type, value: unknown) => string,
): [name: string, shown: string][] {
  const known = new Map<string, string>();
  const embedded = new Map<string, GoField[]>();
  for (const one of type.fields) {
    const [outer, ...inner] = one.embedded;
    if (outer === undefined) known.set(one.goField, show(one.type, record(value)[one.json]));
    else {
      known.set(outer, '');
      embedded.set(outer, [...(embedded.get(outer) ?? []), { ...one, embedded: inner }]);
    }
  }
  for (const [name, fields] of embedded) {
    const layout = type.embeds?.[name];
    const go: GoStruct = { kind: 'struct', name, fields, ...(layout ? { layout } : {}) };
    known.set(name, show({ schema: {}, go }, value));
  }
  if (!type.layout) return [...known];
  return type.layout.map((name) => {
    const [own = '', fixed] = name.split(':');
    return [own, known.get(own) ?? fixed ?? ''];
  });
}

function zeroOf(type: GoType): string | number | boolean {
  if (type.kind === 'bool') return false;
  return type.kind === 'string' || type.kind === 'raw' ? '' : 0;
}

function absent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'object' && value !== null ? canonical(value) : String(value ?? '');
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
