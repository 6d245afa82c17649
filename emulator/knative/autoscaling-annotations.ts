/** Validation of `autoscaling.knative.dev/*` annotations (Knative: apis/autoscaling/annotation_validation.go). */
import { formatDuration, parseDuration } from '../kernel/duration.ts';
import { goFloat, goInt } from './config/parse.ts';
import type { AutoscalerConfig } from './config/types.ts';
import {
  all,
  type FieldError,
  fieldError,
  invalidKeyName,
  invalidValue,
  noError,
  outOfBounds,
} from './field-errors.ts';
import { annotation, autoscaling, hpaClass, kpaClass } from './keys.ts';

type Annotations = Readonly<Record<string, string>>;

const maxInt32 = 2147483647;
const hourMs = 3_600_000;

/** Paths are annotation names. */
export function validateAutoscaling(annotations: Annotations | undefined, config: AutoscalerConfig): FieldError {
  const given = annotations ?? {};
  return all(
    validateClass(given),
    validateScale(given, config),
    validateFloats(given),
    validateWindow(given),
    validateRetention(given),
    validateScaleDownDelay(given),
    validateMetric(given, config),
    validateAlgorithm(given),
    validateInitialScale(given, config),
  );
}

/** Service, Configuration and Route must not carry any: they belong into the template. */
export function refuseAutoscaling(annotations: Annotations | undefined): FieldError {
  const why = 'autoscaling annotations must be put under "spec.template.metadata.annotations" to work';
  return all(
    ...Object.keys(annotations ?? {})
      .filter((key) => key.startsWith('autoscaling.knative.dev'))
      .map((key) => invalidKeyName(key, '', why)),
  );
}

function validateClass(given: Annotations): FieldError {
  const found = annotation(given, autoscaling.class);
  if (!found?.value.endsWith('.knative.dev')) return noError;
  return found.value === kpaClass || found.value === hpaClass ? noError : invalidValue(found.value, found.key);
}

/** A whole number from 0 on; 0 where it is absent or wrong. */
function count(given: Annotations, key: string): { value: number; errors: FieldError } {
  const found = annotation(given, key);
  if (!found) return { value: 0, errors: noError };
  try {
    const value = goInt(found.value, 32);
    if (value >= 0) return { value, errors: noError };
  } catch (error) {
    if (!String(error).includes('out of range')) return { value: 0, errors: invalidValue(found.value, found.key) };
  }
  return { value: 0, errors: outOfBounds(found.value, 0, maxInt32, found.key) };
}

function validateScale(given: Annotations, config: AutoscalerConfig): FieldError {
  const min = count(given, autoscaling.minScale);
  const max = count(given, autoscaling.maxScale);
  let errors = min.errors.also(max.errors);
  if (max.value !== 0 && max.value < min.value) {
    errors = errors.also(
      fieldError(`max-scale=${max.value} is less than min-scale=${min.value}`, [
        autoscaling.maxScale,
        autoscaling.minScale,
      ]),
    );
  }
  const maxScale = annotation(given, autoscaling.maxScale);
  const limit = config.maxScaleLimit;
  if (maxScale && limit !== 0) {
    if (max.value > limit) errors = errors.also(outOfBounds(max.value, 1, limit, maxScale.key));
    if (max.value === 0) {
      errors = errors.also(fieldError(`max-scale=0 (unlimited), must be less than ${limit}`, [maxScale.key]));
    }
  }
  return errors.also(validateActivationScale(given, min.value, max.value));
}

function validateActivationScale(given: Annotations, min: number, max: number): FieldError {
  const found = annotation(given, autoscaling.activationScale);
  if (!found) return noError;
  let least: number;
  try {
    least = goInt(found.value, 32);
  } catch {
    return invalidValue(found.value, found.key);
  }
  const wrong = (message: string) => fieldError(message, [found.key]);
  if (min > least) return wrong(`min-scale=${min} is greater than activation-scale=${least}`);
  if (max < least && max !== 0) return wrong(`max-scale=${max} is less than activation-scale=${least}`);
  return least < 2 ? wrong(`activation-scale=${least} must be greater than 1`) : noError;
}

function number(text: string): number | undefined {
  try {
    return goFloat(text);
  } catch {
    return undefined;
  }
}

function validateFloats(given: Annotations): FieldError {
  const between = (key: string, lower: number, upper: number) => {
    const found = annotation(given, key);
    if (!found) return noError;
    const value = number(found.value);
    if (value === undefined) return invalidValue(found.value, found.key);
    return value < lower || value > upper ? outOfBounds(found.value, lower, upper, found.key) : noError;
  };
  const target = annotation(given, autoscaling.target);
  const burst = annotation(given, autoscaling.targetBurstCapacity);
  let errors = all(
    between(autoscaling.panicWindowPercentage, 1, 100),
    between(autoscaling.panicThresholdPercentage, 110, 1000),
  );
  if (target) {
    const value = number(target.value);
    if (value === undefined) errors = errors.also(invalidValue(target.value, target.key));
    else if (value < 0.01) {
      errors = errors.also(fieldError(`target ${target.value} should be at least 0.01`, [target.key]));
    }
  }
  errors = errors.also(between(autoscaling.targetUtilizationPercentage, 1, 100));
  if (burst) {
    const value = number(burst.value);
    if (value === undefined || (value < 0 && value !== -1)) errors = errors.also(invalidValue(burst.value, burst.key));
  }
  return errors;
}

const precision = 'must be specified with at most second precision';

function validateWindow(given: Annotations): FieldError {
  const found = annotation(given, autoscaling.window);
  if (!found) return noError;
  const ms = parseDuration(found.value);
  if (ms === undefined) return invalidValue(found.value, autoscaling.window);
  if (ms < 6000 || ms > hourMs) return outOfBounds(found.value, '6s', formatDuration(hourMs), autoscaling.window);
  return ms % 1000 === 0 ? noError : fieldError(precision, [autoscaling.window]);
}

function validateRetention(given: Annotations): FieldError {
  const found = annotation(given, autoscaling.scaleToZeroPodRetentionPeriod);
  if (!found) return noError;
  const ms = parseDuration(found.value);
  if (ms === undefined) return invalidValue(found.value, found.key);
  return ms < 0 || ms > hourMs ? outOfBounds(found.value, '0s', formatDuration(hourMs), found.key) : noError;
}

function validateScaleDownDelay(given: Annotations): FieldError {
  const found = annotation(given, autoscaling.scaleDownDelay);
  if (!found) return noError;
  const ms = parseDuration(found.value);
  if (ms === undefined) return invalidValue(found.value, found.key);
  if (ms < 0 || ms > hourMs) return outOfBounds(found.value, '0s', formatDuration(hourMs), found.key);
  return ms % 1000 === 0 ? noError : fieldError(precision, [found.key]);
}

function validateMetric(given: Annotations, config: AutoscalerConfig): FieldError {
  const found = annotation(given, autoscaling.metric);
  if (!found) return noError;
  const scaler = annotation(given, autoscaling.class)?.value ?? config.podAutoscalerClass;
  // Other autoscalers may have metrics of their own.
  if (scaler !== kpaClass && scaler !== hpaClass) return noError;
  const fine = scaler === kpaClass ? ['concurrency', 'rps'].includes(found.value) : found.value !== '';
  return fine ? noError : invalidValue(found.value, autoscaling.metric);
}

function validateAlgorithm(given: Annotations): FieldError {
  if (annotation(given, autoscaling.class)?.value !== kpaClass) return noError;
  const found = annotation(given, autoscaling.metricAggregationAlgorithm);
  if (!found || found.value === '') return noError;
  const known = ['linear', 'weighted-exponential', 'weightedExponential'];
  return known.includes(found.value) ? noError : invalidValue(found.value, found.key);
}

function validateInitialScale(given: Annotations, config: AutoscalerConfig): FieldError {
  const found = annotation(given, autoscaling.initialScale);
  if (!found) return noError;
  let value: number;
  try {
    value = goInt(found.value, 64);
  } catch {
    return invalidValue(found.value, found.key);
  }
  if (value < 0) return invalidValue(found.value, `${found.key} must be greater than 0`);
  if (value === 0 && !config.allowZeroInitialScale) {
    return invalidValue(found.value, `${found.key}=0 not allowed by cluster`);
  }
  return noError;
}
