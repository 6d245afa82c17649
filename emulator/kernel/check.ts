/** Validation of a whole object: metadata, schema, the rules of its kind, and those of a user's definition. */
import type { JsonObject } from './json.ts';
import { validateMetadata, validateMetadataUpdate } from './metadata.ts';
import type { KubeObject } from './object.ts';
import type { ResourceDefinition, ResourceVersionDefinition } from './resource.ts';
import { type FieldError, invalidObject } from './schema/field-errors.ts';
import { validateObject } from './schema/validate.ts';

/** @throws ApiError Invalid. */
export function check(
  definition: ResourceDefinition,
  version: ResourceVersionDefinition,
  object: KubeObject,
  old: KubeObject | undefined,
  { warn = () => undefined }: { warn?(message: string): void },
): void {
  const json = object as unknown as JsonObject;
  const errors = [
    ...validateMetadata(definition, object),
    ...(old ? validateMetadataUpdate(object, old) : []),
    ...validateObject(json, version.schema),
    ...(definition.strategy?.validate?.(object, old) ?? []),
  ];
  if (version.rules) {
    if (errors.some(({ reason }) => blocksRules.has(reason))) errors.push(rulesNotChecked);
    else errors.push(...version.rules.validate(json, old as JsonObject | undefined, warn));
  }
  if (errors.length > 0) throw invalidObject(definition, object.metadata.name ?? '', errors);
}

/** After these a rule would find what it must not. */
const blocksRules = new Set(['FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid']);
const rulesNotChecked: FieldError = {
  field: '<nil>',
  reason: 'FieldValueInvalid',
  message:
    'Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};
