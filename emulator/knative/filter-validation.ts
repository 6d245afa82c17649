/** Validation of filters, which Triggers, ApiServerSources and EventPolicies share. */
import { type FieldError, fieldError, invalidKeyName, invalidValue, noError } from './field-errors.ts';
import { CesqlError, parseCesql } from './trigger/cesql.ts';
import type { SubscriptionsFilter } from './trigger/types.ts';

export function validateAttributeNames(attributes: Record<string, string> | undefined): FieldError {
  const why = 'Attribute name must start with a letter and can only contain lowercase alphanumeric';
  return Object.keys(attributes ?? {})
    .filter((name) => !/^[a-z][a-z0-9]*$/.test(name))
    .reduce((errors, name) => errors.also(invalidKeyName(name, '', why).viaKey(name)), noError);
}

/** As Knative does it, each filter's index is put before the problems of those before it too. */
export function validateFilters(filters: SubscriptionsFilter[] | undefined): FieldError {
  let errors = noError;
  for (const [index, filter] of (filters ?? []).entries()) errors = errors.also(validateFilter(filter)).viaIndex(index);
  return errors;
}

const dialects = ['exact', 'prefix', 'suffix', 'all', 'any', 'not', 'cesql'] as const;

function validateFilter(filter: SubscriptionsFilter | undefined): FieldError {
  if (!filter) return noError;
  const given = dialects.filter((dialect) => {
    const value = filter[dialect];
    // A null is Go's empty value: not given.
    if (dialect === 'not') return value !== undefined && value !== null;
    return Object.keys(value ?? {}).length > 0;
  });
  const message = 'multiple dialects found, filters can have only one dialect set';
  let errors = given.length > 1 ? fieldError(message, []) : noError;
  for (const dialect of ['exact', 'prefix', 'suffix'] as const) {
    errors = errors.also(validateAttributeNames(filter[dialect]).viaField(dialect));
  }
  errors = errors.also(
    validateFilters(filter.all).viaField('all'),
    validateFilters(filter.any).viaField('any'),
    validateFilter(filter.not).viaField('not'),
  );
  if (!filter.cesql) return errors;
  try {
    parseCesql(filter.cesql);
    return errors;
  } catch (error) {
    if (!(error instanceof CesqlError)) throw error;
    // Knative's parser breaks off without a reason.
    return errors.also(invalidValue(filter.cesql, 'cesql'));
  }
}
