/** Holds a document against the definition of schema.ts: unknown, missing and wrong fields, each at its place. */
import type { Problem } from '../codes.ts';
import type { Phrase } from '../messages/phrases.ts';
import type { Path, YamlDocument } from './document.ts';
import type { Field } from './schema.ts';
import { isObject, kindOfValue } from './values.ts';
import { commandWords } from './words.ts';

export function checkFields(
  document: Pick<YamlDocument, 'value' | 'place' | 'placeOfKey'>,
  fields: Readonly<Record<string, Field>>,
): Problem[] {
  const problems: Problem[] = [];
  const wrong = (path: Path, value: unknown, expected: Phrase): void => {
    const args = { path: pathText(path), got: kindOfValue(value), expected };
    problems.push({ code: 'BadField', args, place: document.place(path), severity: 'error' });
  };

  function group(path: Path, value: unknown, inside: Readonly<Record<string, Field>>, expected: Phrase): void {
    if (!isObject(value)) {
      wrong(path, value, expected);
      return;
    }
    for (const [key, item] of Object.entries(value)) {
      const field = inside[key];
      if (!field) {
        const near = nearestWord(key, Object.keys(inside));
        const args = {
          path: pathText([...path, key]),
          expected: near ? `${near}` : `one of ${Object.keys(inside).join(', ')}`,
        };
        const place = document.placeOfKey([...path, key]);
        problems.push({ code: 'UnknownField', args, place, severity: 'error' });
      } else if (item !== undefined) one([...path, key], item, field);
    }
    for (const [key, field] of Object.entries(inside)) {
      if (!field.required || value[key] !== undefined) continue;
      const args = { path: pathText([...path, key]), expected: field.expected };
      problems.push({ code: 'MissingField', args, place: document.place(path), severity: 'error' });
    }
  }

  function one(path: Path, value: unknown, field: Field): void {
    const inside = field.fields ?? {};
    if (field.type === 'group') group(path, value, inside, field.expected);
    else if (!fits(value, field)) wrong(path, value, field.expected);
    else if (field.type === 'groups') {
      for (const [key, item] of Object.entries(value as object)) group([...path, key], item ?? {}, inside, 'an object');
    } else if (field.type === 'map') {
      for (const [key, item] of Object.entries(value as object)) {
        if (!['string', 'number', 'boolean'].includes(typeof item)) wrong([...path, key], item, 'a text');
      }
    }
  }

  group([], document.value ?? {}, fields, 'an object with name, build, run and environments');
  return problems;
}

function fits(value: unknown, field: Field): boolean {
  switch (field.type) {
    case 'text':
      return (
        typeof value === 'string' &&
        value !== '' &&
        (!field.pattern || new RegExp(field.pattern).test(value)) &&
        (!field.values || field.values.includes(value))
      );
    case 'flag':
      return typeof value === 'boolean';
    case 'integer':
      return (
        Number.isInteger(value) &&
        (value as number) >= (field.minimum ?? -Infinity) &&
        (value as number) <= (field.maximum ?? Infinity)
      );
    case 'texts':
      return isWords(value);
    case 'command':
      return isWords(value) || (typeof value === 'string' && commandWords(value) !== undefined);
    default:
      return isObject(value);
  }
}

function isWords(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string');
}

function pathText(path: Path): string {
  return path.length === 0 ? 'slipway.yaml' : path.join('.');
}

/** The known word that is one or two keystrokes away (`most`). */
export function nearestWord(word: string, known: readonly string[], most = 2): string | undefined {
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= most && (!best || distance < best.distance)) best = { word: candidate, distance };
  }
  return best?.word;
}

/** Levenshtein. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
