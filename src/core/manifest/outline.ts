/** The outline of a file: one entry a document, its fields below. Pure. */
import { isMap, isSeq, type Node } from 'yaml';
import { isObject } from '../../../emulator/kernel/json.ts';
import { type ManifestSource, pairsOf, type TextRange } from './source.ts';

export interface OutlineEntry {
  name: string;
  detail: string;
  whole: TextRange;
  /** Of its name. */
  head: TextRange;
  inside: OutlineEntry[];
}

const depth = 6;

export function outlineOf(source: ManifestSource): OutlineEntry[] {
  return source.documents.flatMap(({ value, contents, range }) => {
    if (!isObject(value) || !contents) return [];
    const { kind, metadata, name } = value as { kind?: unknown; metadata?: { name?: unknown }; name?: unknown };
    const whole = { start: contents.range?.[0] ?? range.start, end: contents.range?.[1] ?? range.end };
    const first = pairsOf(contents)[0]?.key.range;
    return [
      {
        name: String(metadata?.name ?? name ?? kind ?? '?'),
        detail: kind === undefined ? '' : String(kind),
        whole,
        head: first ? { start: first[0], end: first[1] } : { start: whole.start, end: whole.start },
        inside: fieldsOf(contents, depth),
      },
    ];
  });
}

function fieldsOf(node: Node | null, left: number): OutlineEntry[] {
  if (left === 0) return [];
  if (isMap(node)) {
    return pairsOf(node).map(({ key, value }) => {
      const [start, end] = key.range ?? [0, 0];
      const scalar = value && 'value' in value ? String(value.value ?? '') : '';
      return {
        name: String(key.value),
        detail: scalar.length > 60 ? `${scalar.slice(0, 60)}…` : scalar,
        whole: { start, end: Math.max(end, value?.range?.[1] ?? end) },
        head: { start, end },
        inside: fieldsOf(value, left - 1),
      };
    });
  }
  if (isSeq(node)) {
    return node.items.flatMap((item, index) => {
      const each = item as Node;
      if (!isMap(each) || !each.range) return [];
      const [start, end] = each.range;
      const named = pairsOf(each)[0];
      const label = named?.value && 'value' in named.value ? String(named.value.value) : String(index);
      return [
        {
          name: label,
          detail: '',
          whole: { start, end },
          head: { start, end: start },
          inside: fieldsOf(each, left - 1),
        },
      ];
    });
  }
  return [];
}
