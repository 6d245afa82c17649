/** Validation of core/v1 ObjectReferences that stay in their namespace. */
import { disallowedFields, type FieldError, invalidValue, missingField, noError } from './field-errors.ts';
import { label1123Errors, qualifiedNameErrors } from './names-validation.ts';
import type { ObjectReference } from './pod-autoscaler/types.ts';

const identifierMessage =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";

/** Paths below the reference. */
export function validateObjectReference(reference: ObjectReference | undefined): FieldError {
  const { apiVersion = '', kind = '', name = '', ...others } = reference ?? {};
  const set = Object.entries(others)
    .filter(([, value]) => value !== '' && value !== undefined)
    .map(([field]) => field)
    .sort();
  let errors = set.length > 0 ? disallowedFields(...set) : noError;
  const check = (field: string, value: string, wrong: string[]) => {
    if (value === '') errors = errors.also(missingField(field));
    else if (wrong.length > 0) errors = errors.also(invalidValue(wrong.join(', '), field));
  };
  check('apiVersion', apiVersion, qualifiedNameErrors(apiVersion));
  check('kind', kind, /^[A-Za-z_][A-Za-z0-9_]*$/.test(kind) ? [] : [identifierMessage]);
  check('name', name, label1123Errors(name));
  return errors;
}

/** networking.ProtocolType; an empty one is missing. Path is the field itself. */
export function validateProtocol(protocol: string | undefined): FieldError {
  if (!protocol) return missingField('');
  return protocol === 'http1' || protocol === 'h2c' ? noError : invalidValue(protocol, '');
}
