/** Validation of what eventing kinds share: references, destinations, delivery. */
import type { PlatformConfig } from './config/types.ts';
import type { CloudEventOverrides, DeliverySpec, Destination, KReference, SourceSpec } from './duck.ts';
import {
  disallowedFields,
  type FieldError,
  fieldError,
  invalidKeyName,
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
  const { ref, uri, CACerts } = destination ?? {};
  if (uri === undefined)
    return ref ? validateReference(ref, options).viaField('ref') : missingOneOfAtLeast('ref', 'uri');
  if (ref && hasScheme(uri)) {
    const message = 'Absolute URI is not allowed when Ref or [apiVersion, kind, name] is present';
    return fieldError(message, ['[apiVersion, kind, name]', 'ref', 'uri']);
  }
  if (!ref && !isAbsolute(uri)) {
    return invalidValue('Relative URI is not allowed when Ref and [apiVersion, kind, name] is absent', 'uri');
  }
  if (CACerts === undefined || CACerts.includes('-----BEGIN CERTIFICATE-----')) return noError;
  return invalidValue('CA Cert provided is invalid', 'caCert');
}

function hasScheme(uri: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(uri);
}

/** Has a scheme and a host. */
export function isAbsolute(uri: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?#]+/.test(uri);
}

/** A flag of eventing's config-features. */
export function isEnabled({ eventing }: PlatformConfig, feature: string): boolean {
  return eventing.features[feature]?.toLowerCase() === 'enabled';
}

export function referenceOptions(config: PlatformConfig): ReferenceOptions {
  return { groupAllowed: isEnabled(config, 'kreference-group') };
}

/** Names that CloudEvents allow for extension attributes; the first bad one is told. Paths below `ceOverrides`. */
export function validateOverrides(overrides: CloudEventOverrides | undefined): FieldError {
  for (const key of Object.keys(overrides?.extensions ?? {}).sort()) {
    const why = key === '' ? 'keys MUST NOT be empty' : 'keys are expected to be alphanumeric';
    if (!/^[a-zA-Z0-9]+$/.test(key)) return invalidKeyName(key, '', why).viaField('extensions');
  }
  return noError;
}

/** What every source has: a sink and overrides. Paths below `spec`. */
export function validateSource(spec: SourceSpec | undefined, config: PlatformConfig): FieldError {
  return validateDestination(spec?.sink, referenceOptions(config))
    .viaField('sink')
    .also(validateOverrides(spec?.ceOverrides).viaField('ceOverrides'));
}

/** Puts the namespace into a reference that names none. */
export function defaultNamespace(destination: Destination | undefined, namespace: string | undefined): void {
  if (destination?.ref && namespace) destination.ref.namespace ||= namespace;
}

export function isEmptyDestination(destination: Destination | undefined): boolean {
  return !destination || (!destination.ref && destination.uri === undefined);
}

/** eventing duck/v1 DeliverySpec. Paths below it. */
export function validateDelivery(delivery: DeliverySpec | undefined, config: PlatformConfig): FieldError {
  if (!delivery) return noError;
  const enabled = (feature: string) => isEnabled(config, feature);
  const { retry, backoffPolicy, backoffDelay, timeout, retryAfterMax, deadLetterSink, format } = delivery;
  let errors = noError;
  if (deadLetterSink) errors = validateDestination(deadLetterSink, referenceOptions(config)).viaField('deadLetterSink');
  if (retry !== undefined && retry < 0) errors = errors.also(invalidValue(retry, 'retry'));
  if (timeout !== undefined) {
    if (!enabled('delivery-timeout')) errors = errors.also(disallowedFields('timeout'));
    else if (['invalid', 'zero'].includes(isoPeriod(timeout))) errors = errors.also(invalidValue(timeout, 'timeout'));
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
