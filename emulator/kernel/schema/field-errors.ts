/** Errors of single fields, in the words of k8s.io/apimachinery field errors, and the Invalid status they make. */
import { ApiError, type StatusCause } from '../errors.ts';

export type FieldErrorReason =
  | 'FieldValueInvalid'
  | 'FieldValueTypeInvalid'
  | 'FieldValueRequired'
  | 'FieldValueForbidden'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueNotFound';

export interface FieldError {
  field: string;
  reason: FieldErrorReason;
  message: string;
}

/** As Go prints a value in a field error: strings quoted, the rest as JSON. */
export function shown(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value);
}

export function invalid(field: string, value: unknown, why: string): FieldError {
  return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${shown(value)}: ${why}` };
}

export function required(field: string, why = ''): FieldError {
  return { field, reason: 'FieldValueRequired', message: why ? `Required value: ${why}` : 'Required value' };
}

export function forbidden(field: string, why: string): FieldError {
  return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${why}` };
}

export function notSupported(field: string, value: unknown, supported: readonly unknown[]): FieldError {
  return {
    field,
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${shown(value)}: supported values: ${supported.map(shown).join(', ')}`,
  };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { field, reason: 'FieldValueDuplicate', message: `Duplicate value: ${shown(value)}` };
}

/** HTTP 422: `Kind.group "name" is invalid: field: message`, several in brackets. */
export function invalidObject(
  kind: { group: string; kind: string },
  name: string,
  errors: readonly FieldError[],
): ApiError {
  const texts = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  const qualified = kind.group ? `${kind.kind}.${kind.group}` : kind.kind;
  const causes: StatusCause[] = errors.map(({ reason, message, field }) => ({ reason, message, field }));
  return new ApiError(
    'Invalid',
    `${qualified} "${name}" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`,
    { details: { ...(name ? { name } : {}), ...(kind.group ? { group: kind.group } : {}), kind: kind.kind, causes } },
  );
}
