/**
 * Small validators for what crosses the border between a webview and its host. Both sides check every message with
 * them, so that neither a stale page after an update nor a foreign script can make the other side act on nonsense.
 */

/** Returns the value when it has the shape, throws a TypeError naming the path otherwise. */
export type Check<T> = (value: unknown, path: string) => T;
export type Infer<C> = C extends Check<infer T> ? T : never;

const wrong = (path: string, expected: string, value: unknown): never => {
  throw new TypeError(`${path}: expected ${expected}, got ${value === null ? 'null' : typeof value}`);
};

export const str: Check<string> = (value, path) => (typeof value === 'string' ? value : wrong(path, 'a string', value));
export const bool: Check<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : wrong(path, 'a boolean', value);
/** Finite only: NaN and infinities do not survive JSON. */
export const num: Check<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? value : wrong(path, 'a number', value);
export const nothing: Check<null> = (value, path) => (value === null ? null : wrong(path, 'null', value));

export function oneOf<const T extends string>(...values: readonly T[]): Check<T> {
  return (value, path) => values.find((candidate) => candidate === value) ?? wrong(path, values.join(' | '), value);
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null ? null : check(value, path));
}

export function list<T>(check: Check<T>): Check<T[]> {
  return (value, path) =>
    Array.isArray(value) ? value.map((item, index) => check(item, `${path}[${index}]`)) : wrong(path, 'a list', value);
}

export function record<T>(check: Check<T>): Check<Record<string, T>> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong(path, 'an object', value);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, check(item, `${path}.${key}`)]));
  };
}

/** Unknown fields are dropped. */
export function object<Shape extends Record<string, Check<unknown>>>(
  shape: Shape,
): Check<{ [Key in keyof Shape]: Infer<Shape[Key]> }> {
  const keys = Object.keys(shape) as (keyof Shape & string)[];
  return (value, path) => {
    if (typeof value !== 'object' || value === null) return wrong(path, 'an object', value);
    const source = value as Record<string, unknown>;
    const result: Partial<Record<keyof Shape, unknown>> = {};
    for (const key of keys) {
      const check = shape[key];
      if (check) result[key] = check(source[key], `${path}.${key}`);
    }
    return result as { [Key in keyof Shape]: Infer<Shape[Key]> };
  };
}
