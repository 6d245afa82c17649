/** Validation by a structural schema, in the words of the apiserver's CRD validation. */
import { isObject, type JsonObject, own, sameJson } from '../json.ts';
import type { Schema } from '../resource.ts';
import { duplicate, type FieldError, invalid, notSupported, required, shown } from './field-errors.ts';
import { objectMetaSchema } from './object-meta.ts';

/** Errors of a whole object; its metadata is another's business (metadata.ts). */
export function validateObject(object: JsonObject, schema: Schema): FieldError[] {
  const errors: FieldError[] = [];
  validateMembers(object, schema, '', errors, new Set(['apiVersion', 'kind', 'metadata']));
  validateJunctors(object, schema, '', errors);
  return errors;
}

function validate(value: unknown, schema: Schema, path: string, errors: FieldError[]): void {
  if (value === null && schema.nullable) return;
  const actual = typeName(value);
  if (schema['x-kubernetes-int-or-string'] && actual !== 'integer' && actual !== 'string') {
    errors.push(wrongType(path, 'integer,string', actual));
    return;
  }
  if (schema.type && !hasType(actual, schema.type)) {
    errors.push(wrongType(path, schema.type, actual));
    return;
  }
  if (schema.enum && !schema.enum.some((one) => sameJson(one, value))) {
    errors.push(notSupported(path, value, schema.enum));
  }
  if (typeof value === 'string') validateString(value, schema, path, errors);
  else if (typeof value === 'number') validateNumber(value, schema, path, errors);
  else if (Array.isArray(value)) validateArray(value, schema, path, errors);
  else if (isObject(value)) validateMembers(value, schema, path, errors, nothing);
  validateJunctors(value, schema, path, errors);
}

/** allOf, anyOf, oneOf and not, as kube-openapi's validator words them: the nearest alternative's errors come along. */
function validateJunctors(value: unknown, schema: Schema, path: string, errors: FieldError[]): void {
  const { allOf, anyOf, oneOf, not } = schema;
  if (!allOf && !anyOf && !oneOf && !not) return;
  const failuresOf = (alternative: Schema): FieldError[] => {
    const found: FieldError[] = [];
    validate(value, alternative, path, found);
    return found;
  };
  const nearest = (all: readonly FieldError[][]) => all.reduce((a, b) => (b.length < a.length ? b : a));
  const refuse = (why: string) => errors.push(invalid(path, '', `"${path}" must ${why}`));
  if (anyOf?.length) {
    const failures = anyOf.map(failuresOf);
    if (failures.every(({ length }) => length > 0)) {
      refuse('validate at least one schema (anyOf)');
      errors.push(...nearest(failures));
    }
  }
  if (oneOf?.length) {
    const failures = oneOf.map(failuresOf);
    const valid = failures.filter(({ length }) => length === 0).length;
    if (valid === 0) {
      refuse('validate one and only one schema (oneOf). Found none valid');
      errors.push(...nearest(failures));
    } else if (valid > 1) {
      refuse(`validate one and only one schema (oneOf). Found ${valid} valid alternatives`);
    }
  }
  const failures = allOf?.flatMap(failuresOf) ?? [];
  if (failures.length > 0) {
    refuse('validate all the schemas (allOf)');
    errors.push(...failures);
  }
  if (not && failuresOf(not).length === 0) refuse('not validate the schema (not)');
}

const nothing: ReadonlySet<string> = new Set();

function validateString(value: string, schema: Schema, path: string, errors: FieldError[]): void {
  if (schema.maxLength !== undefined && [...value].length > schema.maxLength) {
    errors.push({
      field: path,
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${schema.maxLength} bytes`,
    });
  }
  if (schema.minLength !== undefined && [...value].length < schema.minLength) {
    errors.push(invalid(path, value, `${path} in body should be at least ${schema.minLength} chars long`));
  }
  if (schema.pattern !== undefined && !matches(schema.pattern, value)) {
    errors.push(invalid(path, value, `${path} in body should match '${schema.pattern}'`));
  }
  if (schema.format === 'date-time' && !dateTime.test(value)) {
    errors.push(invalid(path, value, `${path} in body must be of type date-time: ${shown(value)}`));
  }
}

function validateNumber(value: number, schema: Schema, path: string, errors: FieldError[]): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    const bound = exclusiveMinimum ? 'greater than' : 'greater than or equal to';
    errors.push(invalid(path, value, `${path} in body should be ${bound} ${minimum}`));
  }
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    const bound = exclusiveMaximum ? 'less than' : 'less than or equal to';
    errors.push(invalid(path, value, `${path} in body should be ${bound} ${maximum}`));
  }
  if (multipleOf && !Number.isInteger(value / multipleOf)) {
    errors.push(invalid(path, value, `${path} in body should be a multiple of ${multipleOf}`));
  }
}

function validateArray(value: unknown[], schema: Schema, path: string, errors: FieldError[]): void {
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    errors.push({
      field: path,
      reason: 'FieldValueTooMany',
      message: `Too many: ${value.length}: must have at most ${schema.maxItems} items`,
    });
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    errors.push(invalid(path, value, `${path} in body should have at least ${schema.minItems} items`));
  }
  const { items } = schema;
  if (items) for (const [index, item] of value.entries()) validate(item, items, `${path}[${index}]`, errors);
  validateUnique(value, schema, path, errors);
}

function validateUnique(value: unknown[], schema: Schema, path: string, errors: FieldError[]): void {
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== 'set' && listType !== 'map') return;
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    let identity: unknown = item;
    if (listType === 'map') {
      if (!isObject(item)) continue;
      const keys = schema['x-kubernetes-list-map-keys'] ?? [];
      identity = Object.fromEntries(
        keys.map((key) => [key, own(item, key) ?? schema.items?.properties?.[key]?.default] as const),
      );
    }
    const text = JSON.stringify(identity);
    if (seen.has(text)) errors.push(duplicate(`${path}[${index}]`, identity));
    seen.add(text);
  }
}

function validateMembers(
  value: JsonObject,
  schema: Schema,
  path: string,
  errors: FieldError[],
  skip: ReadonlySet<string>,
): void {
  const inner = (key: string) => (path ? `${path}.${key}` : key);
  const count = Object.keys(value).length;
  if (schema.minProperties !== undefined && count < schema.minProperties) {
    errors.push(invalid(path, value, `${path} in body should have at least ${schema.minProperties} properties`));
  }
  if (schema.maxProperties !== undefined && count > schema.maxProperties) {
    errors.push({
      field: path,
      reason: 'FieldValueTooMany',
      message: `Too many: ${count}: must have at most ${schema.maxProperties} items`,
    });
  }
  for (const key of schema.required ?? []) {
    if (own(value, key) === undefined && !skip.has(key)) errors.push(required(inner(key)));
  }
  for (const [key, member] of Object.entries(value)) {
    if (skip.has(key)) continue;
    const property = own((schema.properties ?? {}) as JsonObject, key) as Schema | undefined;
    if (property) validate(member, property, inner(key), errors);
    else if (schema['x-kubernetes-embedded-resource'] && key === 'metadata') {
      validate(member, objectMetaSchema, inner(key), errors);
    } else if (isObject(schema.additionalProperties)) {
      validate(member, schema.additionalProperties as Schema, inner(key), errors);
    }
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function hasType(actual: string, wanted: string): boolean {
  return actual === wanted || (wanted === 'number' && actual === 'integer');
}

function wrongType(path: string, wanted: string, actual: string): FieldError {
  return {
    field: path,
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: "${actual}": ${path} in body must be of type ${wanted}: "${actual}"`,
  };
}

const dateTime = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const patterns = new Map<string, RegExp | undefined>();

/** A pattern that JavaScript cannot read (it is Go's RE2) is not enforced. */
function matches(pattern: string, value: string): boolean {
  if (!patterns.has(pattern)) {
    let compiled: RegExp | undefined;
    try {
      compiled = new RegExp(pattern, 'u');
    } catch {
      compiled = undefined;
    }
    patterns.set(pattern, compiled);
  }
  return patterns.get(pattern)?.test(value) ?? true;
}
