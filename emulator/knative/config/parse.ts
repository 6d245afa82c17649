/** How Knative reads values of ConfigMaps (knative.dev/pkg configmap/parser), with Go's error texts. */
import { parseDuration } from '../../kernel/duration.ts';
import { parseQuantity, quantityError } from '../quantity.ts';

export type Data = Readonly<Record<string, string>>;

/** A ConfigMap that the config webhook refuses; the message is what comes after `validation failed: `. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

/** Reads keys of one ConfigMap; each of a method's keys is tried in order and the last that is there wins. */
export interface Reader {
  string(fallback: string, ...keys: string[]): string;
  boolean(fallback: boolean, ...keys: string[]): boolean;
  integer(fallback: number, ...keys: string[]): number;
  integer32(fallback: number, ...keys: string[]): number;
  float(fallback: number, ...keys: string[]): number;
  /** ms */
  duration(fallback: number, ...keys: string[]): number;
  strings(fallback: string[], ...keys: string[]): string[];
  quantity(fallback: string | undefined, ...keys: string[]): string | undefined;
  has(key: string): boolean;
}

/** `prefix` goes before every message, as some parsers wrap theirs. */
export function reader(data: Data, prefix = ''): Reader {
  function read<T>(fallback: T, keys: string[], parse: (text: string) => T): T {
    let value = fallback;
    for (const key of keys) {
      const text = data[key];
      if (text === undefined) continue;
      try {
        value = parse(text);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new ConfigError(`${prefix}failed to parse "${key}": ${why}`);
      }
    }
    return value;
  }
  return {
    string: (fallback, ...keys) => read(fallback, keys, (text) => text.trim()),
    boolean: (fallback, ...keys) => read(fallback, keys, goBool),
    integer: (fallback, ...keys) => read(fallback, keys, (text) => goInt(text, 64)),
    integer32: (fallback, ...keys) => read(fallback, keys, (text) => goInt(text, 32)),
    float: (fallback, ...keys) => read(fallback, keys, goFloat),
    duration: (fallback, ...keys) => read(fallback, keys, goDuration),
    strings: (fallback, ...keys) => read(fallback, keys, (text) => text.split(',').map((part) => part.trim())),
    quantity: (fallback, ...keys) =>
      read(fallback, keys, (text) => {
        const quantity = parseQuantity(text);
        if (!quantity) throw new Error(quantityError);
        return quantity.canonical;
      }),
    has: (key) => data[key] !== undefined,
  };
}

/** strconv.ParseBool. @throws Error */
export function goBool(text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  throw new Error(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** strconv.ParseInt in base 10. @throws Error */
export function goInt(text: string, bits: 32 | 64, name = 'ParseInt'): number {
  if (!/^[+-]?\d+$/.test(text)) throw new Error(`strconv.${name}: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = BigInt(text.replace(/^\+/, ''));
  const limit = 2n ** BigInt(bits - 1);
  if (value >= limit || value < -limit) {
    throw new Error(`strconv.${name}: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return Number(value);
}

/** strconv.ParseUint in base 10. @throws Error */
export function goUint(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (BigInt(text) >= 2n ** 64n)
    throw new Error(`strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range`);
  return Number(text);
}

/** strconv.ParseFloat. @throws Error */
export function goFloat(text: string): number {
  if (/^[+-]?(inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) {
    throw new Error(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}

/** time.ParseDuration, in ms. @throws Error */
export function goDuration(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  const quoted = JSON.stringify(text);
  const rest = text.replace(/^[+-]/, '').replace(/^((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))*/, '');
  const number = /^(\d+\.?\d*|\.\d+)/.exec(rest);
  if (!number) throw new Error(`time: invalid duration ${quoted}`);
  const unit = /^[^\d.]+/.exec(rest.slice(number[0].length))?.[0];
  throw new Error(
    unit === undefined
      ? `time: missing unit in duration ${quoted}`
      : `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`,
  );
}

/** A float as Go's %v prints it. */
export function goNumber(value: number): string {
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (exponent < -4 || exponent >= 21) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return String(value);
}

/** The option that `text` is, whatever its case. */
export function oneOf<T extends string>(text: string | undefined, options: T[]): T | undefined {
  return options.find((option) => option.toLowerCase() === text?.toLowerCase());
}
