/**
 * One definition of a kind's shape, from which come its structural schema (CRD, OpenAPI, editor) and what Knative's
 * webhooks do with it because they are written in Go: decoding errors, the round trip through Go's structs that drops
 * empty fields, and the paths and values in diffs.
 */
import type { Schema } from '../../kernel/resource.ts';

export interface Type {
  schema: Schema;
  go: GoType;
  /** Written also when empty: the Go field has no `omitempty`. */
  always?: boolean;
  /** A Go pointer: an empty value is kept, only null is dropped. */
  pointer?: boolean;
  /** The field must be there for the schema. */
  required?: boolean;
  /** The Go field's name where it is not the capitalized JSON one. */
  goField?: string;
}

export type GoType =
  | { kind: 'string' | 'bool'; name?: string }
  | { kind: 'int32' | 'int64' }
  | { kind: 'quantity' | 'intOrString' | 'raw' }
  | { kind: 'list'; of: Type; name: string }
  | { kind: 'map'; of: Type; name: string }
  | GoStruct;

export interface GoStruct {
  kind: 'struct';
  /** With its package, as Go prints it: `v1.Container`. */
  name: string;
  fields: GoField[];
  /** Field names in the order Go prints them; a name with `:value` is one that the schema does not know. */
  layout?: string[];
  /** The layouts of embedded structs, by their names. */
  embeds?: Record<string, string[]>;
}

export interface GoField {
  json: string;
  type: Type;
  goField: string;
  /** Names of the embedded structs between. */
  embedded: string[];
}

export type Fields = Record<string, Type>;

export function string(description: string, more: Schema = {}): Type {
  return { schema: { type: 'string', description, ...more }, go: { kind: 'string' } };
}

export function bool(description: string): Type {
  return { schema: { type: 'boolean', description }, go: { kind: 'bool' } };
}

export function int32(description: string, more: Schema = {}): Type {
  return { schema: { type: 'integer', format: 'int32', description, ...more }, go: { kind: 'int32' } };
}

export function int64(description: string, more: Schema = {}): Type {
  return { schema: { type: 'integer', format: 'int64', description, ...more }, go: { kind: 'int64' } };
}

/** Any JSON below, kept as it is; also when empty. */
export function open(description: string, more: Schema = {}): Type {
  return {
    schema: { type: 'object', description, 'x-kubernetes-preserve-unknown-fields': true, ...more },
    go: { kind: 'raw' },
    pointer: true,
  };
}

export function intOrString(description: string): Type {
  return { schema: { description, 'x-kubernetes-int-or-string': true }, go: { kind: 'intOrString' }, always: true };
}

const quantityPattern =
  '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$';

export function quantity(description: string): Type {
  return {
    schema: { description, pattern: quantityPattern, 'x-kubernetes-int-or-string': true },
    go: { kind: 'quantity' },
  };
}

export function list(description: string, of: Type, more: Schema = {}): Type {
  return {
    schema: { type: 'array', description, items: of.schema, ...more },
    go: { kind: 'list', of, name: `[]${goName(of.go)}` },
  };
}

/** A list that server-side apply merges by `keys`. */
export function listMap(description: string, of: Type, ...keys: string[]): Type {
  return list(description, of, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });
}

export function map(description: string, of: Type, more: Schema = {}): Type {
  return {
    schema: { type: 'object', description, additionalProperties: of.schema, ...more },
    go: { kind: 'map', of, name: `map[string]${goName(of.go)}` },
  };
}

export function strings(description: string, more: Schema = {}): Type {
  return list(description, string(''), more);
}

export function stringMap(description: string, more: Schema = {}): Type {
  return map(description, string(''), more);
}

/**
 * A struct. `goType` as Go prints it. A field named `...Name` embeds that struct: its fields become this one's.
 */
export function object(goType: string, description: string, fields: Fields, more: Schema = {}): Type {
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  const goFields: GoField[] = [];
  const embeds: Record<string, string[]> = {};
  for (const [json, type] of Object.entries(fields)) {
    if (json.startsWith('...')) {
      const name = json.slice(3);
      Object.assign(properties, type.schema.properties);
      required.push(...(type.schema.required ?? []));
      if (type.go.kind === 'struct') {
        goFields.push(...type.go.fields.map((field) => ({ ...field, embedded: [name, ...field.embedded] })));
        if (type.go.layout) embeds[name] = type.go.layout;
      }
    } else {
      properties[json] = type.schema;
      if (type.required) required.push(json);
      goFields.push({ json, type, goField: type.goField ?? capitalized(json), embedded: [] });
    }
  }
  return {
    schema: {
      type: 'object',
      ...(description === '' ? {} : { description }),
      properties,
      ...(required.length > 0 ? { required } : {}),
      ...more,
    },
    go: { kind: 'struct', name: goType, fields: goFields, ...(Object.keys(embeds).length > 0 ? { embeds } : {}) },
    // Go never leaves a struct out: `omitempty` says nothing to it.
    always: true,
  };
}

/** Go's order of fields for printing, `Name Value ValueFrom`; what the schema lacks is written `HostPort:0`. */
export function layout(type: Type, names: string): Type {
  return type.go.kind === 'struct' ? { ...type, go: { ...type.go, layout: names.split(' ') } } : type;
}

export function always(type: Type): Type {
  return { ...type, always: true };
}

export function pointer(type: Type): Type {
  return { ...type, pointer: true, always: false };
}

export function required(type: Type): Type {
  return { ...type, required: true, always: true };
}

export function named(type: Type, goField: string): Type {
  return { ...type, goField };
}

/** A Go string type of its own, as `v1.PullPolicy`. */
export function stringType(type: Type, name: string): Type {
  return { ...type, go: { kind: 'string', name } };
}

/** A Go map type of its own, as `v1.ResourceList`. */
export function namedMap(type: Type, name: string): Type {
  return type.go.kind === 'map' ? { ...type, go: { ...type.go, name } } : type;
}

export function goName(type: GoType): string {
  switch (type.kind) {
    case 'struct':
    case 'list':
    case 'map':
      return type.name;
    case 'string':
    case 'bool':
      return type.name ?? type.kind;
    case 'quantity':
      return 'resource.Quantity';
    case 'intOrString':
      return 'intstr.IntOrString';
    case 'raw':
      return 'interface {}';
    default:
      return type.kind;
  }
}

const abbreviations: Record<string, string> = {
  http: 'HTTP',
  tcp: 'TCP',
  grpc: 'GRPC',
  dns: 'DNS',
  url: 'URL',
  uid: 'UID',
  uri: 'URI',
  csi: 'CSI',
  api: 'API',
  tls: 'TLS',
};

function capitalized(json: string): string {
  const head = /^[a-z]+/.exec(json)?.[0] ?? '';
  const word = abbreviations[head] ?? head.charAt(0).toUpperCase() + head.slice(1);
  return word + json.slice(head.length);
}
