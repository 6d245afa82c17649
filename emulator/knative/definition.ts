/** How a Knative kind is written down: everything that is the same for all of them is added here. */
import type { Admission, PrinterColumn, ResourceDefinition, Schema } from '../kernel/resource.ts';
import { object, type Type } from './struct/type.ts';

export interface KindVersion {
  name: string;
  description: string;
  spec: Type;
  status?: Type;
  columns: PrinterColumn[];
  served?: boolean;
  storage?: boolean;
}

export interface Kind {
  group: string;
  kind: string;
  plural: string;
  shortNames?: string[];
  categories: string[];
  clusterScoped?: boolean;
  /** Preferred first; the first one is stored unless another says so. */
  versions: KindVersion[];
  labels?: Record<string, string>;
  /** `knative-serving` or `knative-eventing`. */
  part: string;
  admission?: Admission;
}

export function defineKind(kind: Kind): ResourceDefinition {
  const stored = kind.versions.find(({ storage }) => storage) ?? kind.versions[0];
  return {
    group: kind.group,
    kind: kind.kind,
    plural: kind.plural,
    singular: kind.kind.toLowerCase(),
    shortNames: kind.shortNames ?? [],
    categories: kind.categories,
    namespaced: !kind.clusterScoped,
    versions: kind.versions.map((version) => ({
      name: version.name,
      served: version.served ?? true,
      storage: version === stored,
      schema: rootSchema(version),
      columns: version.columns,
    })),
    subresources: { status: true },
    generation: true,
    crd: true,
    crdLabels: { 'app.kubernetes.io/name': kind.part, 'knative.dev/crd-install': 'true', ...kind.labels },
    ...(kind.admission ? { admission: kind.admission } : {}),
  };
}

function rootSchema(version: KindVersion): Schema {
  return {
    type: 'object',
    description: version.description,
    properties: {
      apiVersion: { type: 'string', description: 'API group and version of this object.' },
      kind: { type: 'string', description: 'What kind of object this is.' },
      metadata: { type: 'object', description: 'Name, namespace, labels, annotations.' },
      spec: version.spec.schema,
      ...(version.status ? { status: version.status.schema } : {}),
    },
  };
}

/** What a webhook decodes: an object with its spec only. */
export function rootType(goType: string, spec: Type): Type {
  return object(goType, '', { spec });
}
