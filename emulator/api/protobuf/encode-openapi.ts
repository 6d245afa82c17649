/** A Swagger 2.0 document as gnostic's protobuf (openapiv2/OpenAPIv2.proto): the parts that a document of ours has. */
import { isObject, type JsonObject } from '../../kernel/json.ts';

export function encodeOpenApiV2(document: JsonObject): Uint8Array {
  const { swagger, info, paths, definitions } = document as Record<string, JsonObject>;
  return message(
    text(1, swagger),
    nested(2, text(1, info?.['title']), text(2, info?.['version'])),
    nested(8, ...named(2, paths, pathItem)),
    nested(9, ...named(1, definitions, schema)),
  );
}

type Part = Uint8Array | undefined;

/** A repeated message `{name, value}`. */
function named(field: number, members: unknown, encode: (value: JsonObject) => Uint8Array): Part[] {
  const entries = Object.entries(isObject(members) ? members : {});
  return entries.map(([name, value]) => nested(field, text(1, name), bytes(2, encode(value as JsonObject))));
}

const operations: Readonly<Record<string, number>> = { get: 2, put: 3, post: 4, delete: 5, patch: 7 };

function pathItem(item: JsonObject): Uint8Array {
  return message(
    ...Object.entries(operations).map(([verb, field]) =>
      item[verb] ? bytes(field, operation(item[verb] as JsonObject)) : undefined,
    ),
    ...parameters(9, item['parameters']),
  );
}

function operation(value: JsonObject): Uint8Array {
  return message(
    text(5, value['operationId']),
    ...texts(6, value['produces']),
    ...texts(7, value['consumes']),
    ...parameters(8, value['parameters']),
    nested(
      9,
      ...named(1, value['responses'], (answer) =>
        message(nested(1, text(1, answer['description']), nested(2, bytes(1, schema(answer['schema'] as JsonObject))))),
      ),
    ),
    ...extensions(13, value),
  );
}

function parameters(field: number, list: unknown): Part[] {
  return (Array.isArray(list) ? (list as JsonObject[]) : []).map((one) => nested(field, nested(1, parameter(one))));
}

function parameter(one: JsonObject): Part {
  const { name, in: place, required, type, uniqueItems } = one;
  if (place === 'body') {
    return nested(1, text(2, name), text(3, place), flag(4, required), bytes(5, schema(one['schema'] as JsonObject)));
  }
  return place === 'path'
    ? nested(2, nested(4, flag(1, required), text(2, place), text(4, name), text(5, type), flag(19, uniqueItems)))
    : nested(2, nested(3, flag(1, required), text(2, place), text(4, name), text(6, type), flag(20, uniqueItems)));
}

function schema(value: JsonObject): Uint8Array {
  const { additionalProperties, items, type } = value;
  return message(
    text(1, value['$ref']),
    text(2, value['format']),
    text(4, value['description']),
    double(7, value['maximum']),
    double(9, value['minimum']),
    integer(11, value['maxLength']),
    integer(12, value['minLength']),
    text(13, value['pattern']),
    integer(14, value['maxItems']),
    integer(15, value['minItems']),
    ...texts(19, value['required']),
    ...(Array.isArray(value['enum']) ? value['enum'] : []).map((one) => nested(20, text(2, JSON.stringify(one)))),
    isObject(additionalProperties)
      ? nested(21, bytes(1, schema(additionalProperties)))
      : additionalProperties === true
        ? nested(21, flag(2, true))
        : undefined,
    type === undefined ? undefined : nested(22, text(1, type)),
    isObject(items) ? nested(23, bytes(1, schema(items))) : undefined,
    isObject(value['properties']) ? nested(25, ...named(1, value['properties'], schema)) : undefined,
    ...extensions(31, value),
  );
}

function extensions(field: number, value: JsonObject): Part[] {
  return Object.entries(value)
    .filter(([name]) => name.startsWith('x-'))
    .map(([name, extension]) => nested(field, text(1, name), nested(2, text(2, JSON.stringify(extension)))));
}

function message(...parts: Part[]): Uint8Array {
  return Buffer.concat(parts.filter((part) => part !== undefined));
}

function nested(field: number, ...parts: Part[]): Uint8Array {
  return bytes(field, message(...parts));
}

function bytes(field: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([varint((field << 3) | 2), varint(content.byteLength), content]);
}

function text(field: number, value: unknown): Part {
  return typeof value === 'string' && value ? bytes(field, Buffer.from(value)) : undefined;
}

function texts(field: number, values: unknown): Part[] {
  return Array.isArray(values) ? values.map((value) => text(field, value)) : [];
}

function flag(field: number, value: unknown): Part {
  return value === true ? Buffer.concat([varint(field << 3), varint(1)]) : undefined;
}

function integer(field: number, value: unknown): Part {
  return typeof value === 'number' ? Buffer.concat([varint(field << 3), varint(value)]) : undefined;
}

function double(field: number, value: unknown): Part {
  if (typeof value !== 'number') return undefined;
  const content = Buffer.alloc(8);
  content.writeDoubleLE(value);
  return Buffer.concat([varint((field << 3) | 1), content]);
}

function varint(value: number): Uint8Array {
  const digits: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    digits.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...digits, rest]);
}
