/** Looking at values of unknown shape, and saying what they are. Pure leaf. */
import type { Phrase } from '../messages/phrases.ts';

export function isObject(value: unknown): value is Record<string | number, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function valueAt(object: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)] as unknown;
    return isObject(value) ? value[key] : undefined;
  }, object);
}

/** A value in the words of an error: `the number 5`, `a list`, `"text"`. */
export function kindOfValue(value: unknown): Phrase | `"${string}"` {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return JSON.stringify(value) as `"${string}"`;
  return `the ${typeof value as 'number' | 'boolean' | 'bigint'} ${String(value)}`;
}
