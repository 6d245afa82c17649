/** Validation of core/v1 ObjectReferences that stay in their namespace. */
import { disallowedFields, type FieldError, invalidValue, missingField, noError } from './field-errors.ts';
import { label1123Errors, qualifiedNameErrors } from './names-validation.ts';
import type { ObjectReference } from './pod-autoscaler/types.ts';

const identifierMessage =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";

/** Paths below the reference. */
export function validateObjectReference(reference: ObjectReference | undefined): FieldError {
  const { apiVersion, kind, name, ...others } = reference ?? {};
  const set = Object.entries(others)
    .filter(([, value]) => value !== '' && value !== undefined)
    .map(([field]) => field)
    .sort();
  const errors = set.length > 0 ? disallowedFields(...set) : noError;
  return errors.also(validateNamed({ apiVersion, kind, name: name ?? '' }));
}

/** Parts of a reference that must be there and well-formed; `name` and `namespace` only when they are given here. */
export function validateNamed(parts: {
  apiVersion: string | undefined;
  kind: string | undefined;
  name?: string;
  namespace?: string;
}): FieldError {
  let errors = noError;
  const check = (field: string, value: string, reasons: (text: string) => string[]) => {
    const wrong = value === '' ? [] : reasons(value);
    if (value === '') errors = errors.also(missingField(field));
    else if (wrong.length > 0) errors = errors.also(invalidValue(wrong.join(', '), field));
  };
  check('apiVersion', parts.apiVersion ?? '', qualifiedNameErrors);
  check('kind', parts.kind ?? '', (kind) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(kind) ? [] : [identifierMessage]));
  if (parts.name !== undefined) check('name', parts.name, label1123Errors);
  if (parts.namespace !== undefined) check('namespace', parts.namespace, label1123Errors);
  return errors;
}

/** networking.ProtocolType; an empty one is missing. Path is the field itself. */
export function validateProtocol(protocol: string | undefined): FieldError {
  if (!protocol) return missingField('');
  return protocol === 'http1' || protocol === 'h2c' ? noError : invalidValue(protocol, '');
}
