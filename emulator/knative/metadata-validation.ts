/** Validation of metadata that Knative's kinds share. */
import { parseDuration } from '../kernel/duration.ts';
import type { KubeObject, OwnerReference } from '../kernel/object.ts';
import { refuseAutoscaling, validateAutoscaling } from './autoscaling-annotations.ts';
import type { AutoscalerConfig } from './config/types.ts';
import { type FieldError, fieldError, invalidKeyName, invalidValue, missingField, noError } from './field-errors.ts';
import { annotation, networking, serving, spellings } from './keys.ts';
import { label1035NameErrors } from './names-validation.ts';

type Annotations = Readonly<Record<string, string>>;

/** Paths below metadata. `autoscaler`: its annotations may be set, and are checked; undefined: they may not. */
export function validateMetadata(object: KubeObject, autoscaler: AutoscalerConfig | undefined): FieldError {
  const { annotations } = object.metadata;
  const scaling = autoscaler ? validateAutoscaling(annotations, autoscaler) : refuseAutoscaling(annotations);
  return validateName(object.metadata).also(scaling.viaField('annotations'));
}

function validateName({ name, generateName }: { name?: string; generateName?: string }): FieldError {
  if (generateName) {
    const wrong = label1035NameErrors(generateName, true);
    if (wrong.length > 0) {
      return fieldError(`not a DNS 1035 label prefix: [${wrong.join(' ')}]`, ['generateName']);
    }
  }
  if (name) {
    const wrong = label1035NameErrors(name, false);
    if (wrong.length > 0) return fieldError(`not a DNS 1035 label: [${wrong.join(' ')}]`, ['name']);
  }
  return generateName || name ? noError : fieldError('name or generateName is required', ['name']);
}

/** A duration in whole seconds, not negative; `shown` is how refusals call it. The path is the annotation. */
function validateSeconds(annotations: Annotations | undefined, key: string, shown: string): FieldError {
  const found = annotation(annotations, key);
  if (!found || found.value === '') return noError;
  const ms = parseDuration(found.value);
  if (ms === undefined) return invalidValue(found.value, found.key);
  if (ms % 1000 !== 0) return fieldError(`${shown}=${found.value} is not at second precision`, [found.key]);
  return ms < 0 ? fieldError(`${shown}=${found.value} must be positive`, [found.key]) : noError;
}

export function validateRolloutDuration(annotations: Annotations | undefined): FieldError {
  return validateSeconds(annotations, serving.rolloutDuration, 'rollout-duration');
}

export function validateProgressDeadline(annotations: Annotations | undefined): FieldError {
  return validateSeconds(annotations, serving.progressDeadline, 'progress-deadline');
}

const knownNetworking = new Set(
  [
    networking.ingressClass,
    networking.certificateClass,
    networking.disableExternalDomainTls,
    networking.httpProtocol,
  ].flatMap(spellings),
);

/** Unknown annotations of networking.knative.dev are refused where Knative looks at them. */
export function validateNetworkingAnnotations(annotations: Annotations | undefined): FieldError {
  return Object.keys(annotations ?? {})
    .filter((key) => key.startsWith('networking.knative.dev') && !knownNetworking.has(key))
    .reduce((errors, key) => errors.also(invalidKeyName(key, '')), noError);
}

/** A label that names an owner must name one of the owner references. The path is the label. */
export function validateOwnerLabel(object: KubeObject, label: string, kind: string): FieldError {
  const value = object.metadata.labels?.[label];
  if (value === undefined) return noError;
  const owners: OwnerReference[] = object.metadata.ownerReferences ?? [];
  return owners.some((owner) => owner.kind === kind && owner.name === value) ? noError : missingField(label);
}

export function isOwned(object: KubeObject): boolean {
  return (object.metadata.ownerReferences?.length ?? 0) > 0;
}
