/** meta/v1 Table: what `kubectl get` prints. */
import { isObject } from '../kernel/json.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { PrinterColumn, ResourceVersionDefinition } from '../kernel/resource.ts';
import { age } from './age.ts';
import { jsonPath } from './json-path.ts';

export interface TableOptions {
  includeObject: 'None' | 'Metadata' | 'Object';
  now: number;
  /** The object as the request's version has it. */
  convert(object: KubeObject): KubeObject;
}

interface ColumnDefinition {
  name: string;
  type: string;
  format: string;
  description: string;
  priority: number;
}

export function tableOf(
  objects: readonly KubeObject[],
  version: ResourceVersionDefinition,
  metadata: Record<string, unknown>,
  options: TableOptions,
  headers = true,
): object {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: headers ? columnDefinitions(version) : [],
    rows: objects.map((object) => ({
      cells: columnsOf(version).map((column) => cellOf(column, object, options.now)),
      ...(options.includeObject === 'None' ? {} : { object: rowObject(object, options) }),
    })),
  };
}

function rowObject(object: KubeObject, { includeObject, convert }: TableOptions): object {
  if (includeObject === 'Object') return convert(object);
  return partialMetadata(object);
}

export function partialMetadata(object: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

const nameColumn: PrinterColumn = {
  name: 'Name',
  type: 'string',
  description: 'Name of the object.',
  value: ({ metadata }) => metadata.name,
};

/** The name comes first, but where a kind has it elsewhere (events). */
function columnsOf({ columns }: ResourceVersionDefinition): PrinterColumn[] {
  return columns.some(({ name }) => name === 'Name') ? columns : [nameColumn, ...columns];
}

function columnDefinitions(version: ResourceVersionDefinition): ColumnDefinition[] {
  // Dates arrive as the text that is shown.
  return columnsOf(version).map(({ name, type, description = '', priority = 0 }) => ({
    name,
    type,
    format: name === 'Name' ? 'name' : '',
    description,
    priority,
  }));
}

function cellOf(column: PrinterColumn, object: KubeObject, now: number): unknown {
  if (typeof column.value === 'function') return column.value(object, now);
  const value = jsonPath(column.value, object);
  if (column.type === 'date') return age(value, now);
  if (value === undefined || value === null) return column.type === 'string' ? '' : null;
  switch (column.type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : Number.parseInt(String(value), 10);
    case 'number':
      return Number(value);
    case 'boolean':
      return value === true || value === 'true';
    default:
      return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);
  }
}
