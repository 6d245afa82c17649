/** Validation of probes. Fields below a handler that Knative does not allow are no part of the schema. */
import type { FeaturesConfig } from '../config/types.ts';
import {
  disallowedFields,
  type FieldError,
  fieldError,
  invalidValue,
  missingOneOf,
  multipleOneOf,
  noError,
  outOfBounds,
} from '../field-errors.ts';
import type { Container, Port, Probe } from './types.ts';

const max = 2147483647;

/** The serving port of the pod, as probes may name it. */
export interface PortContext {
  name: string;
  containerPort: number;
}

/** `port` undefined: a sidecar's, which must name its port. */
export function validateProbe(probe: Probe | undefined, port: PortContext | undefined): FieldError {
  if (!probe) return noError;
  let errors = noError;
  const handlers: string[] = [];
  // As Knative does it, what was found before a handler moves below it.
  for (const [handler, shown] of [
    ['httpGet', 'httpGet'],
    ['tcpSocket', 'tcpSocket'],
    ['exec', 'exec'],
    ['grpc', 'gRPC'],
  ] as const) {
    if (!probe[handler]) continue;
    handlers.push(shown);
    errors = errors.viaField(handler);
    if (handler === 'httpGet' || handler === 'tcpSocket') {
      errors = errors.also(validatePort(probe[handler]?.port ?? 0, `${handler}.port`, port));
    }
  }
  if (handlers.length === 0) return errors.also(missingOneOf('httpGet', 'tcpSocket', 'exec', 'grpc'));
  return handlers.length > 1 ? errors.also(multipleOneOf(...handlers)) : errors;
}

function validatePort(given: Port, path: string, port: PortContext | undefined): FieldError {
  if (!port) return given === '' || given === 0 ? invalidValue(given, path, 'Probe port must be specified') : noError;
  const wrong = typeof given === 'string' && given !== '' && given !== port.name;
  return wrong ? invalidValue(given, path, 'Probe port must match container port') : noError;
}

export function validateReadinessProbe(probe: Probe | undefined, port: PortContext | undefined): FieldError {
  if (!probe) return noError;
  const { periodSeconds = 0, initialDelaySeconds = 0, successThreshold = 0 } = probe;
  const { failureThreshold = 0, timeoutSeconds = 0 } = probe;
  let errors = validateProbe(probe, port);
  const least = (value: number, lower: number, field: string) => {
    if (value < lower) errors = errors.also(outOfBounds(value, lower, max, field));
  };
  least(periodSeconds, 0, 'periodSeconds');
  least(initialDelaySeconds, 0, 'initialDelaySeconds');
  least(successThreshold, 1, 'successThreshold');
  if (periodSeconds === 0) {
    for (const [field, value] of [
      ['failureThreshold', failureThreshold],
      ['timeoutSeconds', timeoutSeconds],
    ] as const) {
      if (value !== 0) {
        errors = errors.also(fieldError(`${field} is disallowed when periodSeconds is zero`, [field]));
      }
    }
  } else {
    least(timeoutSeconds, 1, 'timeoutSeconds');
    least(failureThreshold, 1, 'failureThreshold');
  }
  return errors;
}

/** Containers that do not serve may have probes only with feature multi-container-probing. */
export function validateSidecarProbes(container: Container, features: FeaturesConfig): FieldError {
  if (features.multiContainerProbing === 'Enabled') {
    return validateProbe(container.livenessProbe, undefined)
      .viaField('livenessProbe')
      .also(validateReadinessProbe(container.readinessProbe, undefined).viaField('readinessProbe'))
      .also(validateProbe(container.startupProbe, undefined).viaField('startupProbe'));
  }
  let errors = noError;
  for (const field of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const names = goFields(container[field]);
    if (names.length > 0) errors = errors.also(disallowedFields(...names).viaField(field));
  }
  return errors;
}

/** To Go the embedded handler is one field, without a JSON name: the path ends at the probe. */
function goFields(probe: Probe | undefined): string[] {
  if (!probe) return [];
  const handlers = ['httpGet', 'tcpSocket', 'exec', 'grpc'];
  const fields = Object.entries(probe)
    .filter(([, value]) => value !== undefined && value !== 0)
    .map(([field]) => (handlers.includes(field) ? '' : field));
  return [...new Set(fields)].sort();
}
