/** CustomResourceDefinitions: what makes one wrong, and what this server takes from one without doing it. */
import { at, isObject, sameJson } from '../../kernel/json.ts';
import type { KubeObject } from '../../kernel/object.ts';
import type { ResourceDefinition, Schema } from '../../kernel/resource.ts';
import { type FieldError, invalid, notSupported, required } from '../../kernel/schema/field-errors.ts';
import { type CompiledRules, compiledRules } from '../../kernel/schema/rules.ts';
import { anything, conditions, createdAt, flag, int32, kind, list, object, text, texts } from './build.ts';

export const crds: ResourceDefinition = kind({
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  generation: true,
  subresources: { status: true },
  schema: object({
    spec: object(
      {
        group: text,
        names: object({
          kind: text,
          listKind: text,
          plural: text,
          singular: text,
          shortNames: texts,
          categories: texts,
        }),
        scope: text,
        versions: list(
          object({
            name: text,
            served: flag,
            storage: flag,
            deprecated: flag,
            deprecationWarning: text,
            schema: object({ openAPIV3Schema: anything }),
            subresources: anything,
            additionalPrinterColumns: list(
              object({ name: text, type: text, format: text, description: text, priority: int32, jsonPath: text }),
            ),
            selectableFields: list(object({ jsonPath: text })),
          }),
        ),
        conversion: anything,
        preserveUnknownFields: flag,
      },
      ['group', 'names', 'scope', 'versions'],
    ),
    status: object({ conditions, acceptedNames: anything, storedVersions: texts }),
  }),
  columns: [createdAt],
  strategy: { validate: wrongDefinition },
  admission: {
    validate: ({ object: crd, old, operation }) =>
      operation === 'DELETE' || sameJson(crd.spec, old?.spec) ? undefined : unhonoured(crd),
  },
});

interface Version {
  name: string;
  storage?: boolean;
  schema?: { openAPIV3Schema?: unknown };
}

/** The rules of apiextensions' own validation without which a definition would define nothing, or two things. */
function wrongDefinition(crd: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const [group, plural, scope] = [
    at(crd, 'spec', 'group'),
    at(crd, 'spec', 'names', 'plural'),
    at(crd, 'spec', 'scope'),
  ];
  const versions = (at(crd, 'spec', 'versions') ?? []) as Version[];
  if (!at(crd, 'spec', 'names', 'kind')) errors.push(required('spec.names.kind'));
  if (!plural) errors.push(required('spec.names.plural'));
  else if (crd.metadata.name !== `${String(plural)}.${String(group)}`) {
    errors.push(invalid('metadata.name', crd.metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (scope !== 'Namespaced' && scope !== 'Cluster') {
    errors.push(notSupported('spec.scope', scope, ['Cluster', 'Namespaced']));
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    errors.push(invalid('spec.versions', versions, 'must have exactly one version marked as storage version'));
  }
  for (const [index, { schema }] of versions.entries()) {
    const path = `spec.versions[${index}].schema.openAPIV3Schema`;
    if (!isObject(schema?.openAPIV3Schema)) errors.push(required(path, 'schemas are required'));
    else if (schema.openAPIV3Schema['type'] !== 'object')
      errors.push(required(`${path}.type`, 'must not be empty for specified object fields'));
    for (const problem of rulesOf(versions[index])?.problems ?? []) {
      if (!problem.syntax) continue;
      errors.push(
        invalid(`${path}${problem.path}`, problem.source, `compilation failed: ERROR: <input>: ${problem.message}`),
      );
    }
  }
  return errors;
}

/** Warnings: who applies such a definition must not believe that it holds. */
function unhonoured(crd: KubeObject): string[] {
  const warnings: string[] = [];
  const name = crd.metadata.name;
  for (const version of (at(crd, 'spec', 'versions') ?? []) as Version[]) {
    const problems = (rulesOf(version)?.problems ?? []).filter(({ syntax }) => !syntax);
    for (const { source, message } of problems) {
      warnings.push(
        `${name} ${version.name}: its rule ${JSON.stringify(source.rule)} is not evaluated on this platform: ${message}`,
      );
    }
  }
  if (at(crd, 'spec', 'conversion', 'strategy') === 'Webhook') {
    warnings.push(
      `${name}: its conversion webhook is not called on this platform; versions convert by their name alone`,
    );
  }
  return warnings;
}

function rulesOf(version: Version | undefined): CompiledRules | undefined {
  const schema = version?.schema?.openAPIV3Schema;
  return isObject(schema) ? compiledRules(schema as Schema) : undefined;
}
