/** What may stand at a place: the platform's own schema of the kind, or slipway.yaml's definition in the same form. */
import { isObject } from '../../../emulator/kernel/json.ts';
import type { ResourceDefinition, Schema } from '../../../emulator/kernel/resource.ts';
import { knativeDefinitions } from '../../../emulator/knative/kinds.ts';
import type { Path } from '../app/document.ts';
import { type Field, slipwayFields } from '../app/schema.ts';

/** A schema with what an editor tells beyond it. */
export interface Shape extends Schema {
  examples?: readonly unknown[];
}

const internal = /(^|\.)internal\./;

/** Kinds that people write, not those that controllers write. */
export const writtenKinds: readonly ResourceDefinition[] = knativeDefinitions.filter(
  ({ group }) => !internal.test(group),
);

export function definitionOf(apiVersion: unknown, kind: unknown): ResourceDefinition | undefined {
  if (typeof apiVersion !== 'string') return undefined;
  const [group] = groupVersion(apiVersion);
  return knativeDefinitions.find((definition) => definition.group === group && definition.kind === kind);
}

export function groupVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

export function preferredVersion(definition: ResourceDefinition): string {
  const version = definition.versions.find(({ storage }) => storage) ?? definition.versions[0];
  return `${definition.group}/${version?.name ?? 'v1'}`;
}

const text = (description: string): Shape => ({ type: 'string', description });
const texts = (description: string): Shape => ({
  type: 'object',
  description,
  additionalProperties: { type: 'string' },
});

/** What people write of it; the rest is the server's. */
const metadata: Shape = {
  type: 'object',
  description: 'Name, namespace, labels, annotations.',
  required: ['name'],
  properties: {
    name: text('Name of the object, unique in its namespace.'),
    generateName: text('Prefix from which the server makes a name when none is given.'),
    namespace: text('Namespace of the object.'),
    labels: texts('Key and value pairs to select objects by.'),
    annotations: texts('Key and value pairs for tools; not selected by.'),
  },
};

const shapes = new Map<unknown, Shape>();

/** Undefined for a kind that is not Knative's. */
export function shapeOf(object: unknown): Shape | undefined {
  if (!isObject(object)) return undefined;
  const definition = definitionOf(object['apiVersion'], object['kind']);
  const [, name] = groupVersion(String(object['apiVersion']));
  const version = definition?.versions.find((each) => each.name === name);
  if (!definition || !version) return undefined;
  let shape = shapes.get(version);
  if (!shape) {
    const { spec } = version.schema.properties ?? {};
    shape = {
      type: 'object',
      ...(version.schema.description ? { description: version.schema.description } : {}),
      required: ['apiVersion', 'kind', 'metadata', ...(spec ? ['spec'] : [])],
      properties: {
        apiVersion: {
          type: 'string',
          description: 'API group and version of this object.',
          enum: [preferredVersion(definition)],
        },
        kind: { type: 'string', description: 'What kind of object this is.', enum: [definition.kind] },
        metadata,
        ...(spec ? { spec } : {}),
      },
    };
    shapes.set(version, shape);
  }
  return shape;
}

export const slipwayShape: Shape = groupShape(slipwayFields, 'An application for a Knative platform.');

function groupShape(fields: Readonly<Record<string, Field>>, description: string): Shape {
  const required = Object.keys(fields).filter((key) => fields[key]?.required);
  return {
    type: 'object',
    description,
    properties: Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, fieldShape(field)])),
    ...(required.length > 0 ? { required } : {}),
  };
}

function fieldShape(field: Field): Shape {
  const { description, examples, fields = {} } = field;
  const common: Shape = { description, ...(examples ? { examples } : {}) };
  switch (field.type) {
    case 'text':
      return {
        ...common,
        type: 'string',
        ...(field.values ? { enum: [...field.values] } : {}),
        ...(field.pattern ? { pattern: field.pattern } : {}),
      };
    case 'flag':
      return { ...common, type: 'boolean' };
    case 'integer': {
      const { minimum, maximum } = field;
      return {
        ...common,
        type: 'integer',
        ...(minimum === undefined ? {} : { minimum }),
        ...(maximum === undefined ? {} : { maximum }),
      };
    }
    case 'texts':
      return { ...common, type: 'array', items: { type: 'string' } };
    case 'command':
      return { ...common, type: 'string' };
    case 'map':
      return { ...common, type: 'object', additionalProperties: { type: 'string' } };
    case 'object':
      return { ...common, type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    case 'group':
      return { ...groupShape(fields, description), ...common };
    case 'groups':
      return { ...common, type: 'object', additionalProperties: groupShape(fields, description) };
  }
}

/** The schema at a path; undefined where it does not know the path. */
export function shapeAt(root: Shape | undefined, path: Path): Shape | undefined {
  let shape = root;
  for (const step of path) {
    if (!shape) return undefined;
    if (typeof step === 'number') shape = shape.items;
    else {
      const { additionalProperties } = shape;
      shape =
        own(shape.properties, step) ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    }
  }
  return shape;
}

function own(properties: Record<string, Schema> | undefined, key: string): Schema | undefined {
  return properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
}

/** `text`, `whole number`… as keys of the catalogue (`type.KEY`). */
export type TypeWord = 'text' | 'integer' | 'number' | 'flag' | 'list' | 'map' | 'object' | 'quantity' | 'port' | 'any';

export function typeWord(shape: Shape): TypeWord {
  if (shape['x-kubernetes-int-or-string']) return shape.pattern ? 'quantity' : 'port';
  switch (shape.type) {
    case 'string':
      return 'text';
    case 'integer':
      return 'integer';
    case 'number':
      return 'number';
    case 'boolean':
      return 'flag';
    case 'array':
      return 'list';
    case 'object':
      return shape.additionalProperties ? 'map' : 'object';
    default:
      return 'any';
  }
}
