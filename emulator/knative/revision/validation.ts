/** Validation of Revisions and of the templates they are made from. */
import type { Rules, ValidationContext } from '../admission.ts';
import { validateAutoscaling } from '../autoscaling-annotations.ts';
import { goFloat, goNumber } from '../config/parse.ts';
import type { PlatformConfig } from '../config/types.ts';
import { rootType } from '../definition.ts';
import {
  all,
  disallowedFields,
  type FieldError,
  fieldError,
  invalidValue,
  noError,
  outOfBounds,
} from '../field-errors.ts';
import { annotation, queueSidecar, serving } from '../keys.ts';
import {
  validateMetadata,
  validateNetworkingAnnotations,
  validateOwnerLabel,
  validateProgressDeadline,
} from '../metadata-validation.ts';
import { label1035NameErrors } from '../names-validation.ts';
import { validatePodSpec } from '../pod-spec/validation.ts';
import { parseQuantity } from '../quantity.ts';
import { roundTrip } from '../struct/decode.ts';
import { shortDiff } from '../struct/diff.ts';
import { defaultRevision } from './defaults.ts';
import { revisionSpec, revisionTemplate } from './schema.ts';
import type { Revision, RevisionSpec, RevisionTemplate } from './types.ts';

export const revisionRules: Rules<Revision> = {
  webhook: 'webhook.serving.knative.dev',
  type: rootType('v1.Revision', revisionSpec),
  defaults: defaultRevision,
  validate: validateRevision,
};

function validateRevision(revision: Revision, { operation, old, config }: ValidationContext<Revision>): FieldError {
  const labels = validateOwnerLabel(revision, serving.configuration, 'Configuration').viaField('labels');
  const errors = validateMetadata(revision, config.autoscaler).also(labels).viaField('metadata');
  if (operation === 'CREATE' || !old) {
    return revision.spec ? errors.also(validateRevisionSpec(revision.spec, config).viaField('spec')) : errors;
  }
  const diff = shortDiff(
    revisionSpec,
    '{v1.RevisionSpec}',
    roundTrip(revisionSpec, old.spec),
    roundTrip(revisionSpec, revision.spec),
  );
  // What else is wrong is not said then, as in Knative.
  return diff === '' ? errors : fieldError('Immutable fields changed (-old +new)', ['spec'], diff);
}

export function validateRevisionSpec(spec: RevisionSpec, config: PlatformConfig): FieldError {
  const { defaults } = config;
  let errors = validatePodSpec(spec, config);
  const timeout = spec.timeoutSeconds ?? 0;
  if (timeout < 0 || timeout > defaults.maxRevisionTimeoutSeconds) {
    errors = errors.also(outOfBounds(timeout, 0, defaults.maxRevisionTimeoutSeconds, 'timeoutSeconds'));
  }
  return errors.also(validateContainerConcurrency(spec.containerConcurrency, config).viaField('containerConcurrency'));
}

export function validateContainerConcurrency(value: number | undefined, { defaults }: PlatformConfig): FieldError {
  if (value === undefined) return noError;
  const least = defaults.allowContainerConcurrencyZero ? 0 : 1;
  const most = defaults.containerConcurrencyMaxLimit;
  return value < least || value > most ? outOfBounds(value, least, most, '') : noError;
}

/** `parent`: metadata of the Service or Configuration. Paths below `spec.template`. */
export function validateTemplate(
  template: RevisionTemplate,
  parent: { name?: string; generateName?: string },
  config: PlatformConfig,
): FieldError {
  const { annotations, name, generateName } = template.metadata ?? {};
  return all(
    validateRevisionSpec(template.spec, config).viaField('spec'),
    validateAutoscaling(annotations, config.autoscaler).viaField('metadata.annotations'),
    validateNetworkingAnnotations(annotations).viaField('metadata.annotations'),
    validateTemplateName(name, generateName, parent),
    validateQueueAnnotations(annotations).viaField('metadata.annotations'),
    validateProgressDeadline(annotations).viaField('metadata.annotations'),
  );
}

function validateTemplateName(
  name: string | undefined,
  generateName: unknown,
  parent: { name?: string; generateName?: string },
): FieldError {
  if (typeof generateName === 'string' && generateName !== '') {
    const wrong = label1035NameErrors(generateName, true);
    if (wrong.length > 0) {
      return invalidValue(`not a DNS 1035 label prefix: [${wrong.join(' ')}]`, 'metadata.generateName');
    }
  }
  if (!name) return noError;
  const wrong = label1035NameErrors(name, false);
  if (wrong.length > 0) return invalidValue(`not a DNS 1035 label: [${wrong.join(' ')}]`, 'metadata.name');
  if (!parent.name && parent.generateName) return disallowedFields('metadata.name');
  const prefix = `${parent.name ?? ''}-`;
  if (name.startsWith(prefix)) return noError;
  return invalidValue(`${JSON.stringify(name)} must have prefix ${JSON.stringify(prefix)}`, 'metadata.name');
}

const queueQuantities = [
  queueSidecar.cpuRequest,
  queueSidecar.cpuLimit,
  queueSidecar.memoryRequest,
  queueSidecar.memoryLimit,
  queueSidecar.ephemeralStorageRequest,
  queueSidecar.ephemeralStorageLimit,
];

function validateQueueAnnotations(annotations: Record<string, string> | undefined): FieldError {
  let errors = noError;
  const percentage = annotation(annotations, queueSidecar.resourcePercentage);
  if (percentage) {
    const { key, value } = percentage;
    const message =
      'Queue proxy resource percentage annotation is deprecated. Please use the available annotations to explicitly set resource values per service';
    errors = fieldError(message, []).at('warning');
    try {
      const percent = goFloat(value);
      if (percent < 0.1 || percent > 100) {
        errors = errors.also(outOfBounds(goNumber(percent), 0.1, 100, '').viaKey(key));
      }
    } catch {
      errors = errors.also(invalidValue(value, '').viaKey(key));
    }
  }
  for (const name of queueQuantities) {
    const found = annotation(annotations, name);
    if (found && !parseQuantity(found.value)) {
      errors = errors.also(invalidValue(found.value, '').viaKey(found.key));
    }
  }
  return errors;
}

/** A template that brings its revision's name along may change only together with it. Paths below `spec.template`. */
export function validateNameChange(template: RevisionTemplate, old: RevisionTemplate | undefined): FieldError {
  const name = template.metadata?.name ?? '';
  if (name === '' || name !== old?.metadata?.name) return noError;
  const diff = shortDiff(
    revisionTemplate,
    '{*v1.RevisionTemplateSpec}',
    roundTrip(revisionTemplate, old),
    roundTrip(revisionTemplate, template),
  );
  if (diff === '') return noError;
  return fieldError('Saw the following changes without a name change (-old +new)', ['metadata.name'], diff);
}
