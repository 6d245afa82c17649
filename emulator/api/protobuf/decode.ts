/**
 * Decodes the protobuf bodies that client-go's typed clients and kubectl's generators send (`k8s\0` + runtime.Unknown).
 * Table-driven: the messages of `messages.ts`; answers are always JSON.
 */
import { ApiError } from '../../kernel/errors.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { type Message, messageOf, messageOfKind } from './tables.ts';

const magic = [0x6b, 0x38, 0x73, 0x00];

export function isProtobuf(body: Uint8Array): boolean {
  return body.byteLength >= 4 && magic.every((byte, index) => body[index] === byte);
}

/** @throws ApiError BadRequest on a broken body, UnsupportedMediaType on a kind that is not in the table. */
export function decodeProtobuf(body: Uint8Array): JsonObject {
  if (!isProtobuf(body)) throw new ApiError('BadRequest', 'the body is no Kubernetes protobuf: its prefix is missing');
  let apiVersion = '';
  let kind = '';
  let raw: Uint8Array = new Uint8Array();
  for (const { field, bytes } of fieldsOf(body.subarray(4))) {
    if (field === 1) {
      for (const inner of fieldsOf(bytes)) {
        if (inner.field === 1) apiVersion = text(inner.bytes);
        else if (inner.field === 2) kind = text(inner.bytes);
      }
    } else if (field === 2) raw = bytes;
  }
  const message = messageOfKind(apiVersion, kind);
  if (!message) {
    throw new ApiError(
      'UnsupportedMediaType',
      `protobuf bodies of ${kind} (${apiVersion}) are not understood; send application/json`,
    );
  }
  try {
    return { apiVersion, kind, ...decodeMessage(raw, message) };
  } catch (error) {
    // Cut off, or nested deeper than the stack: Go's decoder stops at a depth, too.
    throw error instanceof RangeError ? broken() : error;
  }
}

interface WireField {
  field: number;
  /** Length-delimited and fixed ones. */
  bytes: Uint8Array;
  /** Varints. */
  value: bigint;
}

function decodeMessage(bytes: Uint8Array, message: Message): JsonObject {
  const result: JsonObject = {};
  for (const { field, bytes: inner, value } of fieldsOf(bytes)) {
    const known = message.get(field);
    if (!known) continue;
    const { name, type } = known;
    const list = type.startsWith('[]');
    const base = list ? type.slice(2) : type;
    if (base.startsWith('map:')) {
      const [key, item] = decodeEntry(inner, base.slice(4));
      result[name] = { ...(result[name] as JsonObject | undefined), [key]: item };
      continue;
    }
    const decoded = decodeValue(inner, value, base);
    // An embedded message: JSON has its members inline.
    if (name === '^') Object.assign(result, decoded);
    else if (list) result[name] = [...((result[name] as unknown[] | undefined) ?? []), decoded];
    else result[name] = decoded;
  }
  return withoutEmpty(result, message);
}

/** Go's generated code writes empty strings and zeros of fields that JSON omits. */
function withoutEmpty(result: JsonObject, message: Message): JsonObject {
  for (const { name, optional } of message.values()) {
    if (!optional && (result[name] === '' || result[name] === 0 || result[name] === false)) delete result[name];
  }
  return result;
}

function decodeEntry(bytes: Uint8Array, type: string): [string, unknown] {
  let key = '';
  let item: unknown = type === 'string' || type === 'bytes' ? '' : {};
  for (const { field, bytes: inner, value } of fieldsOf(bytes)) {
    if (field === 1) key = text(inner);
    else if (field === 2) item = decodeValue(inner, value, type);
  }
  return [key, item];
}

function decodeValue(bytes: Uint8Array, value: bigint, type: string): unknown {
  switch (type) {
    case 'string':
      return text(bytes);
    case 'int':
      return Number(BigInt.asIntN(64, value));
    case 'bool':
      return value !== 0n;
    case 'bytes':
      return Buffer.from(bytes).toString('base64');
    case 'double':
      return Buffer.from(bytes).readDoubleLE();
    case 'time':
      return timeText(bytes, 0);
    case 'microTime':
      return timeText(bytes, 6);
    case 'quantity':
      return text(fieldsOf(bytes).find(({ field }) => field === 1)?.bytes ?? new Uint8Array());
    case 'intOrString':
      return intOrString(bytes);
    case 'json': {
      const raw = fieldsOf(bytes).find(({ field }) => field === 1)?.bytes;
      return raw ? jsonOf(text(raw)) : {};
    }
    case 'JSONSchemaPropsOrArray':
    case 'JSONSchemaPropsOrBool':
    case 'JSONSchemaPropsOrStringArray':
      return eitherSchema(bytes, type);
    default: {
      const message = messageOf(type);
      if (!message) throw new Error(`protobuf table has no ${type}`);
      return decodeMessage(bytes, message);
    }
  }
}

function jsonOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new ApiError('BadRequest', `error decoding protobuf: ${(error as Error).message}`);
  }
}

/** What a Date can hold, seconds: more than the year 9999, which Kubernetes' own times end with. */
const latestSeconds = 253_402_300_799n;

/** Unions of apiextensions, which JSON has as a schema or as the other thing. */
function eitherSchema(bytes: Uint8Array, type: string): unknown {
  const schema = messageOf('JSONSchemaProps') as Message;
  const others: unknown[] = [];
  for (const { field, bytes: inner, value } of fieldsOf(bytes)) {
    const isSchema = type === 'JSONSchemaPropsOrBool' ? field === 2 : field === 1;
    if (isSchema) return decodeMessage(inner, schema);
    if (type === 'JSONSchemaPropsOrBool') return value !== 0n;
    others.push(type === 'JSONSchemaPropsOrArray' ? decodeMessage(inner, schema) : text(inner));
  }
  return others;
}

/** @param digits of a second. */
function timeText(bytes: Uint8Array, digits: 0 | 6): string | null {
  let seconds = 0n;
  let nanoseconds = 0n;
  for (const { field, value } of fieldsOf(bytes)) {
    if (field === 1) seconds = BigInt.asIntN(64, value);
    else if (field === 2) nanoseconds = BigInt.asIntN(32, value);
  }
  // Go's zero time is year 1.
  if (seconds <= -62_135_596_800n || bytes.byteLength === 0) return null;
  if (seconds > latestSeconds) throw new ApiError('BadRequest', 'error decoding protobuf: a time after the year 9999');
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return digits === 0 ? `${whole}Z` : `${whole}.${String(nanoseconds / 1000n).padStart(6, '0')}Z`;
}

function intOrString(bytes: Uint8Array): number | string {
  let isText = false;
  let number = 0;
  let string = '';
  for (const { field, bytes: inner, value } of fieldsOf(bytes)) {
    if (field === 1) isText = value === 1n;
    else if (field === 2) number = Number(BigInt.asIntN(32, value));
    else if (field === 3) string = text(inner);
  }
  return isText ? string : number;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

function fieldsOf(bytes: Uint8Array): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw broken();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw broken();
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.byteLength) throw broken();
    at += length;
    return bytes.subarray(at - length, at);
  };
  const nothing = new Uint8Array();
  while (at < bytes.byteLength) {
    const tag = Number(varint());
    const field = tag >> 3;
    switch (tag & 7) {
      case 0:
        fields.push({ field, value: varint(), bytes: nothing });
        break;
      case 1:
        fields.push({ field, value: 0n, bytes: take(8) });
        break;
      case 2:
        fields.push({ field, value: 0n, bytes: take(Number(varint())) });
        break;
      case 5:
        fields.push({ field, value: 0n, bytes: take(4) });
        break;
      default:
        throw broken();
    }
  }
  return fields;
}

function broken(): ApiError {
  return new ApiError('BadRequest', 'error decoding protobuf: unexpected EOF');
}
