/** What a webhook written in Go makes of JSON: the decoding error of encoding/json, or the value after a round trip. */
import type { Json } from '../../kernel/object.ts';
import { parseQuantity, quantityError } from '../quantity.ts';
import { type GoStruct, type GoType, goName, type Type } from './type.ts';

/** The message is Go's own. */
export class DecodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DecodeError';
  }
}

interface Path {
  struct: string;
  stack: string[];
  strict: boolean;
}

/**
 * The value as Go writes it back: empty fields dropped, missing ones that have no `omitempty` added. `strict`: a field
 * that Go does not know is an error. @throws DecodeError
 */
export function roundTrip(type: Type, value: unknown, strict = false): Json {
  return convert(type.go, value, { struct: '', stack: [], strict });
}

function convert(type: GoType, value: unknown, path: Path): Json {
  if (value === null || value === undefined) return zero(type);
  switch (type.kind) {
    case 'raw':
      return value as Json;
    case 'string':
      return typeof value === 'string' ? value : mismatch(type, value, path);
    case 'bool':
      return typeof value === 'boolean' ? value : mismatch(type, value, path);
    case 'int32':
    case 'int64': {
      if (typeof value !== 'number') return mismatch(type, value, path);
      const limit = type.kind === 'int32' ? 2 ** 31 : 2 ** 63;
      if (!Number.isInteger(value) || value >= limit || value < -limit) {
        throw new DecodeError(`json: cannot unmarshal number ${value} into Go ${where(type, path)}`);
      }
      return value;
    }
    case 'intOrString':
      if (typeof value === 'string') return value;
      if (typeof value === 'number') {
        return convert({ kind: 'int32' }, value, path);
      }
      return mismatch({ kind: 'int32' }, value, path);
    case 'quantity': {
      const parsed = typeof value === 'string' || typeof value === 'number' ? parseQuantity(value) : undefined;
      if (!parsed) throw new DecodeError(quantityError);
      return parsed.canonical;
    }
    case 'list':
      if (!Array.isArray(value)) return mismatch(type, value, path);
      return value.map((item) => convert(type.of.go, item, path));
    case 'map': {
      if (!isRecord(value)) return mismatch(type, value, path);
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(type.of.go, item, path)]));
    }
    case 'struct':
      return isRecord(value) ? convertStruct(type, value, path) : mismatch(type, value, path);
  }
}

function convertStruct(struct: GoStruct, value: Record<string, unknown>, path: Path): Json {
  const out: { [key: string]: Json } = {};
  if (path.strict) {
    const unknown = Object.keys(value).find((key) => !struct.fields.some(({ json }) => json === key));
    if (unknown !== undefined) throw new DecodeError(`json: unknown field ${JSON.stringify(unknown)}`);
  }
  for (const { json, type, embedded } of struct.fields) {
    const given = value[json];
    if (given === undefined || given === null) {
      if (type.always && !type.pointer) out[json] = zero(type.go);
      continue;
    }
    const below = { ...path, struct: shortName(struct.name), stack: [...path.stack, ...embedded, json] };
    const converted = convert(type.go, given, below);
    if (type.pointer || type.always || !isEmpty(converted)) out[json] = converted;
  }
  return out;
}

/** Go's zero value, as JSON. */
function zero(type: GoType): Json {
  switch (type.kind) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
    case 'intOrString':
      return 0;
    case 'quantity':
      return '0';
    case 'struct':
      return convertStruct(type, {}, { struct: '', stack: [], strict: false });
    default:
      return null;
  }
}

/** What `omitempty` leaves out. */
function isEmpty(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isRecord(value)) return Object.keys(value).length === 0;
  return value === null || value === '' || value === 0 || value === false;
}

function mismatch(type: GoType, value: unknown, path: Path): never {
  throw new DecodeError(`json: cannot unmarshal ${jsonName(value)} into Go ${where(type, path)}`);
}

function where(type: GoType, { struct, stack }: Path): string {
  return struct === ''
    ? `value of type ${goName(type)}`
    : `struct field ${struct}.${stack.join('.')} of type ${goName(type)}`;
}

function jsonName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
