/** Validation of Configurations. */
import { type Rules, type ValidationContext, validateUserInfo } from '../admission.ts';
import { rootType } from '../definition.ts';
import type { FieldError } from '../field-errors.ts';
import { serving } from '../keys.ts';
import { isOwned, validateMetadata, validateOwnerLabel } from '../metadata-validation.ts';
import { dryRunTemplate } from '../pod-spec/dry-run.ts';
import { validateNameChange, validateTemplate } from '../revision/validation.ts';
import { defaultConfiguration } from './defaults.ts';
import { configurationSpec } from './schema.ts';
import type { Configuration } from './types.ts';

const group = 'serving.knative.dev';

export const configurationRules: Rules<Configuration> = {
  webhook: 'webhook.serving.knative.dev',
  type: rootType('v1.Configuration', configurationSpec),
  defaults: defaultConfiguration,
  userInfo: (object) => (isOwned(object) ? undefined : group),
  validate: validateConfiguration,
  dryRun: (object, { config }) =>
    object.metadata.labels?.[serving.service] ? undefined : dryRunTemplate(object.spec?.template, config),
};

function validateConfiguration(object: Configuration, { old, config }: ValidationContext<Configuration>): FieldError {
  let errors = validateMetadata(object, undefined)
    .also(validateOwnerLabel(object, serving.service, 'Service').viaField('labels'))
    .viaField('metadata');
  if (!object.spec) return errors;
  const { template } = object.spec;
  errors = errors.also(validateTemplate(template, object.metadata, config).viaField('spec.template'));
  if (!old) return errors;
  if (!isOwned(object)) {
    errors = errors.also(validateUserInfo(group, object, old).viaField('metadata.annotations'));
  }
  return errors.also(validateNameChange(template, old.spec?.template).viaField('spec.template'));
}
