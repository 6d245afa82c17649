/** Validation of Services. */
import { type Rules, type ValidationContext, validateUserInfo } from '../admission.ts';
import { rootType } from '../definition.ts';
import type { FieldError } from '../field-errors.ts';
import { validateMetadata, validateRolloutDuration } from '../metadata-validation.ts';
import { dryRunTemplate } from '../pod-spec/dry-run.ts';
import { validateNameChange, validateTemplate } from '../revision/validation.ts';
import { validateTraffic } from '../route/validation.ts';
import { defaultService } from './defaults.ts';
import { serviceSpec } from './schema.ts';
import type { Service } from './types.ts';

const group = 'serving.knative.dev';

export const serviceRules: Rules<Service> = {
  webhook: 'webhook.serving.knative.dev',
  type: rootType('v1.Service', serviceSpec),
  defaults: defaultService,
  userInfo: () => group,
  validate: validateService,
  dryRun: (service, { config }) => dryRunTemplate(service.spec?.template, config),
};

function validateService(service: Service, { old, config }: ValidationContext<Service>): FieldError {
  let errors = validateMetadata(service, undefined)
    .also(validateRolloutDuration(service.metadata.annotations).viaField('annotations'))
    .viaField('metadata');
  if (!service.spec) return errors;
  const { template } = service.spec;
  errors = errors.also(
    validateTemplate(template, service.metadata, config).viaField('spec.template'),
    validateTraffic(service.spec, true).viaField('spec'),
  );
  if (!old) return errors;
  return errors.also(
    validateUserInfo(group, service, old).viaField('metadata.annotations'),
    validateNameChange(template, old.spec?.template).viaField('spec.template'),
  );
}
