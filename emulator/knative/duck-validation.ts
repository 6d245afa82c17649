/** Validation of what eventing kinds share: references, destinations, delivery. */
import type { PlatformConfig } from './config/types.ts';
import type { DeliverySpec, Destination, KReference } from './duck.ts';
import {
  disallowedFields,
  type FieldError,
  fieldError,
  invalidValue,
  missingField,
  missingOneOfAtLeast,
  noError,
} from './field-errors.ts';

export interface ReferenceOptions {
  /** A namespace that is given must be this one; undefined: any. */
  parentNamespace?: string | undefined;
  /** Feature kreference-group. */
  groupAllowed?: boolean;
}

/** duck/v1 KReference. Paths below it. */
export function validateReference(reference: KReference | undefined, options: ReferenceOptions = {}): FieldError {
  const { apiVersion = '', kind = '', name = '', group = '', namespace = '' } = reference ?? {};
  let errors = noError;
  const missing = (field: string) => {
    errors = errors.also(missingField(field));
  };
  if (name === '') missing('name');
  if (options.groupAllowed) {
    if (apiVersion === '' && group === '') {
      missing('apiVersion');
      missing('group');
    }
    if (apiVersion !== '' && group !== '' && !apiVersion.startsWith(group)) {
      errors = errors.also(
        fieldError(
          'both apiVersion and group are specified and they refer to different API groups',
          ['apiVersion', 'group'],
          'Only one of them must be specified',
        ),
      );
    }
  } else {
    if (group !== '') errors = errors.also(disallowedFields('group'));
    if (apiVersion === '') missing('apiVersion');
  }
  if (kind === '') missing('kind');
  const parent = options.parentNamespace;
  if (namespace !== '' && parent && namespace !== parent) {
    const details = `parent namespace: ${JSON.stringify(parent)} does not match ref: ${JSON.stringify(namespace)}`;
    errors = errors.also(fieldError('mismatched namespaces', ['namespace'], details));
  }
  return errors;
}

/** duck/v1 Destination. Paths below it. */
export function validateDestination(destination: Destination | undefined, options: ReferenceOptions = {}): FieldError {
  const { ref, uri } = destination ?? {};
  if (!ref && uri === undefined) return missingOneOfAtLeast('ref', 'uri');
  let errors = noError;
  if (!ref && !isAbsolute(uri ?? '')) {
    errors = invalidValue('Relative URI is not allowed when Ref and [apiVersion, kind, name] is absent', 'uri');
  }
  return ref ? errors.also(validateReference(ref, options).viaField('ref')) : errors;
}

/** Has a scheme and a host. */
export function isAbsolute(uri: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?#]+/.test(uri);
}

export function isEmptyDestination(destination: Destination | undefined): boolean {
  return !destination || (!destination.ref && destination.uri === undefined);
}

/** eventing duck/v1 DeliverySpec. Paths below it. */
export function validateDelivery(delivery: DeliverySpec | undefined, { eventing }: PlatformConfig): FieldError {
  if (!delivery) return noError;
  const enabled = (feature: string) => eventing.features[feature]?.toLowerCase() === 'enabled';
  const { retry, backoffPolicy, backoffDelay, timeout, retryAfterMax, deadLetterSink, format } = delivery;
  let errors = noError;
  if (deadLetterSink) errors = errors.also(validateDestination(deadLetterSink).viaField('deadLetterSink'));
  if (retry !== undefined && retry < 0) errors = errors.also(invalidValue(retry, 'retry'));
  if (timeout !== undefined) {
    if (!enabled('delivery-timeout')) errors = errors.also(disallowedFields('timeout'));
    else if (isoPeriod(timeout) !== 'positive') errors = errors.also(invalidValue(timeout, 'timeout'));
  }
  if (backoffPolicy !== undefined && !['linear', 'exponential'].includes(backoffPolicy)) {
    errors = errors.also(invalidValue(backoffPolicy, 'backoffPolicy'));
  }
  if (backoffDelay !== undefined && isoPeriod(backoffDelay) === 'invalid') {
    errors = errors.also(invalidValue(backoffDelay, 'backoffDelay'));
  }
  if (retryAfterMax !== undefined) {
    if (!enabled('delivery-retryafter')) errors = errors.also(disallowedFields('retryAfterMax'));
    else if (['invalid', 'negative'].includes(isoPeriod(retryAfterMax))) {
      errors = errors.also(invalidValue(retryAfterMax, 'retryAfterMax'));
    }
  }
  if (format !== undefined && !['json', 'binary'].includes(format)) {
    errors = errors.also(invalidValue(format, 'format'));
  }
  return errors;
}

/** ISO 8601 durations as rickb777/period reads them. */
export function isoPeriod(text: string): 'invalid' | 'negative' | 'zero' | 'positive' {
  const pattern =
    /^([-+]?)P(?=\d|T\d|[-+.,])(?:([-+]?[\d.,]+)Y)?(?:([-+]?[\d.,]+)M)?(?:([-+]?[\d.,]+)W)?(?:([-+]?[\d.,]+)D)?(?:T(?:([-+]?[\d.,]+)H)?(?:([-+]?[\d.,]+)M)?(?:([-+]?[\d.,]+)S)?)?$/;
  if (/^[-+]?0$/.test(text)) return 'zero';
  const match = pattern.exec(text);
  if (!match) return 'invalid';
  const numbers = match.slice(2).flatMap((part) => (part === undefined ? [] : [Number(part.replace(',', '.'))]));
  if (numbers.length === 0 || numbers.some((value) => !Number.isFinite(value))) return 'invalid';
  const sign = match[1] === '-' ? -1 : 1;
  const total = sign * numbers.reduce((sum, value) => sum + value, 0);
  return total < 0 ? 'negative' : total === 0 ? 'zero' : 'positive';
}
