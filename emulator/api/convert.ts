/** How objects leave: in the version of the request, as themselves, as metadata only, or as rows of a Table. */
import { ApiError } from '../kernel/errors.ts';
import type { KubeObject } from '../kernel/object.ts';
import { apiVersionOf, type ResourceMatch } from '../kernel/registry.ts';
import type { Store } from '../kernel/store.ts';
import { servedForm } from './alias.ts';
import { partialMetadata, type TableOptions, tableOf } from './tables.ts';

export type Shape = 'object' | 'table' | 'metadata';

export interface Representation {
  shape: Shape;
  /** One object. */
  one(object: KubeObject, headers?: boolean): Uint8Array;
  /** A list at a revision. */
  list(objects: readonly KubeObject[], metadata: Record<string, unknown>): Uint8Array;
  bookmark(metadata: Record<string, unknown>): Uint8Array;
}

/** What `Accept` asks for: the first of its media types that is served. @throws ApiError NotAcceptable. */
export function shapeOf(accept: string | undefined): Shape {
  const types = (accept || '*/*').split(',').map((type) => type.trim());
  for (const type of types) {
    const [media = '', ...parameters] = type.split(';').map((part) => part.trim());
    if (!servable.has(media)) continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === undefined) return 'object';
    const version = parameters.find((parameter) => parameter.startsWith('v='))?.slice(2);
    if (version !== 'v1') continue;
    if (as === 'Table') return 'table';
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata';
  }
  // Protobuf alone is asked for by clients that take JSON as well.
  if (types.some((type) => type.startsWith('application/vnd.kubernetes.protobuf'))) return 'object';
  throw new ApiError(
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
}

const servable = new Set([
  'application/json',
  'application/yaml',
  'application/*',
  '*/*',
  'application/json;stream=watch',
]);

export function representation(
  match: ResourceMatch,
  store: Store,
  shape: Shape,
  table: { includeObject: TableOptions['includeObject']; now(): number },
): Representation {
  const { definition, version } = match;
  const apiVersion = apiVersionOf(definition, version.name);
  const convert = (object: KubeObject): KubeObject => servedForm(match, object);
  const encode = (object: KubeObject): Uint8Array =>
    object.apiVersion === apiVersion && Object.isFrozen(object) ? store.bytes(object) : json(convert(object));
  const options = (): TableOptions => ({ includeObject: table.includeObject, now: table.now(), convert });
  const metadataOf = (object: KubeObject) => ({ resourceVersion: object.metadata.resourceVersion });
  switch (shape) {
    case 'table':
      return {
        shape,
        one: (object, headers = true) => json(tableOf([object], version, metadataOf(object), options(), headers)),
        list: (objects, metadata) => json(tableOf(objects, version, metadata, options())),
        bookmark: (metadata) => json(tableOf([], version, metadata, options(), false)),
      };
    case 'metadata':
      return {
        shape,
        one: (object) => json(partialMetadata(object)),
        list: (objects, metadata) =>
          json({
            kind: 'PartialObjectMetadataList',
            apiVersion: 'meta.k8s.io/v1',
            metadata,
            items: objects.map(partialMetadata),
          }),
        bookmark: (metadata) => json({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }),
      };
    default:
      return {
        shape,
        one: encode,
        list: (objects, metadata) => listBytes(`${definition.kind}List`, apiVersion, metadata, objects.map(encode)),
        bookmark: (metadata) => json({ kind: definition.kind, apiVersion, metadata }),
      };
  }
}

export function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** The items' bytes are the store's own: nothing is serialized twice. */
function listBytes(kind: string, apiVersion: string, metadata: unknown, items: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [
    Buffer.from(
      `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[`,
    ),
  ];
  for (const [index, item] of items.entries()) {
    if (index > 0) parts.push(comma);
    parts.push(item);
  }
  parts.push(end);
  return Buffer.concat(parts);
}

const comma = Buffer.from(',');
const end = Buffer.from(']}\n');
