/**
 * Writes Kubernetes' protobuf for the requests of the fuzz: the same tables as the decoder's, the other way round. Values
 * that do not fit a field's type are written as bytes that do not fit either.
 */
import { type Message, messageOf, messageOfKind } from '../../../../emulator/api/protobuf/tables.ts';

/** `k8s\0` and runtime.Unknown, or undefined for a kind that has no table. */
export function encodeProtobuf(object: Record<string, unknown>): Uint8Array | undefined {
  const { apiVersion, kind, ...rest } = object;
  if (typeof kind !== 'string') return undefined;
  const message = messageOfKind(String(apiVersion ?? ''), kind);
  if (!message) return undefined;
  const type = Buffer.concat([field(1, String(apiVersion ?? '')), field(2, kind)]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, encodeMessage(rest, message)), field(4, '')]);
}

/** A CustomResourceDefinition whose schema is a schema of a schema, and so on, so many deep. */
export function nestedSchemas(depth: number): Uint8Array {
  let schema = Buffer.alloc(0);
  // JSONSchemaProps.not
  for (let level = 0; level < depth; level++) schema = field(28, schema);
  const version = field(4, field(1, schema));
  const type = Buffer.concat([field(1, 'apiextensions.k8s.io/v1'), field(2, 'CustomResourceDefinition')]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, field(2, field(7, version)))]);
}

function encodeMessage(value: unknown, message: Message | undefined): Buffer {
  if (!message || typeof value !== 'object' || value === null) return Buffer.from(JSON.stringify(value) ?? '');
  const parts: Buffer[] = [];
  for (const [number, { name: key, type }] of message) {
    const inner = key.startsWith('^') ? value : (value as Record<string, unknown>)[key];
    if (inner === undefined || inner === null) continue;
    const base = type.replace(/^\[\]/, '');
    if (base.startsWith('map:')) {
      for (const [name, item] of Object.entries(inner)) {
        parts.push(field(number, Buffer.concat([field(1, name), encodeValue(2, item, base.slice(4))])));
      }
    } else if (type.startsWith('[]')) {
      for (const item of Array.isArray(inner) ? inner : [inner]) parts.push(encodeValue(number, item, base));
    } else parts.push(encodeValue(number, inner, base));
  }
  return Buffer.concat(parts);
}

function encodeValue(number: number, value: unknown, type: string): Buffer {
  switch (type) {
    case 'string':
      return field(number, typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
    case 'bytes':
      return field(number, Buffer.from(String(value), 'base64'));
    case 'int':
    case 'bool':
      return Buffer.concat([varint(BigInt(number << 3)), varint(wholeOf(value))]);
    case 'double': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(Number(value));
      return Buffer.concat([varint(BigInt((number << 3) | 1)), bytes]);
    }
    case 'JSONSchemaPropsOrArray':
      return field(number, field(1, encodeMessage(value, messageOf('JSONSchemaProps'))));
    case 'JSONSchemaPropsOrBool':
      return field(number, field(2, encodeMessage(value, messageOf('JSONSchemaProps'))));
    case 'microTime':
    case 'time':
      return field(number, Buffer.concat([varint(8n), varint(wholeOf(Date.parse(String(value)) / 1000))]));
    case 'quantity':
      return field(number, field(1, String(value)));
    case 'json':
      return field(number, field(1, JSON.stringify(value) ?? ''));
    case 'intOrString':
      return field(
        number,
        typeof value === 'number'
          ? Buffer.concat([varint(16n), varint(wholeOf(value))])
          : Buffer.concat([varint(8n), varint(1n), field(3, String(value))]),
      );
    default:
      return field(number, encodeMessage(value, messageOf(type)));
  }
}

function wholeOf(value: unknown): bigint {
  const number = Number(value);
  return Number.isFinite(number) ? BigInt.asUintN(64, BigInt(Math.trunc(number))) : 0xffff_ffff_ffff_ffffn;
}

function field(number: number, content: string | Uint8Array): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([varint(BigInt((number << 3) | 2)), varint(BigInt(bytes.byteLength)), bytes]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
